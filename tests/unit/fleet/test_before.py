"""What a run on a stack begins with: clusters that are gone or another, protection that is lifted (A7, H2)."""

from pathlib import Path
from typing import Any

import pytest

from fleet.before import is_on_another, is_without_cluster
from fleet.stacks import Stack
from fleet.state import StackState, parse_deployment
from fleet.undo import unprotecting
from settings import load_catalogue
from settings.control_plane import OUTPUT, identity
from settings.stack_config import StackConfig
from tests.unit.components.local_stack import ROOT

OLD, NEW = {"authority": "b2xk"}, {"authority": "bmV3"}


def stack(**config: Any) -> Stack:
    made = StackConfig(environment="staging", **config)
    return Stack(name="one", config=made, file=Path("none"), tenants=(), plan="")


PLATFORM = stack(layer="platform", cluster="starter")


def foundation(made: dict[str, Any]) -> StackState:
    resources = [{"type": "pulumi:pulumi:Stack", "outputs": {"clusters": {"starter": made}}}]
    return parse_deployment({"resources": resources})


def platform(output: str | None) -> StackState:
    outputs = {OUTPUT: output} if output else {}
    return parse_deployment({"resources": [{"type": "pulumi:pulumi:Stack", "outputs": outputs}]})


def test_a_cluster_that_was_made_anew_is_looked_at_and_the_same_one_is_not() -> None:
    on_old = platform(identity(OLD))
    assert not is_on_another(PLATFORM, on_old, [foundation(OLD)])
    assert is_on_another(PLATFORM, on_old, [foundation(NEW)])
    assert is_on_another(PLATFORM, on_old, [StackState(), foundation(NEW)])


def test_what_does_not_say_where_it_is_is_taken_at_its_word() -> None:
    """A stack of before this record, one whose foundation is not there, a foundation without authorities."""
    assert not is_on_another(PLATFORM, platform(None), [foundation(NEW)])
    assert not is_on_another(PLATFORM, platform(identity(OLD)), [StackState()])
    assert not is_on_another(PLATFORM, platform(identity(OLD)), [foundation({})])


def test_only_stacks_of_a_cluster_of_eks_that_is_gone_are_left_out(tmp_path: Path) -> None:
    catalogue = load_catalogue(ROOT / "catalog", "staging")
    assert is_without_cluster(catalogue, PLATFORM, tmp_path, {})
    assert not is_without_cluster(catalogue, stack(layer="foundation", region="eu-central-1"), tmp_path, {})
    kubeconfig = tmp_path / ".localcloud" / "clusters" / "tp-staging-starter" / "kubeconfig"
    kubeconfig.parent.mkdir(parents=True)
    kubeconfig.touch()
    assert not is_without_cluster(catalogue, PLATFORM, tmp_path, {})


@pytest.mark.parametrize(
    ("kind", "inputs", "method"),
    [
        ("aws:eks/cluster:Cluster", {"deletionProtection": True}, "update_cluster_config"),
        ("aws:rds/cluster:Cluster", {"deletionProtection": True}, "modify_db_cluster"),
        ("aws:lb/loadBalancer:LoadBalancer", {"enableDeletionProtection": True}, "modify_load_balancer_attributes"),
        ("aws:eks/cluster:Cluster", {}, None),
        ("aws:rds/cluster:Cluster", {"deletionProtection": False}, None),
        ("aws:s3/bucket:Bucket", {"deletionProtection": True}, None),
    ],
)
def test_what_aws_protects_is_let_go_by_its_own_call(kind: str, inputs: dict[str, Any], method: str | None) -> None:
    call = unprotecting(kind, "id-1", inputs)
    assert (call[1] if call else None) == method
    assert call is None or "id-1" in call[2].values()
