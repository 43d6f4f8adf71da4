"""Nodes that a pod may not have: too full, or in a region that its tenant does not allow (D2)."""

from dataclasses import replace
from typing import Any

import pytest

from components.scheduling.placement import placement
from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.cluster.scheduling import (
    ANYWHERE,
    PODS,
    Manifest,
    in_words_of_the_api,
    node,
    placed,
    reason_of_waiting,
    small_pod,
)
from tests.polling import until
from tests.unit.components.local_stack import plan

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("scheduling")]

HOME = "default"
REGION = "topology.kubernetes.io/region"


def of_tenant(tenant: TenantPlan, name: str, group: str, cpu_m: int, **more: Any) -> Manifest:
    made = in_words_of_the_api(placement(tenant, {"test/set": group}, ANYWHERE, pods_like={"app": name}))
    return small_pod(name, cpu_m=cpu_m, memory_mi=64, labels=tenant.labels, **{**made, **more})


def in_region(tenant: str, region: str) -> TenantPlan:
    """A tenant that allows one region, on a cluster of that region."""
    made = plan(tenant, region=region, residency=())
    return replace(made, cluster=made.cluster.model_copy(update={"region": region}))


def test_a_tenants_pods_stay_in_its_regions_however_good_the_other_nodes_are(operator: Caller) -> None:
    """A node of another region is in the same pool, empty and spot: by score it would be the first."""
    for name, region, cpu_m in (("here", "eu-central-1", 1000), ("abroad", "us-east-1", 64000)):
        labels = {"test/set": "region", REGION: region, "tenantplane.dev/lifecycle": "spot"}
        operator.create("/api/v1/nodes", node(f"region-{name}", cpu_m=cpu_m, labels=labels))
    european, american = in_region("pelican-games", "eu-central-1"), in_region("pelican-games", "us-east-1")
    operator.create(PODS.format(HOME), of_tenant(european, "european", "region", 600))
    operator.create(PODS.format(HOME), of_tenant(american, "american", "region", 600))
    where = until(lambda: both(placed(operator, HOME), "european", "american"), "both pods have a node")
    assert where == {"european": "region-here", "american": "region-abroad"}

    operator.create(PODS.format(HOME), of_tenant(european, "one-more", "region", 600))
    said = until(lambda: reason_of_waiting(operator, HOME, "one-more"), "the scheduler says why")
    assert "1 Insufficient cpu" in said
    assert "node(s) didn't match Pod's node affinity/selector" in said

    unbound = of_tenant(european, "unbound", "region", 600)
    del unbound["spec"]["affinity"]["nodeAffinity"]
    operator.create(PODS.format(HOME), unbound)
    where = until(lambda: both(placed(operator, HOME), "unbound"), "without the term it goes abroad")
    assert where == {"unbound": "region-abroad"}


def test_a_node_without_a_region_gets_no_pod_of_a_tenant(operator: Caller) -> None:
    operator.create("/api/v1/nodes", node("nowhere-0", labels={"test/set": "nowhere"}))
    operator.create(PODS.format(HOME), of_tenant(in_region("pelican-games", "eu-central-1"), "lost", "nowhere", 10))
    said = until(lambda: reason_of_waiting(operator, HOME, "lost"), "the scheduler says why")
    assert "didn't match Pod's node affinity/selector" in said


@pytest.mark.parametrize(("resource", "short"), [("cpu", "Insufficient cpu"), ("memory", "Insufficient memory")])
def test_a_pod_goes_where_there_is_room_and_waits_where_there_is_none(
    operator: Caller, resource: str, short: str
) -> None:
    group = f"room-{resource}"
    tenant = in_region("pelican-games", "eu-central-1")
    labels = {"test/set": group, REGION: "eu-central-1"}
    operator.create("/api/v1/nodes", node(f"{group}-full", cpu_m=4000, memory_mi=4000, labels=labels))
    sizes = {"cpu": {"cpu_m": 3500, "memory_mi": 64}, "memory": {"cpu_m": 10, "memory_mi": 3500}}[resource]
    bound: Manifest = {**sizes, "tolerations": ANYWHERE, "nodeName": f"{group}-full"}
    resident = small_pod(f"{group}-resident", **bound)
    operator.create(PODS.format(HOME), resident)
    large = of_tenant(tenant, f"{group}-large", group, 10)
    large["spec"]["containers"][0]["resources"]["requests"] = {"cpu": "600m", "memory": "600Mi"}
    small = of_tenant(tenant, f"{group}-small", group, 10)
    operator.create(PODS.format(HOME), small)
    operator.create(PODS.format(HOME), large)
    until(lambda: both(placed(operator, HOME), f"{group}-small"), "the small one fits")
    said = until(lambda: reason_of_waiting(operator, HOME, f"{group}-large"), "the scheduler says why")
    assert f"1 {short}" in said
    operator.create("/api/v1/nodes", node(f"{group}-empty", labels=labels))
    where = until(lambda: both(placed(operator, HOME), f"{group}-large"), "there is room now")
    assert where == {f"{group}-large": f"{group}-empty"}


def both(found: dict[str, str], *names: str) -> dict[str, str]:
    """The nodes of these pods, once all have one."""
    return {name: found[name] for name in names} if set(names) <= set(found) else {}
