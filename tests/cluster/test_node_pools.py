"""Pods on the node pools, placed by the real scheduler (C6, C7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from settings import TenantPlan
from tests.cluster.acting import IMAGE, Caller, pod
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

FREE_FOR_ALL = "node-pool-probe"
PODS = f"/api/v1/namespaces/{FREE_FOR_ALL}/pods"
OWNER, OTHER = "northwind-bank", "pelican-games"
TENANT_NODES = "node-restriction.kubernetes.io/tenant"
TENANT_TAINT = "tenantplane.dev/tenant"


@pytest.fixture(scope="module")
def nodes(admin: Caller, plans: dict[str, TenantPlan]) -> dict[str, dict[str, Any]]:
    """The cluster's nodes by name."""
    assert plans
    return {each["metadata"]["name"]: each for each in admin.get("/api/v1/nodes")["items"]}


@pytest.fixture(scope="module")
def anywhere(admin: Caller, plans: dict[str, TenantPlan]) -> Iterator[str]:
    """A namespace that no rule of ours reaches, to see the scheduler alone."""
    assert plans
    admin.create("/api/v1/namespaces", {"metadata": {"name": FREE_FOR_ALL}})
    until(
        lambda: admin.ask("GET", f"/api/v1/namespaces/{FREE_FOR_ALL}/serviceaccounts/default").status == 200,
        "the namespace has its account",
    )
    yield PODS
    admin.delete(f"/api/v1/namespaces/{FREE_FOR_ALL}")


def bare(name: str, resources: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    amount = {"cpu": "1m", "memory": "1Mi", **(resources or {})}
    container = {"name": "main", "image": IMAGE, "resources": {"requests": amount, "limits": amount}}
    made = {"containers": [container], "terminationGracePeriodSeconds": 0, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": made}


def placed(admin: Caller, path: str) -> str:
    """Node of a pod, once it has one."""
    return str(until(lambda: admin.get(path)["spec"].get("nodeName"), f"{path} has a node"))


def left_out(admin: Caller, path: str) -> str:
    """Why the scheduler found no node, in its own words."""

    def why() -> str:
        conditions = admin.get(path).get("status", {}).get("conditions", [])
        return next((str(each.get("message")) for each in conditions if each.get("reason") == "Unschedulable"), "")

    said = until(why, f"the scheduler has said why {path} has no node")
    assert "nodeName" not in admin.get(path)["spec"]
    return said


def labels_of(nodes: dict[str, dict[str, Any]], name: str) -> dict[str, str]:
    return dict(nodes[name]["metadata"]["labels"])


def of_pool(name: str) -> dict[str, str]:
    return {"tenantplane.dev/pool": name}


GPU_POOLS = {
    "gpu-a100-whole": "nvidia.com/gpu",
    "gpu-a100-mig": "nvidia.com/mig-1g.10gb",
    "gpu-t4-shared": "nvidia.com/gpu.shared",
}


@pytest.mark.parametrize("pool", GPU_POOLS)
def test_gpu_nodes_are_for_pods_that_tolerate_them_and_offer_what_their_sharing_says(
    admin: Caller, anywhere: str, nodes: dict[str, dict[str, Any]], pool: str
) -> None:
    gpus = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}
    resource = {GPU_POOLS[pool]: "1"}
    admin.create(anywhere, bare(f"with-{pool}", resource, nodeSelector=of_pool(pool), tolerations=[gpus]))
    admin.create(anywhere, bare(f"without-{pool}", resource, nodeSelector=of_pool(pool)))
    other = next(each for each in GPU_POOLS.values() if each != GPU_POOLS[pool])
    admin.create(anywhere, bare(f"other-{pool}", {other: "1"}, nodeSelector=of_pool(pool), tolerations=[gpus]))

    labels = labels_of(nodes, placed(admin, f"{anywhere}/with-{pool}"))
    assert labels["tenantplane.dev/pool"] == labels["nvidia.com/device-plugin.config"] == pool
    assert "untolerated taint {nvidia.com/gpu: present}" in left_out(admin, f"{anywhere}/without-{pool}")
    assert f"Insufficient {other}" in left_out(admin, f"{anywhere}/other-{pool}")


def test_a_pod_that_chooses_nothing_lands_on_plain_nodes_alone(
    admin: Caller, anywhere: str, nodes: dict[str, dict[str, Any]]
) -> None:
    """C6: without a toleration there is neither a GPU, a sandbox, a spot, a system nor another tenant's node."""
    names = [f"plain-{number}" for number in range(30)]
    for name in names:
        admin.create(anywhere, bare(name, {"cpu": "1"}))
    kinds = {
        nodes[placed(admin, f"{anywhere}/{name}")]["metadata"]["labels"]["tenantplane.dev/pool-kind"] for name in names
    }
    assert kinds == {"cpu"}


def test_enterprise_has_a_whole_a100(admin: Caller, plans: dict[str, TenantPlan], nodes: dict[str, Any]) -> None:
    """C7: the workload that asks for a GPU runs on the model of its tier, on a device that nobody shares."""
    plan = plans["acme-robotics"]
    (workload,) = [each for each in plan.workloads if each.gpus]
    assert workload.gpus == {"nvidia.com/gpu": 1}
    path = f"/api/v1/namespaces/{plan.namespace}/pods?labelSelector=app%3D{workload.name}"
    running = until(lambda: admin.get(path)["items"], "the workload has pods")
    for each in running:
        labels = labels_of(nodes, placed(admin, f"/api/v1/namespaces/{plan.namespace}/pods/{each['metadata']['name']}"))
        assert labels["nvidia.com/gpu.product"].startswith("NVIDIA-A100")
        assert labels["tenantplane.dev/pool"] == "gpu-a100-whole"


def test_every_pod_of_every_tenant_is_in_a_pool_that_is_meant_for_it(
    admin: Caller, plans: dict[str, TenantPlan], nodes: dict[str, Any]
) -> None:
    """C6: no system node, no other tenant's, no GPU node without a GPU; who has nodes of its own is on them."""
    seen = 0
    for tenant, plan in plans.items():
        for each in admin.get(f"/api/v1/namespaces/{plan.namespace}/pods")["items"]:
            node = each["spec"].get("nodeName")
            if node is None:
                continue
            seen += 1
            labels = labels_of(nodes, node)
            limits = [each.get("resources", {}).get("limits", {}) for each in each["spec"]["containers"]]
            wants_gpu = any(name.startswith("nvidia.com/") for limit in limits for name in limit)
            assert labels["tenantplane.dev/pool-kind"] != "system", (tenant, node)
            assert labels.get(TENANT_NODES, tenant) == tenant, (tenant, node)
            assert ("nvidia.com/gpu.product" in labels) == wants_gpu, (tenant, node)
            assert labels[f"runtime.tenantplane.dev/{each['spec']['runtimeClassName']}"] == "true"
            if tenant == OWNER:
                assert labels[TENANT_NODES] == OWNER
    assert seen >= len(plans), "there were hardly any pods"


def test_another_tenants_nodes_are_out_of_reach(person: Person, admin: Caller, plans: dict[str, TenantPlan]) -> None:
    """C6: to choose them is of no use without the toleration, which admission refuses; the owner's twin lands there."""
    toleration = {"key": TENANT_TAINT, "operator": "Equal", "value": OWNER, "effect": "NoSchedule"}
    selector = {TENANT_NODES: OWNER}
    theirs, ours = (f"/api/v1/namespaces/{plans[each].namespace}/pods" for each in (OTHER, OWNER))
    attacker, owner = person(OTHER, "developers"), person(OWNER, "admins")
    attacker.refused(
        "taint of another tenant's nodes", "POST", theirs, pod("pool", nodeSelector=selector, tolerations=[toleration])
    )
    attacker.create(theirs, pod("pool", nodeSelector=selector))
    try:
        assert "untolerated taint {tenantplane.dev/tenant: northwind-bank}" in left_out(admin, f"{theirs}/pool")
    finally:
        admin.delete(f"{theirs}/pool")
    owner.create(ours, pod("pool", nodeSelector=selector, tolerations=[toleration]))
    try:
        assert placed(admin, f"{ours}/pool").startswith("northwind-")
    finally:
        admin.delete(f"{ours}/pool")


def test_what_nodes_are_told_is_published_for_each_pool(admin: Caller, nodes: dict[str, Any]) -> None:
    """C6, C7: as ConfigMaps of the platform, which no tenant can read."""
    pools = {node["metadata"]["labels"]["tenantplane.dev/pool"] for node in nodes.values()}
    where = "/api/v1/namespaces/tenantplane-system/configmaps"
    held = {each["metadata"]["name"]: each["data"] for each in admin.get(where)["items"]}
    assert {f"node-pool-{pool}" for pool in pools} <= set(held)
    assert "runsc.toml" in held["node-pool-sandbox"]
    assert "runsc.toml" not in held["node-pool-general"]
    devices = admin.get("/api/v1/namespaces/tenantplane-gpu/configmaps/nvidia-device-plugin")["data"]
    assert set(devices) == set(GPU_POOLS)
