"""Sandboxes are the tier's allowance and the tenant's wish, within quota and cluster (C3, C5, C6, C9)."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Catalogue, ResolvedSandboxes, TenantPlan, load_catalogue, names, plan_tenants
from settings.planning import demands, quota_amounts
from settings.replicas import admitted
from settings.sandbox_plan import may_run_sandboxes
from settings.sandboxes import Sandboxes
from tests.unit.settings import small_catalogue
from tests.unit.settings.small_catalogue import DIGEST, FILES, WITH_SANDBOXES

ROOT = Path(__file__).parents[3]
IMAGE = f"registry.example.com/sandbox@{DIGEST}"


def planned(root: Path, old: str = "", new: str = "") -> TenantPlan:
    """The plan of big-corp, with a piece of its file replaced."""
    text = WITH_SANDBOXES["tenants/big-corp.yaml"]
    assert not old or text.count(old) == 1
    files = {**WITH_SANDBOXES, "tenants/big-corp.yaml": text.replace(old, new) if old else text}
    catalogue = load_catalogue(small_catalogue.write(root, files), "test")
    return next(plan for plan in plan_tenants(catalogue) if plan.tenant.id == "big-corp")


def sandboxes(plan: TenantPlan) -> ResolvedSandboxes:
    assert plan.sandboxes is not None
    return plan.sandboxes


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load_catalogue(small_catalogue.write(tmp_path_factory.mktemp("catalogue"), WITH_SANDBOXES), "test")


def test_sandboxes_have_what_the_file_says_and_the_rest_of_the_tier(tmp_path: Path) -> None:
    made = sandboxes(planned(tmp_path))

    assert (made.image, made.warm, made.runtime.id) == (IMAGE, 3, "gvisor")
    assert (made.requests.cpu_m, made.limits.cpu_m) == (100, 200)
    assert (made.idle_s, made.lifetime_s) == (30 * 60, 120 * 60)


def test_sandboxes_that_name_an_image_alone_have_defaults(tmp_path: Path) -> None:
    text = WITH_SANDBOXES["tenants/big-corp.yaml"]
    made = sandboxes(planned(tmp_path, text[text.index("  warm: 3") :], ""))

    assert (made.warm, made.runtime.id) == (2, "gvisor")
    assert (made.requests.cpu_m, made.requests.memory_bytes) == (100, 128 << 20)
    assert made.limits == made.requests


def test_a_tenant_may_have_no_sandbox_warm(tmp_path: Path) -> None:
    assert sandboxes(planned(tmp_path, "warm: 3", "warm: 0")).warm == 0


def test_sandboxes_go_to_sandbox_nodes_or_to_the_tenants_own(tmp_path: Path) -> None:
    shared = sandboxes(planned(tmp_path))
    assert shared.node_selector == {"tenantplane.dev/pool-kind": "sandbox"}
    assert [each["value"] for each in shared.tolerations] == ["sandbox"]

    own = sandboxes(planned(tmp_path, "tier: large\n", "tier: large\nisolation: dedicated-pool\n"))
    assert own.node_selector == {"node-restriction.kubernetes.io/tenant": "big-corp"}
    assert [each["key"] for each in own.tolerations] == ["tenantplane.dev/tenant"]


def test_no_service_of_a_workload_can_choose_a_sandbox(tmp_path: Path) -> None:
    labels = sandboxes(planned(tmp_path)).labels

    assert labels == {
        **names.labels("big-corp", "large"),
        "app.kubernetes.io/component": "sandbox",
        "tenantplane.dev/sandbox": "true",
    }
    assert "app" not in labels


def test_the_quota_counts_claims_where_the_cluster_knows_them(tmp_path: Path, catalogue: Catalogue) -> None:
    counted = "count/sandboxclaims.extensions.agents.x-k8s.io"
    hard = {plan.tenant.id: plan.quota.hard() for plan in plan_tenants(catalogue)}
    assert {tenant: each[counted] for tenant, each in hard.items()} == {"acme": "0", "big-corp": "50"}

    elsewhere = load_catalogue(small_catalogue.write(tmp_path, FILES), "test")
    assert all(counted not in plan.quota.hard() for plan in plan_tenants(elsewhere))


def test_warm_sandboxes_take_from_what_the_workloads_may_have(tmp_path: Path) -> None:
    """C9: 4 cores hold 9 sessions of 250m and 6 sandboxes of 150m, or 5 sessions and 4 sandboxes of 650m."""
    plan = planned(tmp_path)
    assert (plan.workloads[0].max_replicas, sandboxes(plan).max_warm) == (9, 6)

    plan = planned(
        tmp_path, "{cpu: 100m, memory: 128Mi}\n  limits: {cpu: 200m, memory: 128Mi}", "{cpu: 600m, memory: 1Gi}"
    )
    assert (plan.workloads[0].max_replicas, sandboxes(plan).max_warm) == (5, 4)


asked = st.builds(
    Sandboxes.model_validate,
    st.fixed_dictionaries(
        {"image": st.just(IMAGE)},
        optional={
            "warm": st.integers(0, 6),
            "requests": st.fixed_dictionaries(
                {
                    "cpu": st.integers(1, 2000).map(lambda cpu: f"{cpu}m"),
                    "memory": st.integers(1, 4096).map(lambda memory: f"{memory}Mi"),
                }
            ),
        },
    ),
)


@given(asked)
@settings(max_examples=150)
def test_workloads_and_sandboxes_at_their_most_fit_the_quota(catalogue: Catalogue, wish: Sandboxes) -> None:
    tenant = catalogue.tenant("big-corp").model_copy(update={"sandboxes": wish})
    cluster, tier = catalogue.topology.clusters[0], catalogue.tiers["large"]
    wanted = demands(tenant, tier, cluster, catalogue)
    changed = replace(catalogue, tenants=(tenant,))
    try:
        (plan,) = plan_tenants(changed)
    except ValueError:  # not even the least fits; load_catalogue refuses that
        amounts = quota_amounts(next(iter(plan_tenants(catalogue))).quota)
        assert admitted(amounts, wanted) is None
        return

    made = sandboxes(plan)
    counts = [*(workload.max_replicas for workload in plan.workloads), made.max_warm]
    for resource, most in quota_amounts(plan.quota).items():
        used = sum(each.pod.get(resource, 0) * count for each, count in zip(wanted, counts, strict=True))
        assert used <= most
    assert made.warm <= made.max_warm <= 6
    assert made.limits == wish.requests


def test_only_strong_runtimes_may_run_sandboxes() -> None:
    """C3, in the repository's own catalogue."""
    local = load_catalogue(ROOT / "catalog", "local")

    assert {each.id for each in local.runtimes.values() if may_run_sandboxes(each)} == {
        "gvisor",
        "kata",
        "confidential",
    }


def test_platform_tiers_have_sandboxes_and_schools_have_none() -> None:
    local = load_catalogue(ROOT / "catalog", "local")

    for tier in local.tiers.values():
        assert (tier.sandboxes is not None) == (tier.family == "platform")
        assert tier.sandboxes is None or tier.sandboxes.idle_minutes == 30
    assert {plan.tier.id for plan in plan_tenants(local) if plan.sandboxes} == {"team", "enterprise"}
