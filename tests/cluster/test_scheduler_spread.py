"""A tenant's workloads draw near one another, and the replicas of one stay apart (C6, D3)."""

from typing import Any

import pytest

from components.scheduling.placement import placement
from tests.cluster.acting import Caller
from tests.cluster.scheduling import ANYWHERE, PODS, in_words_of_the_api, node, placed, small_pod
from tests.polling import until
from tests.unit.components.local_stack import plan

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("scheduling")]

HOME = "default"


def test_a_second_replica_stays_away_from_its_first_and_another_workload_comes_near(operator: Caller) -> None:
    tenant = plan("pelican-games")
    operator.patch(f"/api/v1/namespaces/{HOME}", {"metadata": {"labels": {"tenant": tenant.tenant.id}}})
    for index in range(3):
        labels = {
            "test/set": "spread",
            "topology.kubernetes.io/region": tenant.cluster.region,
            "topology.kubernetes.io/zone": f"zone-{index}",
        }
        operator.create("/api/v1/nodes", node(f"spread-{index}", cpu_m=16_000, memory_mi=65_536, labels=labels))

    def place(name: str, app: str, *, spread: bool = True) -> str:
        made: dict[str, Any] = in_words_of_the_api(
            placement(tenant, {"test/set": "spread"}, ANYWHERE, pods_like={"app": app})
        )
        if not spread:
            del made["topologySpreadConstraints"]
        labels = {**tenant.labels, "app": app}
        operator.create(PODS.format(HOME), small_pod(name, cpu_m=100, memory_mi=128, labels=labels, **made))
        return until(lambda: placed(operator, HOME).get(name, ""), f"{name} has a node")

    first = place("spread-first", "web")
    assert place("spread-follower", "web", spread=False) == first, "it is the constraint that keeps replicas apart"
    operator.delete(f"{PODS.format(HOME)}/spread-follower")
    assert place("spread-other", "worker") == first, "another workload of the tenant comes near"
    operator.delete(f"{PODS.format(HOME)}/spread-other")
    assert place("spread-second", "web") != first
