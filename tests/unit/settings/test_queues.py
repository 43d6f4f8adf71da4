"""What a tenant's Jobs may use follows from tier, services and nodes, and adds up (A2-A4, D1)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Catalogue, CatalogueError, ResolvedQueue, TenantPlan, load_catalogue, plan_tenants
from settings.fields import Compute
from settings.queue_plan import BLOCK_LABEL, RACK_LABEL, flavors, resolved_queue, surplus
from settings.replicas import Demand
from tests.unit.settings import small_catalogue
from tests.unit.settings.small_catalogue import FILES, TOPOLOGY

ROOT = Path(__file__).parents[3]
QUEUED = TOPOLOGY.replace("    shards: 4\n", "    shards: 4\n    addons: [kueue]\n")


def planned(root: Path, files: Mapping[str, str]) -> dict[str, TenantPlan]:
    catalogue = load_catalogue(small_catalogue.write(root, {**FILES, **files}), "test")
    return {plan.tenant.id: plan for plan in plan_tenants(catalogue)}


def queue(plan: TenantPlan) -> ResolvedQueue:
    assert plan.queue is not None
    return plan.queue


@pytest.fixture(scope="module")
def local() -> Catalogue:
    """The repository's own."""
    return load_catalogue(ROOT / "catalog", "local")


def test_a_cluster_without_the_addon_has_no_queues_and_one_quota(tmp_path: Path) -> None:
    for plan in planned(tmp_path, {}).values():
        assert plan.queue is None
        assert not plan.quota.elastic
        assert plan.quota.hard()["resourcequotas"] == "1"


def test_jobs_have_what_services_leave_of_the_guarantee_and_borrow_up_to_the_ceiling(local: Catalogue) -> None:
    """riverside-high: 2 guaranteed, 6 at most; its services at their least request 450m and are limited to 1550m."""
    plans = {plan.tenant.id: plan for plan in plan_tenants(local)}
    made = queue(plans["riverside-high"])
    (share,) = made.shares
    assert (share.flavor, made.cohort) == ("sandbox", "tenantplane-education")
    assert (share.nominal["cpu"], share.borrowing["cpu"]) == (1550, 2900)
    assert made.weight_m == 2000
    team = queue(plans["pelican-games"])
    assert (team.shares[0].flavor, team.cohort) == ("sandbox", "tenantplane-platform")
    assert set(team.shares[0].borrowing.values()) == {0}  # A2: one number, guarantee and ceiling at once


def test_only_queued_jobs_may_request_more_than_the_guarantee(local: Catalogue) -> None:
    """A4: the quota of everything goes up to the ceiling, that of what cannot be taken back stays."""
    plans = {plan.tenant.id: plan for plan in plan_tenants(local)}
    elastic = plans["riverside-high"].quota
    assert (elastic.hard()["requests.cpu"], elastic.hard()["limits.cpu"]) == ("6", "6")
    assert elastic.standing() == {"requests.cpu": "2", "requests.memory": "4Gi"}
    assert elastic.hard()["resourcequotas"] == "2"
    assert not plans["acme-robotics"].quota.elastic
    assert plans["acme-robotics"].quota.hard()["resourcequotas"] == "1"


def test_a_tenant_that_runs_nothing_lends_and_borrows_nothing(local: Catalogue) -> None:
    """A7: sums.py keeps nothing for it either."""
    made = queue(next(plan for plan in plan_tenants(local) if plan.tenant.id == "lantern-notes"))
    assert made.stopped
    for share in made.shares:
        assert set(share.nominal.values()) | set(share.borrowing.values()) == {0}


def test_gpus_that_no_service_holds_are_a_flavor_of_their_own(local: Catalogue) -> None:
    plans = {plan.tenant.id: plan for plan in plan_tenants(local)}
    home, slices = queue(plans["gearbox-labs"]).shares
    assert slices.flavor == "pool-gpu-a100-mig"
    assert (slices.nominal["nvidia.com/mig-1g.10gb"], home.nominal["nvidia.com/mig-1g.10gb"]) == (1, 0)
    assert slices.nominal["cpu"] > 0
    assert len(queue(plans["acme-robotics"]).shares) == 1  # its one GPU is its service's


def test_dedicated_nodes_are_lent_to_nobody_else(local: Catalogue) -> None:
    named = {plan.tenant.id: {share.flavor for share in queue(plan).shares} for plan in plan_tenants(local)}
    assert {tenant for tenant, chosen in named.items() if "dedicated-northwind-bank" in chosen} == {"northwind-bank"}


def test_nodes_with_gpus_are_not_tolerated_for_a_job_and_say_where_they_stand(local: Catalogue) -> None:
    """C6, D7."""
    made = {each.name: each for each in flavors(local.topology.clusters[0])}
    assert made["sandbox"].tolerations
    assert not made["sandbox"].taints
    assert not made["pool-gpu-a100-mig"].tolerations
    assert [taint.key for taint in made["pool-gpu-a100-mig"].taints] == ["nvidia.com/gpu"]
    pool = next(pool for pool in local.topology.clusters[0].node_pools if pool.name == "gpu-a100-mig")
    assert {BLOCK_LABEL, RACK_LABEL} <= pool.labels.keys()
    assert (made["pool-gpu-a100-mig"].topology, made["sandbox"].topology) == ("racks", "hosts")
    bare = local.topology.clusters[0].model_copy(update={"node_pools": (pool.model_copy(update={"labels": {}}),)})
    assert [each.topology for each in flavors(bare)] == ["hosts"]


def test_what_is_its_own_and_what_is_lent_together_are_what_the_nodes_hold(local: Catalogue) -> None:
    cluster = local.topology.clusters[0]
    plans = plan_tenants(local)
    left = surplus(cluster, [(plan.tenant, plan.quota) for plan in plans])
    for flavor in flavors(cluster):
        for resource, most in flavor.capacity.items():
            own = sum(
                share.nominal[resource] for plan in plans for share in queue(plan).shares if share.flavor == flavor.name
            )
            assert left[flavor.name][resource] >= 0
            assert own + left[flavor.name][resource] <= most


amounts = st.integers(0, 64_000)
demands = st.builds(
    lambda request, more, least: Demand(
        pod={
            "requests.cpu": request,
            "limits.cpu": request + more,
            "requests.memory": 0,
            "limits.memory": 0,
            "pods": 1,
        },
        least=least,
        most=least,
    ),
    st.integers(0, 4000),
    st.integers(0, 4000),
    st.integers(0, 5),
)


@given(guaranteed=st.integers(1, 64_000), elastic=amounts, standing=st.lists(demands, max_size=4))
@settings(max_examples=200, deadline=None)
def test_jobs_and_services_together_never_get_more_than_the_quota(
    local: Catalogue, guaranteed: int, elastic: int, standing: list[Demand]
) -> None:
    """Whatever is queued: requests within the guarantee, with what is borrowed limits within the ceiling."""
    plan = next(plan for plan in plan_tenants(local) if plan.tenant.id == "riverside-high")
    quota = replace(
        plan.quota,
        guaranteed=Compute.of(f"{guaranteed}m", "1Gi"),
        ceiling=Compute.of(f"{guaranteed + elastic}m", "1Gi"),
    )
    made = resolved_queue(plan.tenant, plan.cluster, local, quota, standing)
    assert made is not None
    requests = sum(each.least * each.pod["requests.cpu"] for each in standing)
    limits = sum(each.least * each.pod["limits.cpu"] for each in standing)
    nominal, borrowing = (
        sum(getattr(share, part)["cpu"] for share in made.shares) for part in ("nominal", "borrowing")
    )
    assert nominal >= 0
    assert 0 <= borrowing <= elastic
    assert nominal == 0 or nominal + requests <= guaranteed
    assert nominal + borrowing == 0 or nominal + borrowing + limits <= guaranteed + elastic
    assert all(tuple(share.nominal) == tuple(share.borrowing) == made.resources for share in made.shares)


def test_guarantees_above_the_nodes_that_are_shared_get_a_line_though_the_cluster_has_more(tmp_path: Path) -> None:
    """A queue lends and reclaims within a flavor, and finds no room in another."""
    planned(tmp_path / "twin", {"topology/test.yaml": QUEUED})
    nodes = "kind: sandbox\n        min_nodes: 1\n        max_nodes: 5\n        capacity: {cpu: "
    small = QUEUED.replace(f"{nodes}8", f"{nodes}600m")
    planned(tmp_path / "unqueued", {"topology/test.yaml": small.replace("    addons: [kueue]\n", "")})
    with pytest.raises(CatalogueError) as caught:
        planned(tmp_path / "flip", {"topology/test.yaml": small})
    assert list(map(str, caught.value.problems)) == [
        "topology/test.yaml:12: queues of cluster 'main' guarantee 1 cpu of 'sandbox'; "
        "allowed: at most 600m, which its nodes hold"
    ]


def test_without_sandbox_nodes_jobs_share_the_cpu_nodes(tmp_path: Path) -> None:
    plain = QUEUED.replace("kind: sandbox", "kind: cpu")
    big = FILES["tenants/big-corp.yaml"]
    made = planned(tmp_path, {"topology/test.yaml": plain, "tenants/big-corp.yaml": big})
    assert queue(made["acme"]).shares[0].flavor == "cpu"
    assert queue(made["big-corp"]).shares[0].flavor == "dedicated-big-corp"
