"""What a killed engine left open is settled by what it was about."""

from typing import Any

from fleet.recovery import made_up_id, recovery_plan
from fleet.state import PendingOperation


def operation(type_: str, kind: str = "creating", **inputs: Any) -> PendingOperation:
    return PendingOperation(kind=kind, urn=f"urn:pulumi:s::p::{type_}::x", type=type_, inputs=inputs)


MADE_UP = {"metadata": {"name": "web-1a2b3c", "namespace": "ns", "annotations": {"pulumi.com/autonamed": "true"}}}


def test_a_named_object_and_a_random_value_are_made_anew() -> None:
    plan = recovery_plan(
        [
            operation("kubernetes:core/v1:Secret", metadata={"name": "a", "namespace": "ns"}),
            operation("random:index/randomPassword:RandomPassword"),
            operation("tenantplane:tenancy:Tenant"),
        ]
    )
    assert len(plan.drop) == 3
    assert plan.needed
    assert not plan.adopt
    assert not plan.unknown


def test_an_object_with_a_made_up_name_is_looked_for_under_that_name() -> None:
    plan = recovery_plan([operation("kubernetes:apps/v1:Deployment", metadata=MADE_UP["metadata"])])
    assert plan.adopt == {"urn:pulumi:s::p::kubernetes:apps/v1:Deployment::x": "ns/web-1a2b3c"}
    assert plan.drop == ()


def test_updates_and_deletions_are_decided_anew_without_touching_the_state() -> None:
    plan = recovery_plan([operation("kubernetes:core/v1:Secret", kind) for kind in ("updating", "deleting", "reading")])
    assert len(plan.again) == 3
    assert not plan.needed


def test_of_a_thing_in_a_cloud_only_a_person_can_know() -> None:
    plan = recovery_plan([operation("aws:rds/cluster:Cluster")])
    assert plan.unknown == ("urn:pulumi:s::p::aws:rds/cluster:Cluster::x",)
    assert not plan.needed


def test_ids_of_made_up_names() -> None:
    assert made_up_id(MADE_UP) == "ns/web-1a2b3c"
    assert made_up_id({"metadata": {"name": "n-1", "annotations": {"pulumi.com/autonamed": "true"}}}) == "n-1"
    assert made_up_id({"metadata": {"name": "n", "annotations": {"pulumi.com/autonamed": "false"}}}) is None
    assert made_up_id({"metadata": {"name": "n"}}) is None
    assert made_up_id({}) is None
