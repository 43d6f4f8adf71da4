"""Gangs by rack, on the real controller and scheduler (D7)."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from components.scheduling.kueue import API_VERSION
from settings import TenantPlan
from settings.nodepool import POOL_LABEL, RUNTIME_LABEL_PREFIX
from settings.queue_plan import BLOCK_LABEL, HOST_LABEL, RACK_LABEL
from tests.cluster.acting import Caller
from tests.cluster.queued import KUEUE, Queued, job
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

POOL, FLAVOR, NAME = "gpu-a100-mig", "pool-gpu-a100-mig", "tenant-racks"
RACKS = {"t-r1": 2, "t-r2": 3}
"""Test racks, and how many nodes of 8 cores each has."""
SLICE, RUNTIME = "nvidia.com/mig-1g.10gb", "kata-gpu"
REQUIRED = "kueue.x-k8s.io/podset-required-topology"
TOLERATES = [{"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}]


def node(name: str, rack: str) -> dict[str, Any]:
    size = {"cpu": "8", "memory": "32Gi", "pods": "20", SLICE: "7"}
    runtime = {f"{RUNTIME_LABEL_PREFIX}{RUNTIME}": "true"}
    labels = {POOL_LABEL: POOL, HOST_LABEL: name, BLOCK_LABEL: "t", RACK_LABEL: rack, **runtime}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "spec": {"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]},
        "status": {"allocatable": size, "capacity": size},
    }


@pytest.fixture
def racks(built: Queued) -> Iterator[Queued]:
    yield built
    built.clear()


@pytest.fixture(scope="module")
def built(admin: Caller, plans: dict[str, TenantPlan]) -> Iterator[Queued]:
    """Two more racks of a pool that says where its nodes stand, and a queue with plenty of its flavor."""
    queue = plans["gearbox-labs"].queue
    assert queue is not None
    nodes = [f"{rack}-{index}" for rack, count in RACKS.items() for index in range(count)]
    for name in nodes:
        admin.create("/api/v1/nodes", node(name, name.rsplit("-", 1)[0]))
    admin.create("/api/v1/namespaces", {"metadata": {"name": NAME, "labels": {"tenant": "racks"}}})
    quotas = [
        {"name": name, "nominalQuota": {"cpu": "500", "memory": "1Ti", SLICE: "500"}.get(name, "0")}
        for name in queue.resources
    ]
    spec = {
        "namespaceSelector": {"matchLabels": {"tenant": "racks"}},
        "resourceGroups": [
            {"coveredResources": list(queue.resources), "flavors": [{"name": FLAVOR, "resources": quotas}]}
        ],
    }
    meta = {"apiVersion": API_VERSION, "kind": "ClusterQueue", "metadata": {"name": NAME}}
    admin.create(f"{KUEUE}/clusterqueues", {**meta, "spec": spec})
    local = {"apiVersion": API_VERSION, "kind": "LocalQueue", "metadata": {"name": "default"}}
    admin.create(f"{KUEUE}/namespaces/{NAME}/localqueues", {**local, "spec": {"clusterQueue": NAME}})
    made = Queued(admin, NAME)
    for name in nodes:
        until(partial(_ready, admin, name), f"node {name} is Ready")
    yield made
    admin.delete(f"{KUEUE}/clusterqueues/{NAME}")
    admin.delete(f"/api/v1/namespaces/{NAME}")
    for name in nodes:
        admin.delete(f"/api/v1/nodes/{name}")


def _ready(admin: Caller, name: str) -> bool:
    conditions = (admin.get(f"/api/v1/nodes/{name}").get("status") or {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def gang(name: str, pods: int, level: str) -> dict[str, Any]:
    """One pod fills a node. On a block of the test's own, away from the pool's real rack."""
    return job(
        name,
        6000,
        pods=pods,
        gpus={SLICE: "4"},
        annotations={REQUIRED: level},
        tolerations=TOLERATES,
        nodeSelector={BLOCK_LABEL: "t"},
        runtimeClassName=RUNTIME,
    )


def used(admin: Caller, queued: Queued, name: str) -> list[str]:
    """Racks of a gang's pods."""
    hosts = [each["spec"]["nodeName"] for each in queued.pods(name)]
    return [admin.get(f"/api/v1/nodes/{host}")["metadata"]["labels"][RACK_LABEL] for host in hosts]


def test_a_gang_lands_in_one_rack_and_one_that_no_rack_holds_waits_as_a_whole(admin: Caller, racks: Queued) -> None:
    racks.submit(gang("three", 3, RACK_LABEL))
    racks.until_running("three")
    assert used(admin, racks, "three") == ["t-r2"] * 3
    assert len({each["spec"]["nodeName"] for each in racks.pods("three")}) == 3

    # Two nodes are free, in one rack; a gang of three would have to wait for the other.
    racks.submit(gang("next", 3, RACK_LABEL), gang("four", 4, RACK_LABEL))
    assert "topology" in racks.until_refused_room("next")
    assert "topology" in racks.until_refused_room("four")
    racks.submit(gang("two", 2, RACK_LABEL))
    racks.until_running("three", "two")
    assert used(admin, racks, "two") == ["t-r1"] * 2
    assert racks.pods("next") == racks.pods("four") == []

    racks.end("three")
    racks.until_running("two", "next")
    assert used(admin, racks, "next") == ["t-r2"] * 3
    racks.end("two", "next")
    racks.until_refused_room("four")
    assert racks.pods("four") == []
    racks.submit(gang("across", 4, BLOCK_LABEL))  # the twin: the block holds what no rack does
    racks.until_running("across")
    assert set(used(admin, racks, "across")) == set(RACKS)


def test_a_job_that_does_not_tolerate_the_nodes_of_gpus_is_not_given_them(racks: Queued) -> None:
    """C6: the flavor has the taint and hands out no toleration."""
    asks: dict[str, Any] = {"gpus": {SLICE: "1"}, "runtimeClassName": RUNTIME}
    racks.submit(job("plain", **asks))
    assert "untolerated taint" in racks.until_refused_room("plain")
    racks.submit(job("tolerating", **asks, tolerations=TOLERATES))
    racks.until_running("tolerating")
