"""A plan is the tier, the tenant's overrides and the cluster, merged (A4, A6, A7, C1, C6, C7, C9)."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Catalogue, CatalogueError, Compute, TenantPlan, load_catalogue, names, plan_tenants
from settings.quantities import format_bytes, format_cpu, parse_bytes, parse_count, parse_cpu
from settings.quota import limit_range, resolved_quota
from settings.tenant import QuotaOverrides
from tests.unit.settings import small_catalogue
from tests.unit.settings.small_catalogue import ACME, BIG_CORP, FILES, TOPOLOGY


def loaded(root: Path, changes: Mapping[str, str] | None = None) -> Catalogue:
    return load_catalogue(small_catalogue.write(root, {**FILES, **(changes or {})}), "test")


def planned(root: Path, tenant: str, changes: Mapping[str, str] | None = None) -> TenantPlan:
    return next(plan for plan in plan_tenants(loaded(root, changes)) if plan.tenant.id == tenant)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return loaded(tmp_path_factory.mktemp("catalogue"))


def test_a_plan_names_everything(tmp_path: Path) -> None:
    plan = planned(tmp_path, "acme")

    assert (plan.namespace, plan.host) == ("tenant-acme", "acme.tenants.example.com")
    assert plan.shard == names.shard("acme", 4)
    assert plan.labels == names.labels("acme", "solo")
    assert plan.environment == "test"


def test_hard_holds_the_tier_and_bounds_every_kind_of_object(tmp_path: Path) -> None:
    assert planned(tmp_path, "acme").quota.hard() == {
        "configmaps": "9",
        "count/cronjobs.batch": "9",
        "count/daemonsets.apps": "9",
        "count/deployments.apps": "9",
        "count/horizontalpodautoscalers.autoscaling": "9",
        "count/ingresses.networking.k8s.io": "9",
        "count/jobs.batch": "9",
        "count/leases.coordination.k8s.io": "9",
        "count/limitranges": "1",
        "count/networkpolicies.networking.k8s.io": "9",
        "count/poddisruptionbudgets.policy": "9",
        "count/replicasets.apps": "99",
        "count/rolebindings.rbac.authorization.k8s.io": "9",
        "count/roles.rbac.authorization.k8s.io": "9",
        "count/serviceaccounts": "9",
        "count/statefulsets.apps": "9",
        "limits.cpu": "1",
        "limits.ephemeral-storage": "8Gi",
        "limits.memory": "2Gi",
        "persistentvolumeclaims": "9",
        "pods": "5",
        "replicationcontrollers": "9",
        "requests.cpu": "1",
        "requests.ephemeral-storage": "8Gi",
        "requests.memory": "2Gi",
        "requests.nvidia.com/gpu": "0",
        "requests.nvidia.com/gpu.shared": "0",
        "requests.nvidia.com/mig-1g.10gb": "0",
        "requests.storage": "10G",
        "resourcequotas": "1",
        "secrets": "9",
        "services": "9",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_gpus_are_refused_by_name_where_the_cluster_has_none(tmp_path: Path) -> None:
    start, end = TOPOLOGY.index("      - name: whole"), TOPOLOGY.index("      - name: cheap")
    hard = planned(tmp_path, "acme", {"topology/test.yaml": TOPOLOGY[:start] + TOPOLOGY[end:]}).quota.hard()

    assert [key for key in hard if "nvidia" in key] == ["requests.nvidia.com/gpu"]
    assert hard["requests.nvidia.com/gpu"] == "0"


@pytest.mark.parametrize(
    ("pool", "resource"),
    [
        (None, "requests.nvidia.com/gpu"),
        ("slices", "requests.nvidia.com/mig-1g.10gb"),
        ("slots", "requests.nvidia.com/gpu.shared"),
    ],
)
def test_the_gpu_resource_follows_the_sharing_of_the_pool(tmp_path: Path, pool: str | None, resource: str) -> None:
    asked = "  gpus: 1\n" + (f"  gpu_pool: {pool}\n" if pool else "")
    changed = BIG_CORP.replace("  ceiling: {cpu: 10, memory: 16Gi}\n", asked)

    hard = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": changed}).quota.hard()

    assert {key for key, value in hard.items() if "nvidia" in key and value != "0"} == {resource}
    assert hard[resource] == "1"


def test_an_optional_gpu_is_nobodys_until_asked_for(tmp_path: Path) -> None:
    hard = planned(tmp_path, "big-corp").quota.hard()

    assert {value for key, value in hard.items() if "nvidia" in key} == {"0"}


def test_an_override_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    plain = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": _without_quota()}).quota.hard()
    over = planned(tmp_path, "big-corp").quota.hard()

    assert {key for key in over if over[key] != plain[key]} == {"limits.cpu"}
    assert over["limits.cpu"] == "10"


def test_unlimited_sessions_are_none_and_an_override_can_bound_them(tmp_path: Path) -> None:
    assert planned(tmp_path, "big-corp").quota.sessions_per_month is None

    text = BIG_CORP.replace("  ceiling: {cpu: 10, memory: 16Gi}\n", "  sessions_per_month: 7\n")
    assert planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": text}).quota.sessions_per_month == 7


def test_a_container_that_names_nothing_gets_a4(tmp_path: Path) -> None:
    container, volume = planned(tmp_path, "big-corp").limit_range.limits()

    assert container == {
        "type": "Container",
        "defaultRequest": {"cpu": "200m", "memory": "512Mi", "ephemeral-storage": "64Mi"},
        "default": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "512Mi"},
        "max": {"cpu": "10", "memory": "16Gi"},
        "min": {"cpu": "1m", "memory": "1Mi", "ephemeral-storage": "1Mi"},
    }
    assert volume == {"type": "PersistentVolumeClaim", "max": {"storage": "100G"}}


amounts = st.tuples(st.integers(1, 10**6), st.integers(2**20, 2**45))


@given(amounts, amounts, st.integers(1, 10_000))
@settings(max_examples=60)
def test_any_override_wins_and_defaults_stay_below_it(
    catalogue: Catalogue, guaranteed: tuple[int, int], more: tuple[int, int], pods: int
) -> None:
    ceiling = (guaranteed[0] + more[0], guaranteed[1] + more[1])
    override = QuotaOverrides.model_validate(
        {
            "reason": "a property test",
            "guaranteed": {"cpu": format_cpu(guaranteed[0]), "memory": format_bytes(guaranteed[1])},
            "ceiling": {"cpu": format_cpu(ceiling[0]), "memory": format_bytes(ceiling[1])},
            "pods": pods,
        }
    )
    tenant = catalogue.tenant("big-corp").model_copy(update={"quota": override})
    cluster = catalogue.topology.clusters[0]

    quota = resolved_quota(tenant, catalogue.tiers[tenant.tier], cluster)
    hard, limits = quota.hard(), limit_range(quota)

    assert (parse_cpu(hard["requests.cpu"]), parse_bytes(hard["requests.memory"])) == guaranteed
    assert (parse_cpu(hard["limits.cpu"]), parse_bytes(hard["limits.memory"])) == ceiling
    assert parse_count(hard["pods"]) == pods
    assert quota.ceiling.covers(limits.default_limit)
    assert quota.guaranteed.covers(limits.default_request)
    assert limits.default_limit.covers(limits.default_request)


def test_replicas_stop_at_the_quota_and_know_whether_a_rollout_fits(tmp_path: Path) -> None:
    (workload,) = planned(tmp_path, "acme").workloads
    assert (workload.max_replicas, workload.max_surge) == (4, 0)  # 4 x 250m is all of limits.cpu 1

    (workload,) = planned(tmp_path, "acme", {"tenants/acme.yaml": ACME.replace("max: 4", "max: 3")}).workloads
    assert (workload.max_replicas, workload.max_surge) == (3, 1)

    (workload,) = planned(tmp_path, "acme", {"tenants/acme.yaml": ACME.replace("max: 4", "max: 9")}).workloads
    assert workload.max_replicas == 4


def test_pod_overhead_counts_against_the_quota(tmp_path: Path) -> None:
    changed = BIG_CORP.replace("  ceiling: {cpu: 10, memory: 16Gi}\n", "  guaranteed: {cpu: 1, memory: 8Gi}\n")
    (workload,) = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": changed}).workloads

    assert workload.runtime is not None
    assert workload.runtime.id == "gvisor"
    assert workload.max_replicas == 4  # 1 core / (200m + 50m of gVisor)


def test_a_workload_goes_where_its_runtime_is_and_tolerates_the_taints(tmp_path: Path) -> None:
    shared = BIG_CORP.replace("isolation: dedicated-pool", "isolation: namespace")
    (workload,) = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": shared}).workloads

    assert workload.node_selector == {"tenantplane.dev/pool-kind": "sandbox"}
    assert workload.tolerations == (
        {"key": "tenantplane.dev/pool-kind", "operator": "Equal", "value": "sandbox", "effect": "NoSchedule"},
    )
    assert workload.labels["app"] == "sessions"


def test_a_dedicated_tenant_goes_to_its_own_nodes_and_nowhere_else(tmp_path: Path) -> None:
    (workload,) = planned(tmp_path, "big-corp").workloads

    assert workload.node_selector == {"node-restriction.kubernetes.io/tenant": "big-corp"}
    assert [each["key"] for each in workload.tolerations] == ["tenantplane.dev/tenant"]


def test_a_gpu_workload_gets_the_resource_the_pool_and_the_runtime(tmp_path: Path) -> None:
    text = BIG_CORP.replace("isolation: dedicated-pool", "isolation: namespace").replace("    runtime: gvisor\n", "")
    text = text.replace("{min: 2, max: 9}", "{min: 1, max: 9}\n    gpus: 1").replace(
        "  ceiling: {cpu: 10, memory: 16Gi}\n", "  gpus: 1\n  gpu_pool: slices\n"
    )
    (workload,) = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": text}).workloads

    assert workload.gpus == {"nvidia.com/mig-1g.10gb": 1}
    assert workload.node_selector == {"tenantplane.dev/pool": "slices"}
    assert [each["key"] for each in workload.tolerations] == ["nvidia.com/gpu"]
    assert workload.runtime is not None
    assert workload.runtime.id == "kata-gpu"
    assert workload.max_replicas == 1  # as many as the quota has GPUs


def test_a_suspended_tenant_keeps_all_but_its_pods(tmp_path: Path) -> None:
    active = planned(tmp_path, "big-corp")
    suspended = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": BIG_CORP.replace("active", "suspended")})

    assert (active.active, suspended.active) == (True, False)
    assert suspended.quota.hard() == {**active.quota.hard(), "pods": "0"}
    assert suspended.protected


def test_only_an_approved_off_boarding_lifts_protection(tmp_path: Path) -> None:
    assert planned(tmp_path, "big-corp").protected

    approval = (
        "lifecycle: offboarding\noffboarding: {approved_by: eve@example.com, final_snapshot: snap-1, reason: It ended}"
    )
    text = BIG_CORP.replace("lifecycle: active", approval.replace("It ended", "The contract ended"))
    plan = planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": text})

    assert (plan.protected, plan.active) == (False, False)


def test_plans_of_all_shards_are_all_plans(tmp_path: Path) -> None:
    catalogue = loaded(tmp_path)
    by_shard = [plan.tenant.id for shard in range(4) for plan in plan_tenants(catalogue, "main", shard)]

    assert sorted(by_shard) == [plan.tenant.id for plan in plan_tenants(catalogue)] == ["acme", "big-corp"]


def test_an_unknown_cluster_is_an_error_and_not_an_empty_plan(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="mian"):
        plan_tenants(loaded(tmp_path), "mian")


def test_data_isolation_is_the_tenants_or_else_the_tiers(tmp_path: Path) -> None:
    assert planned(tmp_path, "big-corp").data_isolation == "schema"

    text = BIG_CORP.replace("tier: large\n", "tier: large\ndata_isolation: database\n")
    assert planned(tmp_path, "big-corp", {"tenants/big-corp.yaml": text}).data_isolation == "database"


SECOND_CLUSTER = """\
  - name: other
    provider: localcloud
    region: {region}
    tiers: [solo]
    node_pools:
      - name: general
        kind: cpu
        min_nodes: 1
        max_nodes: 5
        capacity: {{cpu: 8, memory: 32Gi, ephemeral_storage: 100Gi}}
"""


def test_a_tenant_lives_in_its_region_even_when_another_cluster_could_take_it(tmp_path: Path) -> None:
    files = {"topology/test.yaml": TOPOLOGY.replace("stands_in_for: [south]", "stands_in_for: []")}
    files["topology/test.yaml"] += SECOND_CLUSTER.format(region="south")
    files["tenants/big-corp.yaml"] = BIG_CORP.replace("south", "north")

    assert planned(tmp_path, "acme", files).cluster.name == "main"
    files["tenants/acme.yaml"] = ACME.replace("region: north", "region: south")
    assert planned(tmp_path, "acme", files).cluster.name == "other"


def test_a_tenant_is_never_placed_by_chance(tmp_path: Path) -> None:
    files = {"topology/test.yaml": TOPOLOGY + SECOND_CLUSTER.format(region="north")}
    with pytest.raises(CatalogueError) as caught:
        loaded(tmp_path, files)
    assert str(caught.value) == (
        "topology/test.yaml:66: clusters main, other all serve tier 'solo' in north, and none of them is the one that "
        "others stand by for; allowed: stands_by_for on all but one of them, or placement in the file of each tenant "
        "of the tier"
    )

    files["tenants/acme.yaml"] = ACME.replace("region: north\n", "region: north\nplacement: {test: other}\n")
    assert planned(tmp_path, "acme", files).cluster.name == "other"


def test_a_tenant_is_never_placed_outside_its_residency(tmp_path: Path) -> None:
    files = {"topology/test.yaml": TOPOLOGY + SECOND_CLUSTER.format(region="moon")}
    files["tenants/acme.yaml"] = ACME.replace("region: north\n", "region: north\nplacement: {test: other}\n")

    with pytest.raises(CatalogueError) as caught:
        loaded(tmp_path, files)

    assert str(caught.value) == (
        "tenants/acme.yaml:5: cluster 'other' is in moon, outside the tenant's residency; allowed: north, south"
    )


def test_a_tenant_that_lists_environments_exists_in_those_alone(tmp_path: Path) -> None:
    other = TOPOLOGY.replace("environment: test", "environment: else")
    files = {
        "topology/else.yaml": other,
        "tenants/acme.yaml": ACME.replace("tier: solo\n", "tier: solo\nenvironments: [else]\n"),
    }
    assert [tenant.id for tenant in loaded(tmp_path, files).tenants] == ["big-corp"]
    assert [tenant.id for tenant in load_catalogue(tmp_path, "else").tenants] == ["acme", "big-corp"]


def test_an_environment_that_is_listed_has_to_serve_the_tier(tmp_path: Path) -> None:
    files = {"topology/test.yaml": TOPOLOGY.replace("tiers: [solo, large]", "tiers: [large]")}
    assert [tenant.id for tenant in loaded(tmp_path, files).tenants] == ["big-corp"]

    files["tenants/acme.yaml"] = ACME.replace("tier: solo\n", "tier: solo\nenvironments: [test]\n")
    with pytest.raises(CatalogueError) as caught:
        loaded(tmp_path, files)
    assert str(caught.value) == (
        "tenants/acme.yaml:3: no cluster of test, which the tenant lists, serves tier 'solo'; allowed: large"
    )


def _without_quota() -> str:
    start, end = BIG_CORP.index("quota:"), BIG_CORP.index("budget:")
    return BIG_CORP[:start] + BIG_CORP[end:]


def test_compute_covers_only_with_both_amounts() -> None:
    assert Compute.of("1", "1Gi").covers(Compute.of("1", "1Gi"))
    assert not Compute.of("2", "1Gi").covers(Compute.of("1", "2Gi"))
