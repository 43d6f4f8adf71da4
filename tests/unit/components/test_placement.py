"""Every pod of a tenant carries where it may run and what draws it, by construction (C6, D2, D3)."""

from dataclasses import replace

import pytest

from components.scheduling.placement import placement
from settings import plan_tenants
from tests.unit.components.local_stack import TEMPLATE, catalogue, local_stack, plan, workloads

PODS = {
    **{each.name: each.inputs["spec"]["template"]["spec"] for each in workloads(local_stack())},
    **{each.name: each.inputs["spec"]["podTemplate"]["spec"] for each in local_stack().of(TEMPLATE)},
}
OF_TENANTS = {
    name: next(each for each in plan_tenants(catalogue()) if name.startswith(f"{each.tenant.id}-"))
    for name in PODS
    if any(name.startswith(f"{each.tenant.id}-") for each in plan_tenants(catalogue()))
}
"""Deployments and templates of tenants; those of the platform are left out."""


def test_there_are_workloads_and_sandboxes_to_look_at() -> None:
    assert len({each.tenant.id for each in OF_TENANTS.values()}) > 5
    assert any("sandboxes" in name for name in OF_TENANTS)


@pytest.mark.parametrize("name", sorted(OF_TENANTS))
def test_a_pod_is_bound_to_the_regions_of_its_tenant_and_drawn_to_its_own(name: str) -> None:
    tenant, pod = OF_TENANTS[name], PODS[name]
    assert pod["schedulerName"] == "tenantplane"
    required = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    ((expression,),) = (each["matchExpressions"] for each in required["nodeSelectorTerms"])
    assert (expression["key"], expression["operator"]) == ("topology.kubernetes.io/region", "In")
    allowed = {tenant.tenant.region, *tenant.tenant.residency, tenant.cluster.region}
    assert set(expression["values"]) == allowed
    (drawn,) = pod["affinity"]["podAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    own = {"matchLabels": {"tenant": tenant.tenant.id}}
    assert drawn["podAffinityTerm"] == {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": own,
        "namespaceSelector": own,
    }


@pytest.mark.parametrize("name", sorted(OF_TENANTS))
def test_only_pods_of_premium_tenants_look_for_premium_nodes(name: str) -> None:
    wishes = PODS[name]["affinity"]["nodeAffinity"].get("preferredDuringSchedulingIgnoredDuringExecution", [])
    premium = OF_TENANTS[name].tier.id in ("enterprise", "campus")
    assert [each["weight"] for each in wishes] == ([8] if premium else [])


def test_a_scheduler_is_named_only_where_there_is_one() -> None:
    here = plan("pelican-games")
    elsewhere = replace(here, cluster=here.cluster.model_copy(update={"scheduler": "default-scheduler"}))
    assert placement(here, {}, [], pods_like={"app": "a"})["scheduler_name"] == "tenantplane"
    assert "scheduler_name" not in placement(elsewhere, {}, [], pods_like={"app": "a"})
