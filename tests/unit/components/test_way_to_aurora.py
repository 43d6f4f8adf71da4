"""Which pods of a tenant get to the Auroras of their region: its services, on PostgreSQL's port alone, and nothing that
an agent runs, whatever ranges the tenant was granted (C5, E1, E2, F1)."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from fleet.reachability import Calico, Endpoint, outside
from settings import Catalogue, TenantPlan, load_catalogue, plan_tenants
from tests.unit.components.local_stack import ROOT, catalogue, rendered_on
from tests.unit.components.test_pod_identity import drawn, pod, sandbox

TENANT = "acme-robotics"
IN_EACH_ZONE = ("10.64.216.10", "10.64.224.10", "10.64.239.10")
NODE, BEYOND = outside("a node", "10.64.1.10"), outside("beyond", "10.64.240.10")
WIDE, INSIDE = "10.64.0.0/16", "10.64.224.0/24"


@cache
def staging() -> Catalogue:
    return load_catalogue(ROOT / "catalog", "staging")


def given(*, aurora: bool = True, **changes: Any) -> TenantPlan:
    plan = next(each for each in plan_tenants(staging()) if each.tenant.id == TENANT)
    cluster = plan.cluster if aurora else plan.cluster.model_copy(update={"aurora": None})
    return replace(
        plan,
        cluster=cluster,
        tenant=plan.tenant.model_copy(update=changes),
        database_ranges=staging().topology.database_ranges(cluster),
    )


@cache
def platform() -> tuple[list[Any], list[Any]]:
    """Tiers and guard-rails of its cluster."""
    tiers, rails, _ = drawn(rendered_on(staging(), given().cluster))
    return tiers, rails


def objects(plan: TenantPlan) -> tuple[list[Any], list[Any], list[Any]]:
    tiers, rails = platform()
    _, own, policies = drawn(rendered_on(staging(), plan.cluster, plan, platform=False))
    return tiers, [*rails, *own], policies


def reached(calico: Calico, source: Endpoint, address: str, port: int = 5432) -> bool:
    return calico.reaches(source, outside("an Aurora", address), "TCP", port)


def test_a_service_reaches_auroras_by_postgresql_alone() -> None:
    plan = given()
    calico = Calico(*objects(plan))
    assert all(reached(calico, pod(plan), each) for each in IN_EACH_ZONE)
    assert not any(reached(calico, pod(plan), each, 22) for each in IN_EACH_ZONE)
    assert not calico.reaches(pod(plan), NODE, "TCP", 5432)
    assert not calico.reaches(pod(plan), BEYOND, "TCP", 5432)


@pytest.mark.parametrize("egress", [(), (WIDE,), (INSIDE,), (INSIDE, "203.0.113.0/24")])
def test_a_sandbox_does_not_whatever_the_tenant_was_granted(egress: tuple[str, ...]) -> None:
    """By either: NetworkPolicies alone, where Calico has no tiers, and the guard-rails."""
    plan = given(egress=egress)
    tiers, rails, policies = objects(plan)
    for held in (Calico(tiers, rails, policies), Calico((), (), policies)):
        assert not any(reached(held, sandbox(plan), each) for each in IN_EACH_ZONE)
        assert held.reaches(sandbox(plan), NODE, "TCP", 5432) is (WIDE in egress)


def test_nobody_of_a_suspended_tenant_does() -> None:
    plan = given(lifecycle="suspended")
    assert not reached(Calico(*objects(plan)), pod(plan), IN_EACH_ZONE[0])


def test_where_there_is_no_aurora_nothing_is_open() -> None:
    plan = given(aurora=False)
    assert not plan.database_ranges
    assert not reached(Calico(*objects(plan)), pod(plan), IN_EACH_ZONE[0])


def test_a_namespace_beside_the_home_does_not() -> None:
    """Its pods have no credential, as everywhere."""
    ranges = ("10.64.216.0/21",)
    parent = next(each for each in plan_tenants(catalogue()) if each.children)
    children = tuple(replace(each, database_ranges=ranges) for each in parent.children)
    parent = replace(parent, database_ranges=ranges, children=children)
    tiers, rails = platform()
    _, own, policies = drawn(rendered_on(catalogue(), parent.cluster, parent, platform=False))
    calico = Calico(tiers, [*rails, *own], policies)
    assert reached(calico, pod(parent), IN_EACH_ZONE[0])
    assert not any(reached(calico, pod(child), IN_EACH_ZONE[0]) for child in children)
