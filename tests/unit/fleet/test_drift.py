"""What counts as drift, and what may differ (I3)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fleet.drift.differences import MISSING, Difference, differences
from fleet.drift.findings import Drift, drifted
from fleet.drift.ignored import Ignored, ignored
from fleet.drift.showing import as_json, closing, markdown, text
from fleet.events import Change, Changes
from tests.unit.fleet.engine_events import STACK

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
values = st.recursive(
    st.none() | st.integers(2, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def change(token: str, old: Mapping[str, Any], new: Mapping[str, Any], **more: Any) -> Change:
    return Change(op=more.pop("op", "update"), urn=f"urn:pulumi:local::tenantplane::{token}::it", tenant="acme",
                  paths=more.pop("paths", {}), old=old, new=new, **more)  # fmt: skip


def result(*changes: Change, problems: tuple[str, ...] = ()) -> Drift:
    found, over = drifted(changes)
    return Drift(environment="local", stacks=["local"], resources=9, drifted=found, passed_over=over, problems=problems)


@given(values, values)
def test_two_versions_differ_where_they_do_and_nowhere_else(old: Any, new: Any) -> None:
    assert not list(differences(old, old))
    found = list(differences({"x": old}, {"x": new}))
    assert bool(found) is (json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True))
    for each in found:
        assert each.before is MISSING or each.after is MISSING or each.before != each.after
        assert each.where.startswith("x")


def test_a_rule_that_lets_everybody_in_is_drift_though_it_is_empty() -> None:
    policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    rules: list[dict[str, Any]] = [{"from": [{"podSelector": {}}]}]
    wider: list[list[dict[str, Any]]] = [[*rules, {}], [{"from": [{"podSelector": {}, "namespaceSelector": {}}]}]]
    for wide in wider:
        assert result(change(policy, {"spec": {"ingress": rules}}, {"spec": {"ingress": wide}})).exit_code == 3


@pytest.mark.parametrize(
    ("declared", "drifts"), [({"spec": {}}, False), ({"spec": {"replicas": 3}}, True)], ids=["an autoscaler's", "ours"]
)
def test_a_number_of_replicas_drifts_where_the_program_says_one(declared: dict[str, Any], drifts: bool) -> None:
    found = result(change(DEPLOYMENT, {"spec": {"replicas": 3}}, {"spec": {"replicas": 5}}, declared=declared))
    assert bool(found.drifted) is drifts
    assert (found.passed_over.total() == 1) is not drifts
    assert ("spec.replicas: 3 -> 5" in text(found)) is drifts


def test_what_is_gone_is_told_and_what_cannot_be_looked_at_is_an_error() -> None:
    gone = change(DEPLOYMENT, {}, {}, op="delete")
    assert "is gone" in text(result(gone))
    assert result(gone).exit_code == 3
    failed = result(gone, problems=("stack local: the cluster does not answer",))
    assert failed.exit_code == 1
    assert "the cluster does not answer" in text(failed)
    assert "the cluster does not answer" in markdown(failed)
    assert closing(result()) == "1 stack, 9 resources: everything is as last applied"
    assert result().exit_code == 0


def test_a_secret_that_differs_is_told_by_the_engine_s_word_and_not_shown() -> None:
    secret = {"data": {"password": "Y2FuYXJ5"}}
    found = result(change("kubernetes:core/v1:Secret", secret, secret, paths={"data.password": "update"}))
    for shown in (text(found), markdown(found), as_json(found)):
        assert "Y2FuYXJ5" not in shown
        assert "data.password" in shown
    (one,) = json.loads(as_json(found))["drifted"]
    assert one["changed"] == [{"path": "data.password", "before": "[secret]", "after": "[secret]"}]


def test_a_look_for_drift_compares_what_the_engine_calls_the_same() -> None:
    def state(outputs: dict[str, Any]) -> dict[str, Any]:
        return {"parent": STACK, "inputs": {"metadata": {"labels": {"tenant": "acme"}}}, "outputs": outputs}

    meta = {
        "op": "same",
        "urn": f"urn:pulumi:local::tenantplane::{DEPLOYMENT}::it",
        "type": DEPLOYMENT,
        "old": state({"spec": {"a": 1}}),
        "new": state({"spec": {"a": 1, "b": 2}}),
        "detailedDiff": None,
    }
    line = json.dumps({"sequence": 1, "timestamp": 1, "resOutputsEvent": {"metadata": meta}})
    looking, previewing = Changes(drift=True), Changes()
    for each in (looking, previewing):
        each.feed(line)
    assert [each.new for each in looking.changes] == [{"spec": {"a": 1, "b": 2}}]
    assert previewing.changes == []


def test_the_list_of_what_may_differ_has_reasons_and_no_mistakes() -> None:
    assert len(ignored()) >= 5
    mistakes: list[dict[str, Any]] = [{"reason": "ok"}, {"path": []}, {"kinds": []}, {"because": "x"}]
    for wrong in mistakes:
        good: dict[str, Any] = {
            "kinds": ["*"],
            "path": ["a"],
            "by": "somebody",
            "reason": "A reason that is long enough to be one.",
        }
        Ignored.model_validate(good)
        with pytest.raises(ValidationError):
            Ignored.model_validate({**good, **wrong})


def test_an_entry_covers_its_path_alone() -> None:
    entry = Ignored(kinds=("kubernetes:apps:Deployment",), path=("a", "*", "c"), by="tests", reason="x" * 30)

    def covers(*path: str | int) -> bool:
        return entry.covers(DEPLOYMENT, Difference(path, 1, 2), {})

    assert covers("a", "b", "c")
    assert covers("a", 0, "c")
    assert not covers("a", "b")
    assert not covers("a", "b", "c", "d")
    assert not entry.covers("kubernetes:apps/v1:StatefulSet", Difference(("a", "b", "c"), 1, 2), {})
