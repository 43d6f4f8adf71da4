"""The pack's end of the engine's protocol: decodes as the SDK does, once, and answers what the rules say (I1)."""

from concurrent.futures import Future
from datetime import date
from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import proto
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies import analyzer
from policies.analyzer import NOTES, RESOURCES, STACK, Analyzer, decoded
from policies.expected import Expected
from policies.session import Session
from settings.policy import EnvironmentPolicy

MARK = "4dabf18193072939515e22adb298388d"
SECRET = {MARK: "1b47061264138c4ac30d75fd1eb44270"}
_LEAVES = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        | inner.map(lambda value: {**SECRET, "value": value})
    ),
    max_leaves=12,
)


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(value: Any) -> Any:
    """A proxy and all in it, as what it stands for."""
    if hasattr(value, "items"):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if hasattr(value, "__getitem__") and not isinstance(value, str) else value


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_properties_are_decoded_as_the_sdk_decodes_them(values: dict[str, Any]) -> None:
    sent = struct(values)
    assert plain(decoded(sent)) == deserialize_properties(json_format.MessageToDict(sent))


def test_what_is_not_known_says_where_it_is_when_it_is_read() -> None:
    read = decoded(struct({"spec": {"names": ["a", {**SECRET, "value": UNKNOWN_STRING_VALUE}]}}))
    assert read["spec"]["names"][0] == "a"
    with pytest.raises(UnknownValueError) as raised:
        read["spec"]["names"][1]
    assert raised.value.props == ["spec", "names", "1"]


def role(name: str, *verbs: str) -> dict[str, Any]:
    return {
        "type": "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "name": name,
        "urn": f"urn:{name}",
        "properties": struct(
            {
                "metadata": {
                    "name": name,
                    "labels": {
                        "app.kubernetes.io/part-of": "tenantplane",
                        "app.kubernetes.io/managed-by": "pulumi",
                        "tenantplane.dev/environment": "local",
                    },
                },
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": list(verbs)}],
            }
        ),
    }


@pytest.fixture
def asked() -> Analyzer:
    held: Future[Session] = Future()
    policy = EnvironmentPolicy(environment="none")
    held.set_result(Session(expected=Expected(), policy=policy, on=date(2026, 11, 22)))
    return Analyzer(held)


def test_a_violation_refuses_and_its_compliant_twin_does_not(asked: Analyzer) -> None:
    assert not asked.Analyze(proto.AnalyzeRequest(**role("good", "get")), None).diagnostics
    (refused,) = asked.Analyze(proto.AnalyzeRequest(**role("bad", "*")), None).diagnostics
    assert (refused.policyName, refused.enforcementLevel) == (RESOURCES, proto.MANDATORY)
    assert "[TP-B5-01]" in refused.message


def test_the_stack_is_told_once_and_what_was_seen_is_not_decoded_again(
    asked: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.Analyze(proto.AnalyzeRequest(**role("seen", "get")), None)
    names: list[str] = []

    def spy(sent: struct_pb2.Struct) -> Any:
        names.append(sent.fields["metadata"].struct_value.fields["name"].string_value)
        return decoded(sent)

    monkeypatch.setattr(analyzer, "decoded", spy)
    namespace = {
        "type": "kubernetes:core/v1:Namespace",
        "name": "gone",
        "urn": "urn:gone",
        "properties": struct({"metadata": {"name": "tenant-gone"}}),
    }
    whole = [proto.AnalyzerResource(**role("seen", "get")), proto.AnalyzerResource(**namespace)]
    told = asked.AnalyzeStack(proto.AnalyzeStackRequest(resources=whole), None).diagnostics
    assert names == ["tenant-gone"]
    refused = [each for each in told if each.policyName == STACK]
    assert any("[TP-C1-01]" in each.message and each.urn == "urn:gone" for each in refused)
    assert {each.enforcementLevel for each in refused} == {proto.MANDATORY}
    assert {each.enforcementLevel for each in told if each.policyName == NOTES} <= {proto.ADVISORY}


def test_the_engine_is_told_of_three_policies_that_change_nothing_and_take_no_configuration(asked: Analyzer) -> None:
    info = asked.GetAnalyzerInfo(None, None)
    assert [each.name for each in info.policies] == [RESOURCES, STACK, NOTES]
    assert not info.supportsConfig  # a level of the engine's would pass by the catalogue's exceptions
    assert not asked.Remediate(None, None).remediations
