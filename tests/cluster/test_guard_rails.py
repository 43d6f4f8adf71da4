"""What no tenant can open, from the tiers and policies that the API server holds (E2, E4).

The nodes are simulated, so nothing enforces them here: what is shown is what Calico is told, judged by a reference
evaluator of its rules.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from components.network.calico import TIER
from components.network.tenant_guard_rail import own_traffic, policy_name
from fleet.reachability import Endpoint
from settings import TenantPlan
from tests.cluster.guarded import (
    FEW,
    PARTNER,
    PARTNERED,
    PLATFORM,
    Connection,
    Object,
    World,
    forbidden,
    guarded,
    is_sandbox,
    is_tenants,
    matrix,
    network_policies,
    owner,
    suspended,
)

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

GRANTED = FEW[0]
SHARED = ("dns", "metadata-service", "api-server", "databases", "tenants-apart")
EVERYWHERE: Object = {"ingress": [{}], "egress": [{}]}


def opened(world: World, plans: dict[str, TenantPlan]) -> World:
    """Every tenant allows everything, which is the most that a NetworkPolicy can."""
    return replace(world, network_policies=world.network_policies + network_policies(plans.values(), **EVERYWHERE))


def granting(world: World, plans: dict[str, TenantPlan]) -> World:
    """One tenant was granted every address there is, which the catalogue would refuse."""
    tenant = plans[GRANTED].tenant.model_copy(update={"egress": ("0.0.0.0/0", "::/0")})
    spec = {"tier": TIER, **own_traffic(replace(plans[GRANTED], tenant=tenant))}
    name = f"{TIER}.{policy_name(GRANTED)}"
    changed = [{**each, "spec": spec} if each["metadata"]["name"] == name else each for each in world.policies]
    return replace(world, policies=changed, granted=frozenset({GRANTED}))


def closed(world: World, plans: dict[str, TenantPlan]) -> World:
    """Every tenant has its default deny and nothing else."""
    return replace(world, network_policies=network_policies(plans.values()))


def required(connection: Connection) -> bool:
    """E1 as it is delivered, for a pair of which at least one is a tenant's pod."""
    source, target, protocol, port = connection
    if suspended(connection):
        return False
    if is_tenants(target):
        same = is_tenants(source) and owner(source) == owner(target) and not is_sandbox(source)
        return (same or source == "gateway") and (protocol, port) == ("TCP", 8080)
    if target == "dns":
        return port == 53
    if target == PARTNER:
        return owner(source) == PARTNERED
    return target == f"db/{owner(source)}" and (protocol, port) == ("TCP", 5432) and not is_sandbox(source)


def deviations(world: World, plans: dict[str, TenantPlan], who: dict[str, Endpoint]) -> list[Connection]:
    """Where a cluster is not as E1 and E2 have it: as delivered, opened, granted, closed."""

    def differing(changed: World, expected: Callable[[Connection], bool]) -> list[Connection]:
        return [each for each, passes in matrix(changed, who).items() if passes is not expected(each)]

    granted = granting(opened(world, plans), plans)
    return [
        *differing(world, required),
        *differing(opened(world, plans), guarded),
        *differing(granted, lambda each: guarded(each, granted.granted)),
        *differing(closed(world, plans), lambda each: each[1] == "dns" and each[3] == 53 and not suspended(each)),
    ]


def test_the_cluster_has_the_tier_first_and_one_policy_of_each_tenant(
    live: World, plans: dict[str, TenantPlan]
) -> None:
    (tier,) = live.tiers
    assert tier["metadata"]["name"] == TIER
    assert tier["spec"] == {"order": 100, "defaultAction": "Deny"}
    shared = {f"{TIER}.{name}" for name in SHARED}
    own = {f"{TIER}.tenant-{tenant}" for tenant in plans}
    found = {each["metadata"]["name"] for each in live.policies}
    assert shared | own <= found
    # Other tests have tenants on this cluster as well; nothing else is in the tier.
    assert all(name.startswith(f"{TIER}.tenant-") for name in found - shared)


def test_the_whole_matrix_is_as_required(live: World, plans: dict[str, TenantPlan], who: dict[str, Endpoint]) -> None:
    """All tenants against all tenants, platform and outside on every port; as delivered and with everything allowed."""
    delivered = matrix(live, who)
    assert len(delivered) > 10_000
    assert [each for each, passes in delivered.items() if passes is not required(each)] == []
    hostile = matrix(opened(live, plans), who)
    assert [each for each, passes in hostile.items() if passes is not guarded(each)] == []
    assert sum(hostile.values()) > 2 * sum(delivered.values())


def test_no_path_crosses_tenants_whatever_they_allow(
    live: World, plans: dict[str, TenantPlan], who: dict[str, Endpoint]
) -> None:
    for (source, target, protocol, port), passes in matrix(opened(live, plans), who).items():
        if is_tenants(source) and (is_tenants(target) or target.startswith("db/")) and passes:
            assert owner(source) == owner(target), (source, target, protocol, port)


def test_a_grant_opens_neither_metadata_nor_the_api_server_to_sandboxes(
    live: World, plans: dict[str, TenantPlan], few: dict[str, Endpoint]
) -> None:
    assert deviations(live, plans, few) == []
    open_ = matrix(granting(opened(live, plans), plans), few)
    assert open_[GRANTED, "internet", "TCP", 443]
    assert open_[GRANTED, "api-server", "TCP", 443]
    assert open_[f"{GRANTED}/sandbox", "internet-v6", "TCP", 443]
    assert not open_[f"{GRANTED}/sandbox", "api-server", "TCP", 443]
    assert not open_[GRANTED, "metadata", "TCP", 443]
    assert not open_[FEW[1], "internet", "TCP", 443]


def _policy(world: World, name: str) -> Object:
    (found,) = (each for each in world.policies if each["metadata"]["name"] == f"{TIER}.{name}")
    return found


def _without(name: str) -> Callable[[World], object]:
    return lambda world: world.policies.remove(_policy(world, name))


def _with(name: str, **spec: Any) -> Callable[[World], object]:
    return lambda world: _policy(world, name)["spec"].update(spec)


def _unguarded(world: World) -> None:
    world.policies.clear()
    world.tiers.clear()


def _open_ended(world: World) -> None:
    world.tiers[0]["spec"]["defaultAction"] = "Pass"
    _without("tenants-apart")(world)


MUTANTS: dict[str, Callable[[World], object]] = {
    "no guard-rails": _unguarded,
    "the tier after the NetworkPolicies": lambda world: world.tiers[0]["spec"].update(order=2_000_000),
    "the tier without an order": lambda world: world.tiers[0]["spec"].pop("order"),
    "no policy between tenants, and an open end": _open_ended,
    **{f"without {name}": _without(name) for name in SHARED},
    "without a tenant's own": _without(f"tenant-{GRANTED}"),
    "metadata after the grants": _with("metadata-service", order=200),
    "API server after the grants": _with("api-server", order=200),
    "databases after the tenants' own": _with("databases", order=200),
    "databases denied to nobody": _with("databases", selector="has(sandbox)"),
    "between tenants before the tenants' own": _with("tenants-apart", order=50),
    "between tenants one way only": _with("tenants-apart", types=["Ingress"]),
    "between tenants for nobody": _with("tenants-apart", namespaceSelector="has(tenannt)"),
    "a tenant's own for all tenants": _with(
        f"tenant-{FEW[1]}",
        ingress=[{"action": "Pass", "source": {"namespaceSelector": "has(tenant)"}}],
        egress=[{"action": "Pass", "destination": {"namespaceSelector": "has(tenant)"}}],
    ),
    "the label of pods instead of namespaces": _with(
        f"tenant-{FEW[1]}",
        egress=[{"action": "Pass", "destination": {"selector": f"tenant == '{FEW[1]}'"}}],
    ),
    "DNS by UDP alone": lambda world: _policy(world, "dns")["spec"]["egress"].pop(),
    "metadata by IPv4 alone": lambda world: _policy(world, "metadata-service")["spec"]["egress"].pop(),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_matrix_notices_a_guard_rail_that_is_missing_or_wrong(
    mutant: str, live: World, plans: dict[str, TenantPlan], few: dict[str, Endpoint]
) -> None:
    """Known-bad objects: a check that finds nothing in them would prove nothing above."""
    changed = copy.deepcopy(live)
    MUTANTS[mutant](changed)
    if mutant == "without a tenant's own":
        # Closed and not open: that is what the order of the two halves is for.
        assert forbidden(matrix(opened(changed, plans), few)) == []
    assert deviations(changed, plans, few)


def test_nothing_changes_for_what_is_no_tenants(live: World, who: dict[str, Endpoint]) -> None:
    """No policy selects a pod of the system or a node: between them everything is as it would be without. The gateway
    is closed by policies of its own."""
    calico = live.calico
    outsiders = [name for name in who if not is_tenants(name) and name != "gateway"]
    assert set(PLATFORM) - {"gateway"} < set(outsiders)
    for source in outsiders:
        for target in outsiders:
            assert calico.reaches(who[source], who[target], "TCP", 443), (source, target)
