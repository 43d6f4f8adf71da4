"""Queues on the real controller: over quota a session waits and is not lost, idle room is lent and taken back (D1)."""

from collections.abc import Iterator

import pytest

from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.cluster.queued import KUEUE, PRIORITY, QUEUE, Queued, job, jobs
from tests.fixtures_tenancy import Person

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

TEAM, SCHOOL = "pelican-games", "riverside-high"


@pytest.fixture
def team(admin: Caller, person: Person) -> Iterator[Queued]:
    """A tenant whose guarantee is its ceiling."""
    queued = Queued(admin, f"tenant-{TEAM}", person(TEAM, "developers"))
    yield queued
    queued.clear()


@pytest.fixture
def school(admin: Caller, person: Person) -> Iterator[Queued]:
    """A tenant whose ceiling is above its guarantee."""
    queued = Queued(admin, f"tenant-{SCHOOL}", person(SCHOOL, "developers"))
    yield queued
    queued.clear()


def own(plans: dict[str, TenantPlan], tenant: str) -> tuple[int, int]:
    """What a tenant's queue has of its home flavor, and what it may borrow, in millicores."""
    queue = plans[tenant].queue
    assert queue is not None
    return queue.shares[0].nominal["cpu"], queue.shares[0].borrowing["cpu"]


def test_every_active_tenant_has_a_queue_that_admits_and_a_suspended_one_has_one_that_does_not(
    admin: Caller, plans: dict[str, TenantPlan]
) -> None:
    """A7, D1."""
    found = {each["metadata"]["name"]: each for each in admin.get(f"{KUEUE}/clusterqueues")["items"]}
    for plan in plans.values():
        (active,) = [each for each in found[plan.namespace]["status"]["conditions"] if each["type"] == "Active"]
        assert (active["status"] == "True") == plan.active, active
        assert plan.active or active["reason"] == "Stopped"
        assert found[plan.namespace]["spec"]["namespaceSelector"]["matchLabels"] == {"tenant": plan.tenant.id}


def test_a_session_over_quota_waits_suspended_and_runs_when_another_has_ended(
    team: Queued, plans: dict[str, TenantPlan]
) -> None:
    """D1, D4: none of the three names a queue, all are queued, and none is lost."""
    nominal, borrowing = own(plans, TEAM)
    assert borrowing == 0
    size = nominal // 2
    team.submit(*(job(name, size) for name in ("one", "two", "three")))
    team.until_running("one", "two")
    assert "insufficient" in team.until_refused_room("three")
    assert team.waits("three")
    assert team.pods("three") == []
    assert team.read("three")["metadata"]["labels"][QUEUE] == "default"
    team.end("one")
    team.until_running("two", "three")
    team.end("two", "three")
    assert team.completed(["one", "two", "three"])


def test_a_tenant_borrows_beyond_its_guarantee_up_to_its_ceiling(
    admin: Caller, school: Queued, plans: dict[str, TenantPlan]
) -> None:
    """A4, D1: only Jobs of the class that gives way may stretch, and only as far as the queue lends."""
    nominal, borrowing = own(plans, SCHOOL)
    assert borrowing > 1000
    fitting = (nominal + borrowing) // 1000
    names = [f"stretch-{index}" for index in range(fitting + 1)]
    school.submit(*(job(name, 1000, priorityClassName="batch") for name in names[:-1]))
    school.until_running(*names[:-1])
    school.submit(job(names[-1], 1000, priorityClassName="batch"))
    assert "insufficient" in school.until_refused_room(names[-1])
    used = admin.get(f"/api/v1/namespaces/{school.namespace}/resourcequotas/tenant-standing")["status"]["used"]
    assert used["requests.cpu"] == "450m"  # its services; what was borrowed is in the other quota alone
    (flavor,) = admin.get(f"{KUEUE}/clusterqueues/{school.namespace}")["status"]["flavorsUsage"]
    (cpu,) = [each for each in flavor["resources"] if each["name"] == "cpu"]
    assert cpu["total"] == str(fitting)
    assert cpu["borrowed"] == f"{fitting * 1000 - nominal}m"


def test_within_a_queue_the_higher_priority_goes_first_and_takes_the_room_of_lower_ones(
    team: Queued, plans: dict[str, TenantPlan]
) -> None:
    """C8, D5: whoever came first."""
    nominal, _ = own(plans, TEAM)
    size = nominal - 100
    team.submit(job("low", size, labels={PRIORITY: "batch"}))
    team.until_running("low")
    team.submit(job("high", size, labels={PRIORITY: "team"}))
    team.until_running("high")
    team.until_refused_room("low")
    team.submit(job("later", size, labels={PRIORITY: "team"}))
    team.until_refused_room("later")
    team.end("high")
    team.until_running("later")  # `low` has waited longer
    team.end("later")
    team.until_running("low")
    team.end("low")


def test_a_gang_that_does_not_fit_as_a_whole_starts_none_of_its_pods(
    team: Queued, plans: dict[str, TenantPlan]
) -> None:
    """D7."""
    nominal, _ = own(plans, TEAM)
    size = nominal // 3
    team.submit(job("small", size))
    team.until_running("small")
    team.submit(job("gang", size, pods=3))  # there is room for two of them
    team.until_refused_room("gang")
    assert team.waits("gang")
    assert team.pods("gang") == []
    team.end("small")
    team.until_running("gang")
    team.end("gang")


def test_jobs_outside_tenants_are_not_queued(admin: Caller, namespace: str) -> None:
    queued = Queued(admin, namespace)
    admin.create(jobs(namespace), job("platform"))
    queued.until_running("platform")
    queued.end("platform")
