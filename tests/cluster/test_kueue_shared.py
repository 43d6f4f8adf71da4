"""What queues lend each other, on the real controller: borrowed, taken back, and shared out fairly (D1)."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from components.scheduling.kueue import API_VERSION
from components.scheduling.tenant_queue import cluster_queue_spec
from settings import TenantPlan
from settings.queue_plan import FlavorShare
from tests.cluster.acting import Caller
from tests.cluster.queued import KUEUE, Queued, job
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("queues")]

COHORT = "test-lenders"
"""A cohort that holds nothing but what its members are guaranteed: whoever borrows, borrows from one of them."""
OWN_M, BORROWED_M = 300, 900


@pytest.fixture(scope="module")
def lenders(admin: Caller, plans: dict[str, TenantPlan]) -> Iterator[dict[str, Queued]]:
    """Three tenants, each guaranteed one Job of 300m and lent the others' room, with the queues that the component
    makes."""
    model = plans["lindenhof-school"]
    assert model.queue is not None
    made: dict[str, Queued] = {}
    for name in ("lender-a", "lender-b", "lender-c"):
        tenant = model.tenant.model_copy(update={"id": name})
        (share,) = model.queue.shares
        lent = FlavorShare(
            flavor=share.flavor,
            nominal={**share.nominal, "cpu": OWN_M},
            borrowing={**share.borrowing, "cpu": BORROWED_M},
        )
        plan = replace(model, tenant=tenant, namespace=f"tenant-{name}")
        queue = replace(model.queue, cohort=COHORT, shares=(lent,))
        namespace = {"metadata": {"name": plan.namespace, "labels": {"tenant": name, "tenantplane.dev/tier": "basic"}}}
        admin.create("/api/v1/namespaces", namespace)
        for kind, path, title, spec in (
            ("ClusterQueue", f"{KUEUE}/clusterqueues", plan.namespace, cluster_queue_spec(plan, queue)),
            (
                "LocalQueue",
                f"{KUEUE}/namespaces/{plan.namespace}/localqueues",
                "default",
                {"clusterQueue": plan.namespace},
            ),
        ):
            admin.create(path, {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": title}, "spec": spec})
        made[name[-1]] = Queued(admin, plan.namespace)
    for each in made.values():
        until(partial(_active, admin, each.namespace), f"queue {each.namespace} admits")
    yield made
    for each in made.values():
        admin.delete(f"{KUEUE}/clusterqueues/{each.namespace}")
        admin.delete(f"/api/v1/namespaces/{each.namespace}")


@pytest.fixture
def shared(lenders: dict[str, Queued]) -> Iterator[dict[str, Queued]]:
    yield lenders
    for each in lenders.values():
        each.clear()


def _active(admin: Caller, name: str) -> bool:
    conditions = (admin.get(f"{KUEUE}/clusterqueues/{name}").get("status") or {}).get("conditions") or []
    return any(each["type"] == "Active" and each["status"] == "True" for each in conditions)


def test_idle_room_is_lent_and_taken_back_when_its_owner_returns(shared: dict[str, Queued]) -> None:
    """Nothing is lost: what had to give way waits in its queue and runs again."""
    borrower, lender = shared["a"], shared["b"]
    borrower.submit(*(job(name, OWN_M) for name in ("one", "two", "three")))
    borrower.until_running("one", "two", "three")
    lender.submit(job("mine", OWN_M))
    lender.until_running("mine")
    until(lambda: len(borrower.running()) == 2, "one of the borrower's Jobs has given way")
    (waiting,) = {"one", "two", "three"} - borrower.running()
    assert borrower.waits(waiting)
    lender.end("mine")
    borrower.until_running("one", "two", "three")
    borrower.end("one", "two", "three")


def test_a_suspended_tenant_runs_no_job_and_goes_on_where_it_was(
    admin: Caller, shared: dict[str, Queued], plans: dict[str, TenantPlan]
) -> None:
    """A7: what ran goes back to the queue, and is released when the tenant is."""
    queued = shared["a"]
    queued.submit(job("one", OWN_M), job("two", OWN_M))
    queued.until_running("one", "two")
    path = f"{KUEUE}/clusterqueues/{queued.namespace}"
    stopped, active = plans["lantern-notes"], plans["acme-robotics"]
    assert stopped.queue is not None
    assert active.queue is not None
    admin.patch(path, {"spec": {"stopPolicy": cluster_queue_spec(stopped, stopped.queue)["stopPolicy"]}})
    queued.until_running()
    until(lambda: not queued.pods("one") and not queued.pods("two"), "their pods end")
    admin.patch(path, {"spec": {"stopPolicy": cluster_queue_spec(active, active.queue)["stopPolicy"]}})
    queued.until_running("one", "two")
    queued.end("one", "two")


def test_two_borrowers_share_what_a_third_leaves_idle(shared: dict[str, Queued]) -> None:
    """Whoever came first has taken all of it, and gives half of what is lent back."""
    first, second = shared["a"], shared["b"]
    half = OWN_M // 2
    first.submit(*(job(f"job-{index}", half) for index in range(6)))
    until(lambda: len(first.running()) == 6, "the first has everything")
    second.submit(*(job(f"job-{index}", half) for index in range(6)))
    until(lambda: (len(first.running()), len(second.running())) == (3, 3), "each has its own and half of the third's")
    # Neither can take more from the other: it would have more than its share.
    for each in (first, second):
        for index in range(6):
            if each.waits(f"job-{index}"):
                each.until_refused_room(f"job-{index}")
    assert (len(first.running()), len(second.running())) == (3, 3)
