"""Which pods of a tenant get the role of its service account, on EKS: its workloads, and nothing that an agent runs
(C5, E2, F4)."""

from dataclasses import replace
from typing import Any

import pytest

from fleet.reachability import Calico, Endpoint, outside
from settings import Catalogue, TenantPlan, names
from settings.aws import EksCluster
from tests.unit.components.local_stack import catalogue, plan, rendered_on
from tests.unit.components.recorder import Recording
from tests.unit.settings.test_aws import EKS

TENANT = "acme-robotics"
AGENT = outside("agent", "169.254.170.23")
OF_TASKS = outside("credentials of ECS", "169.254.170.2")
METADATA = outside("metadata", "169.254.169.254")


def network(*, at_aws: bool, **changes: Any) -> tuple[TenantPlan, Calico]:
    """The tenant on a cluster, and what that cluster's objects let pass."""
    given = plan(TENANT, **changes)
    if at_aws:
        given = replace(given, cluster=given.cluster.model_copy(update={"eks": EksCluster.model_validate(EKS)}))
    return given, rules(catalogue(), given)


def rules(of: Catalogue, given: TenantPlan) -> Calico:
    """What the objects of a tenant's cluster let pass, with those of the tenant."""
    return Calico(*objects(of, given))


def objects(of: Catalogue, given: TenantPlan) -> tuple[list[Any], list[Any], list[Any]]:
    """Calico's tiers and global policies of a tenant's cluster, and the NetworkPolicies."""
    return drawn(rendered_on(of, given.cluster, given))


def drawn(made: Recording) -> tuple[list[Any], list[Any], list[Any]]:
    """The same of what was registered."""
    calico = "kubernetes:projectcalico.org/v3"
    kinds = (f"{calico}:Tier", f"{calico}:GlobalNetworkPolicy", "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    tiers, rails, policies = ([whole(each.inputs) for each in made.of(kind)] for kind in kinds)
    return tiers, rails, policies


def whole(value: Any) -> Any:
    """Inputs as an API server has them: the engine's protocol has no numbers but those with a fraction."""
    if isinstance(value, dict):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) else value


def pod(of: TenantPlan, **labels: str) -> Endpoint:
    held = {"kubernetes.io/metadata.name": of.namespace, names.TENANT_LABEL: of.tenant.id}
    return Endpoint("pod", of.namespace, held, labels)


def sandbox(of: TenantPlan) -> Endpoint:
    labels = {names.SANDBOX_LABEL: "true", names.COMPONENT_LABEL: names.SANDBOX}
    return replace(pod(of), labels=labels)


@pytest.mark.parametrize(
    ("target", "port", "passes"), [(AGENT, 80, True), (AGENT, 443, False), (OF_TASKS, 80, False), (METADATA, 80, False)]
)
def test_a_workload_reaches_the_agent_and_no_other_giver_of_credentials(
    target: Endpoint, port: int, passes: bool
) -> None:
    given, calico = network(at_aws=True)
    assert calico.reaches(pod(given), target, "TCP", port) is passes


def test_neither_a_sandbox_nor_a_suspended_tenant_s_pod_reaches_it() -> None:
    given, calico = network(at_aws=True)
    assert not calico.reaches(sandbox(given), AGENT, "TCP", 80)
    suspended, calico = network(at_aws=True, lifecycle="suspended")
    assert not calico.reaches(pod(suspended), AGENT, "TCP", 80)


def test_it_is_closed_where_there_is_no_agent() -> None:
    given, calico = network(at_aws=False)
    assert not calico.reaches(pod(given), AGENT, "TCP", 80)
