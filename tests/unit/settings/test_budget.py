"""A tenant's quota divided among its namespaces and its Jobs: exactly the whole, whatever the shares (A6, C1, D1)."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import Catalogue, Compute, ResolvedQuota, Tenant, TenantPlan, load_catalogue, names, plan_tenants
from settings.budget import Budget, budget
from settings.namespaces import Namespaces
from settings.quantities import parse_bytes, parse_cpu
from tests.unit.settings import small_catalogue

CATALOGUE = Path(__file__).resolve().parents[3] / "catalog"
OWN_FURNITURE = ("resourcequotas", "count/limitranges")
"""Of each namespace, and counted so that a tenant makes none: no part of what is divided."""


@cache
def repository() -> Catalogue:
    return load_catalogue(CATALOGUE, "local")


def divided(tenant: Tenant, namespaces: Namespaces, *, queues: bool = True) -> Budget:
    catalogue = repository()
    cluster = catalogue.topology.clusters[0]
    if not queues:
        cluster = cluster.model_copy(update={"addons": ()})
    changed = tenant.model_copy(update={"isolation": "namespaces", "namespaces": namespaces})
    return budget(changed, catalogue.tiers[tenant.tier], cluster)


@st.composite
def shares(draw: st.DrawFn) -> Namespaces:
    """Any shares that a file may name."""
    jobs = draw(st.integers(1, 40))
    count = draw(st.integers(1, 6))
    left = 99 - jobs
    children = []
    for index in range(count):
        share = draw(st.integers(1, max(1, left - (count - 1 - index))))
        left -= share
        children.append({"name": f"child-{index}", "share": share})
    return Namespaces.model_validate({"jobs_share": jobs, "children": children})


def amount(resource: str, quantity: str) -> int:
    return parse_cpu(quantity) if resource.endswith("cpu") else parse_bytes(quantity)


def parts(made: Budget) -> list[ResolvedQuota]:
    return [made.home, *made.children.values()]


@given(st.sampled_from(repository().tenants), shares(), st.booleans())
def test_parts_are_exactly_the_whole_of_every_counted_resource(
    tenant: Tenant, namespaces: Namespaces, queues: bool
) -> None:
    made = divided(tenant, namespaces, queues=queues)
    standing = [replace(each, shared=None, elastic=False, suspended=False).hard() for each in parts(made)]
    whole = replace(made.whole, elastic=False, suspended=False).hard()
    jobs = {}
    if made.jobs:
        jobs = {
            key: replace(made.jobs, elastic=False).hard()[key] for key in whole if key.endswith((".cpu", ".memory"))
        }
    for resource, quantity in whole.items():
        if resource in OWN_FURNITURE or resource.startswith("count/sandboxclaims"):
            continue
        total = sum(amount(resource, each[resource]) for each in standing) + amount(resource, jobs.get(resource, "0"))
        assert total == amount(resource, quantity), resource


@given(st.sampled_from(repository().tenants), shares())
def test_what_may_be_requested_and_used_never_exceeds_the_whole(tenant: Tenant, namespaces: Namespaces) -> None:
    """As the API server and the queue count it: what stands, by the second quota of each namespace; Jobs, whose limits
    are their requests, by the one queue."""
    made = divided(tenant, namespaces)
    assert made.jobs is not None
    for resource, most in (("cpu", made.whole.ceiling.cpu_m), ("memory", made.whole.ceiling.memory_bytes)):
        jobs = made.jobs.ceiling.cpu_m if resource == "cpu" else made.jobs.ceiling.memory_bytes
        for what in ("requests", "limits"):
            standing = [amount(resource, each.standing()[f"{what}.{resource}"]) for each in parts(made)]
            assert sum(standing) + jobs <= most
            for each, own in zip(parts(made), standing, strict=True):
                hard = amount(resource, each.hard()[f"{what}.{resource}"])
                assert hard == own + jobs  # each namespace has room for all of the Jobs, and for nothing besides


@given(st.sampled_from(repository().tenants), shares())
def test_no_part_is_negative_and_a_share_is_never_rounded_up(tenant: Tenant, namespaces: Namespaces) -> None:
    made = divided(tenant, namespaces)
    for name, part in made.children.items():
        (share,) = [each.share for each in namespaces.children if each.name == name]
        assert part.guaranteed.cpu_m * 100 <= made.whole.guaranteed.cpu_m * share
        assert part.pods * 100 <= made.whole.pods * share
    for part in parts(made):
        assert min(part.guaranteed.cpu_m, part.guaranteed.memory_bytes, part.storage_bytes, part.pods) >= 0
        assert min(part.objects.model_dump().values()) >= 0


def planned(tmp_path: Path) -> TenantPlan:
    catalogue = load_catalogue(small_catalogue.write(tmp_path, small_catalogue.WITH_NAMESPACES), "test")
    return next(plan for plan in plan_tenants(catalogue) if plan.tenant.id == "big-corp")


def test_a_child_has_a_namespace_a_label_and_a_share_of_its_own(tmp_path: Path) -> None:
    home = planned(tmp_path)
    staging, lab = home.children
    assert (home.namespace, staging.namespace) == ("tenant-big-corp", "tenant-big-corp--staging")
    assert staging.labels == home.labels | {names.CHILD_LABEL: "staging"}
    assert staging.namespace_labels[names.JOBS_LABEL] == home.namespace_labels[names.JOBS_LABEL] == "shared"
    assert staging.quota.guaranteed == Compute.of("800m", "1638Mi")  # 20 % of 4 and 8Gi, whole Mi
    assert staging.quota.ceiling == Compute.of("2", "3276Mi")
    assert (staging.workloads, staging.sandboxes, staging.queue) == ((), None, None)
    assert set(staging.quota.gpus.values()) == {0}
    assert (staging.active, staging.protected) == (True, True)
    assert (lab.active, lab.protected, lab.quota.hard()["pods"]) == (False, False, "0")
    assert (home.active, home.protected) == (True, True)


def test_the_queue_has_what_is_set_aside_for_jobs(tmp_path: Path) -> None:
    home = planned(tmp_path)
    assert home.queue is not None
    (share,) = [each for each in home.queue.shares if each.flavor == "sandbox"]
    assert (share.nominal["cpu"], share.borrowing["cpu"]) == (400, 600)  # 10 % of 4 and of 10 - 4
    assert home.quota.hard()["requests.cpu"] == "3200m"  # 55 % of 4 that is its own, and what the queue may lend
    assert home.quota.standing()["requests.cpu"] == "2200m"


def test_without_queues_jobs_are_counted_where_they_run_and_the_home_keeps_their_share(tmp_path: Path) -> None:
    files = {**small_catalogue.WITH_NAMESPACES, "topology/test.yaml": small_catalogue.TOPOLOGY}
    catalogue = load_catalogue(small_catalogue.write(tmp_path, files), "test")
    (home,) = [plan for plan in plan_tenants(catalogue) if plan.tenant.id == "big-corp"]
    assert (home.budget.jobs, home.queue) == (None, None)
    assert home.quota.guaranteed.cpu_m == 2600
    assert names.JOBS_LABEL not in home.namespace_labels


def test_a_tenant_with_one_namespace_has_all_of_its_quota_there(tmp_path: Path) -> None:
    catalogue = load_catalogue(small_catalogue.write(tmp_path, small_catalogue.WITH_NAMESPACES), "test")
    (acme,) = [plan for plan in plan_tenants(catalogue) if plan.tenant.id == "acme"]
    assert acme.quota == acme.budget.whole
    assert (acme.children, acme.budget.children) == ((), {})


@pytest.mark.parametrize(
    ("name", "usable"),
    [("a", True), ("lab-2", True), ("a" * 20, True), ("a" * 21, False), ("-a", False), ("a--b", False), ("A", False)],
)
def test_names_of_children(name: str, usable: bool) -> None:
    assert names.is_child(name) is usable


_IDS = st.from_regex(names.ID_PATTERN, fullmatch=True)


@given(_IDS.filter(lambda each: names.id_problem(each) is None), _IDS.filter(names.is_child))
def test_the_namespace_of_a_child_reads_back_in_one_way_and_is_no_tenants_home(tenant: str, child: str) -> None:
    made = names.child_namespace(tenant, child)
    assert len(made) <= 63
    assert made.removeprefix("tenant-").split("--") == [tenant, child]
    assert names.id_problem(made.removeprefix("tenant-")) is not None
