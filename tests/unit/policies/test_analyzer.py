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


KEY = "aws:kms/key:Key"
GROUP: dict[str, Any] = {
    "type": "aws:cloudwatch/logGroup:LogGroup",
    "name": "logs",
    "urn": "urn:logs",
    "properties": struct(
        {
            "kmsKeyId": UNKNOWN_STRING_VALUE,
            "retentionInDays": 180,
            "tags": {"tenantplane:environment": "e", "tenantplane:managed-by": "pulumi", "tenantplane:component": "c"},
        }
    ),
}


def of_a_group(asked: Analyzer, *sources: str) -> list[str]:
    """What is said of a group of logs whose key is not known, by the types of what the key comes from."""
    made = [
        proto.AnalyzerResource(type=kind, name=f"s{number}", urn=f"urn:{number}", properties=struct({}))
        for number, kind in enumerate(sources)
        if kind != "elsewhere"
    ]
    urns = proto.AnalyzerPropertyDependencies(urns=[f"urn:{number}" for number in range(len(sources))])
    whole = [*made, proto.AnalyzerResource(**GROUP, propertyDependencies={"kmsKeyId": urns})]
    assert not asked.Analyze(proto.AnalyzeRequest(**GROUP), None).diagnostics
    told = asked.AnalyzeStack(proto.AnalyzeStackRequest(resources=whole), None).diagnostics
    return [each.message.splitlines()[-1] for each in told if each.policyName == NOTES and "[TP-G5-03]" in each.message]


def test_a_key_without_a_name_is_one_of_ours_where_it_comes_from_keys_of_the_stack(asked: Analyzer) -> None:
    assert of_a_group(asked, KEY) == []


@pytest.mark.parametrize(
    "sources",
    [(), ("aws:s3/bucket:Bucket",), (KEY, "aws:s3/bucket:Bucket"), ("elsewhere",), ("pulumi:pulumi:StackReference",)],
)
def test_a_value_that_is_unknown_from_elsewhere_stays_unevaluated(asked: Analyzer, sources: tuple[str, ...]) -> None:
    (said,) = of_a_group(asked, *sources)
    assert "[TP-G5-03] not evaluated: kmsKeyId is not known before it is made" in said


def test_what_was_left_open_is_told_though_the_engine_does_not_show_it_at_the_end(asked: Analyzer) -> None:
    asked.Analyze(proto.AnalyzeRequest(**GROUP), None)
    told = asked.AnalyzeStack(proto.AnalyzeStackRequest(resources=[]), None).diagnostics
    assert any("[TP-G5-03] not evaluated" in each.message for each in told)


def test_what_comes_after_the_key_is_judged_as_well(asked: Analyzer) -> None:
    """A rule that stopped at the key has more to say: here that a secret could not be called back."""
    secret = {
        "type": "aws:secretsmanager/secret:Secret",
        "name": "secret",
        "urn": "urn:secret",
        "properties": struct({"kmsKeyId": UNKNOWN_STRING_VALUE, "recoveryWindowInDays": 0}),
    }
    asked.Analyze(proto.AnalyzeRequest(**secret), None)
    key = proto.AnalyzerResource(type=KEY, name="key", urn="urn:key", properties=struct({}))
    urns = proto.AnalyzerPropertyDependencies(urns=["urn:key"])
    whole = [key, proto.AnalyzerResource(**secret, propertyDependencies={"kmsKeyId": urns})]
    told = asked.AnalyzeStack(proto.AnalyzeStackRequest(resources=whole), None).diagnostics
    refused = [each.message for each in told if each.policyName == STACK and each.urn == "urn:secret"]
    assert any("cannot be called back" in each for each in refused)
