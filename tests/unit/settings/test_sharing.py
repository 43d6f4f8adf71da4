"""What belongs to one tenant serves no other, and only what is there is promised (C6, C7)."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from settings import CatalogueError, load_catalogue, plan_tenants
from tests.unit.settings import small_catalogue
from tests.unit.settings.small_catalogue import ACME, BIG_CORP, FILES, RUNTIMES, TIERS, TOPOLOGY

SHARED_BIG_CORP = BIG_CORP.replace("isolation: dedicated-pool", "isolation: namespace")
GPU = "        gpu: {model: a100, product: NVIDIA-A100-SXM4-80GB, count: 2}\n"


def problems(root: Path, changes: Mapping[str, str]) -> list[str]:
    try:
        load_catalogue(small_catalogue.write(root, {**FILES, **changes}), "test")
    except CatalogueError as error:
        return list(map(str, error.problems))
    return []


def large_quota(cores: int) -> str:
    return f"""\
quota:
  reason: They pay for it in gold
  guaranteed: {{cpu: {cores}, memory: 2Gi}}
  ceiling: {{cpu: {cores}, memory: 2Gi}}
"""


def test_gpus_of_a_dedicated_pool_serve_its_owner_alone(tmp_path: Path) -> None:
    topology = TOPOLOGY.replace(GPU, "").replace("kind: gpu\n", "kind: cpu\n", 1)
    topology = topology.replace("tenant: big-corp\n", "tenant: big-corp\n" + GPU)
    acme = ACME.replace("tier: solo", "tier: large") + "quota: {reason: They need a GPU of their own, gpus: 1}\n"
    big = BIG_CORP.replace("  ceiling: {cpu: 10, memory: 16Gi}\n", "  gpus: 1\n")
    files = {"topology/test.yaml": topology, "tenants/big-corp.yaml": big}
    assert problems(tmp_path, files) == []  # the twin: the owner has them

    assert problems(tmp_path, {**files, "tenants/acme.yaml": acme}) == [
        "tenants/acme.yaml:23: cluster 'main' has no node pool with the GPUs of tier 'large'; "
        "allowed: a pool of kind gpu with model a100, sharing none, or quota with another gpu_pool"
    ]


def test_a_workload_of_others_never_reaches_dedicated_or_system_nodes(tmp_path: Path) -> None:
    runtimes = RUNTIMES.replace("pools: [cpu, dedicated]", "pools: [dedicated, system, cpu]")
    root = small_catalogue.write(tmp_path, {**FILES, "runtimes.yaml": runtimes})

    (acme, _) = plan_tenants(load_catalogue(root, "test"))

    assert acme.workloads[0].node_selector == {"tenantplane.dev/pool-kind": "cpu"}


@pytest.mark.parametrize(("lifecycle", "count"), [("active", 1), ("suspended", 0)])
def test_a_suspended_tenant_holds_no_capacity(tmp_path: Path, lifecycle: str, count: int) -> None:
    quota = large_quota(100)
    acme = ACME + quota + f"lifecycle: {lifecycle}\n"

    assert len(problems(tmp_path, {"tenants/acme.yaml": acme})) == count


@pytest.mark.parametrize(("kind", "count"), [("cpu", 0), ("spot", 1), ("system", 1)])
def test_spot_and_system_nodes_guarantee_nothing(tmp_path: Path, kind: str, count: int) -> None:
    cheap = "      - name: cheap\n        kind: spot\n        min_nodes: 0\n        max_nodes: 5\n"
    more = cheap.replace("min_nodes: 0", "min_nodes: 5").replace("spot", kind)
    quota = large_quota(60)
    files = {"topology/test.yaml": TOPOLOGY.replace(cheap, more), "tenants/acme.yaml": ACME + quota}

    assert len(problems(tmp_path, files)) == count


def test_whole_gpus_are_promised_once(tmp_path: Path) -> None:
    one_device = TOPOLOGY.replace(GPU, GPU.replace("count: 2", "count: 1"))
    acme = ACME.replace("tier: solo", "tier: large")
    tiers = TIERS.replace("      optional: true\n", "")
    files = {"tiers.yaml": tiers, "tenants/acme.yaml": acme, "tenants/big-corp.yaml": SHARED_BIG_CORP}
    assert problems(tmp_path, files) == []  # the twin: two devices for two tenants

    assert problems(tmp_path, {**files, "topology/test.yaml": one_device}) == [
        "topology/test.yaml:11: cluster 'main' guarantees 2 nvidia.com/gpu to its tenants; "
        "allowed: at most 1, which its node pools hold"
    ]
