"""The repository's own catalogue holds what the requirements say, and loads in every environment (A1-A3, A5, C6)."""

import subprocess
import sys
from pathlib import Path

import pytest

from settings import Catalogue, Tier, environments, load_catalogue, plan_tenants
from settings.quantities import format_bytes, format_cpu
from tests.unit.settings import small_catalogue

ROOT = Path(__file__).parents[3]
CATALOG = ROOT / "catalog"


@pytest.fixture(scope="module")
def local() -> Catalogue:
    return load_catalogue(CATALOG, "local")


@pytest.mark.parametrize("environment", environments(CATALOG))
def test_every_environment_is_right(environment: str) -> None:
    assert plan_tenants(load_catalogue(CATALOG, environment))


@pytest.mark.parametrize(
    ("tier", "cpu", "memory", "gpus", "storage", "sessions"),
    [
        ("free", "500m", "1Gi", (0, None, False), "10G", 1_000),
        ("team", "4", "8Gi", (1, "a100", True), "100G", 50_000),
        ("enterprise", "16", "32Gi", (1, "a100", False), "1T", None),
    ],
)
def test_platform_tiers_are_those_of_a2(  # noqa: PLR0917  one row of the requirement's table
    local: Catalogue,
    tier: str,
    cpu: str,
    memory: str,
    gpus: tuple[int, str | None, bool],
    storage: str,
    sessions: int | None,
) -> None:
    made = local.tiers[tier]

    assert made.family == "platform"
    assert amounts(made) == ((cpu, memory), (cpu, memory))
    assert (made.gpus.count, made.gpus.model, made.gpus.optional) == gpus
    assert format_bytes(made.storage_bytes) == storage
    assert made.sessions_per_month == sessions


@pytest.mark.parametrize(
    ("tier", "base", "limit", "pods", "pupils"),
    [
        ("basic", ("1", "2Gi"), ("3", "6Gi"), 10, (0, 1499)),
        ("advanced", ("2", "4Gi"), ("6", "12Gi"), 20, (1500, 3000)),
        ("campus", ("4", "8Gi"), ("12", "24Gi"), 40, (3001, None)),
    ],
)
def test_education_tiers_are_those_of_a3(  # noqa: PLR0917  one row of the requirement's table
    local: Catalogue,
    tier: str,
    base: tuple[str, str],
    limit: tuple[str, str],
    pods: int,
    pupils: tuple[int, int | None],
) -> None:
    made = local.tiers[tier]

    assert made.family == "education"
    assert amounts(made) == (base, limit)
    assert made.pods == pods
    assert made.pupils is not None
    assert (made.pupils.min, made.pupils.max) == pupils


def amounts(tier: Tier) -> tuple[tuple[str, str], tuple[str, str]]:
    return (
        (format_cpu(tier.guaranteed.cpu_m), format_bytes(tier.guaranteed.memory_bytes)),
        (format_cpu(tier.ceiling.cpu_m), format_bytes(tier.ceiling.memory_bytes)),
    )


def test_a_new_tier_needs_no_code(tmp_path: Path) -> None:
    files = {**small_catalogue.FILES}
    files["tiers.yaml"] += files["tiers.yaml"].removeprefix("tiers:\n").split("  - id: large")[0].replace("solo", "duo")
    files["topology/test.yaml"] = files["topology/test.yaml"].replace("[solo, large]", "[solo, large, duo]")
    files["tenants/acme.yaml"] = files["tenants/acme.yaml"].replace("tier: solo", "tier: duo")

    (acme, _) = plan_tenants(load_catalogue(small_catalogue.write(tmp_path, files), "test"))
    assert acme.labels["tenantplane.dev/tier"] == "duo"


def test_tenants_cover_all_tiers_and_both_workloads(local: Catalogue) -> None:
    assert len(local.tenants) >= 8
    assert {tenant.tier for tenant in local.tenants} == set(local.tiers)
    kinds = {workload.kind for tenant in local.tenants for workload in tenant.workloads}
    assert kinds == {"agent-sessions", "homework-correction"}


def test_the_local_cluster_has_every_kind_of_pool_and_of_gpu_sharing(local: Catalogue) -> None:
    (cluster,) = local.topology.clusters

    assert {pool.kind for pool in cluster.node_pools} == {"system", "cpu", "sandbox", "gpu", "spot", "dedicated"}
    assert {pool.gpu.sharing for pool in cluster.node_pools if pool.gpu} == {"none", "mig", "time-slicing"}


def test_each_tier_can_run_what_it_may_store(local: Catalogue) -> None:
    for tier in local.tiers.values():
        # A Deployment keeps ten old ReplicaSets besides the current one (revisionHistoryLimit's default).
        assert tier.objects.replicasets >= 11 * tier.objects.controllers, tier.id
        # A pod that names no scratch space is given 512Mi of it at most.
        assert tier.ephemeral_storage_bytes >= min(tier.pods, 200) * 512 * 2**20, tier.id


def test_settings_import_no_pulumi() -> None:
    code = "import sys, settings, settings.__main__; print([name for name in sys.modules if 'pulumi' in name])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert shown.stdout == "[]\n"
