"""What a tenant gives to the federation reaches its own tier's clusters and nobody else's (H3, F6)."""

from functools import cache

import pytest

from components.federation.tenant_propagation import TenantPropagation, TenantPropagationArgs
from settings import Catalogue, load_catalogue, plan_tenants
from settings.federation import NOT_BY_ITSELF, WORKLOADS, clusters_of, placement
from tests.unit.components.local_stack import ROOT
from tests.unit.components.recorder import Recording, record

NAMESPACE = "kubernetes:core/v1:Namespace"
CLUSTER_POLICY = "kubernetes:policy.karmada.io/v1alpha1:ClusterPropagationPolicy"
POLICY = "kubernetes:policy.karmada.io/v1alpha1:PropagationPolicy"


@cache
def staging() -> Catalogue:
    return load_catalogue(ROOT / "catalog", "staging")


@cache
def rendered() -> Recording:
    """Every tenant of staging at the federation."""

    def program() -> None:
        for plan in plan_tenants(staging()):
            TenantPropagation(plan.tenant.id, TenantPropagationArgs(plan=plan, topology=staging().topology))

    made = record(program)
    if made.error is not None:
        raise made.error
    return made


def reached(spec: dict[str, object]) -> set[str]:
    """Clusters that a policy lets anything go to; a policy without affinities would reach all of them."""
    affinities = spec["placement"]["clusterAffinities"]  # type: ignore[index]
    assert affinities
    assert "clusterAffinity" not in spec["placement"]  # type: ignore[operator]
    for each in affinities:
        assert set(each) == {"affinityName", "clusterNames"}
    return {name for each in affinities for name in each["clusterNames"]}


def test_no_namespace_of_a_tier_reaches_a_cluster_of_another() -> None:
    topology = staging().topology
    serving = {each.name: set(each.tiers) for each in topology.clusters}
    regions = {each.name: each.region for each in topology.clusters}
    for plan in plan_tenants(staging()):
        for policy in (
            rendered().one(CLUSTER_POLICY, f"{plan.tenant.id}-namespace"),
            rendered().one(POLICY, f"{plan.tenant.id}-workloads"),
        ):
            names = reached(policy.inputs["spec"])
            assert names
            for name in names:
                assert plan.tier.id in serving[name]
                assert regions[name] in plan.tenant.residency
    assert len(rendered().of(CLUSTER_POLICY)) == len(staging().tenants)


def test_a_namespace_goes_nowhere_by_itself() -> None:
    for each in rendered().of(NAMESPACE):
        assert each.inputs["metadata"]["labels"][NOT_BY_ITSELF] == "true"
        assert each.protect


def test_a_policy_selects_its_own_tenant_alone_and_takes_nothing_over() -> None:
    for plan in plan_tenants(staging()):
        policy = rendered().one(CLUSTER_POLICY, f"{plan.tenant.id}-namespace").inputs
        assert policy["spec"]["resourceSelectors"] == [
            {"apiVersion": "v1", "kind": "Namespace", "name": plan.namespace}
        ]
        workloads = rendered().one(POLICY, f"{plan.tenant.id}-workloads").inputs
        assert workloads["metadata"]["namespace"] == plan.namespace
        for each in (policy, workloads):
            assert (each["spec"]["conflictResolution"], each["spec"]["preemption"]) == ("Abort", "Never")
            assert each["spec"]["placement"]["replicaScheduling"] == {"replicaSchedulingType": "Duplicated"}


def test_what_guards_a_tenant_is_not_the_federation_s() -> None:
    kinds = {kind for _, kind in WORKLOADS}
    guards = {"ResourceQuota", "LimitRange", "NetworkPolicy", "Role", "RoleBinding", "ServiceAccount", "Secret"}
    assert kinds & guards == set()


def test_the_stand_by_comes_second_and_a_lost_cluster_not_at_all() -> None:
    topology = staging().topology
    acme = staging().tenant("acme-robotics")
    assert clusters_of(acme, topology) == ("enterprise", "enterprise-west")
    assert clusters_of(staging().tenant("northwind-bank"), topology) == ("enterprise-west",)
    lost = tuple(each.model_copy(update={"lost": each.name == "enterprise"}) for each in topology.clusters)
    assert clusters_of(acme, topology.model_copy(update={"clusters": lost})) == ("enterprise-west",)


def test_a_tenant_without_a_cluster_is_refused_rather_than_let_go_anywhere() -> None:
    topology = staging().topology
    nowhere = staging().tenant("acme-robotics").model_copy(update={"region": "us-west-2", "residency": ("us-west-2",)})
    with pytest.raises(ValueError, match="no cluster may hold tenant 'acme-robotics'"):
        placement(nowhere, topology)
