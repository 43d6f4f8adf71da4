"""A tenant that would pass by the queue: each attack with a twin that is allowed (C8, D1)."""

from collections.abc import Iterator

import pytest

from tests.cluster.acting import Caller
from tests.cluster.queued import KUEUE, QUEUE, Queued, job, jobs
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER = "gearbox-labs", "acme-robotics"
JOBS = jobs(f"tenant-{OWN}")


@pytest.fixture
def developer(person: Person) -> Caller:
    return person(OWN, "developers")


@pytest.fixture
def queued(admin: Caller, developer: Caller) -> Iterator[Queued]:
    made = Queued(admin, f"tenant-{OWN}", developer)
    yield made
    made.clear()


def test_a_job_cannot_hide_behind_one_that_is_admitted(queued: Queued, developer: Caller) -> None:
    """Kueue takes a Job with a queued owner for a part of it."""
    queued.submit(job("parent"))
    queued.until_running("parent")
    child = job("child")
    developer.create(JOBS, child, dry_run=True)
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "parent", "controller": True}
    child["metadata"]["ownerReferences"] = [{**owner, "uid": queued.read("parent")["metadata"]["uid"]}]
    answer = developer.ask("POST", JOBS, child)
    assert answer.status == 403, answer.message
    assert "tenant's Job" in answer.message


def test_a_job_that_waits_cannot_release_itself(queued: Queued, developer: Caller) -> None:
    queued.submit({**job("big", pods=38), "spec": {**job("big", pods=38)["spec"], "suspend": False}})
    queued.until_refused_room("big")
    assert queued.waits("big")  # though it asked not to be
    path = f"{JOBS}/big"
    developer.patch(path, {"metadata": {"annotations": {"example.dev/note": "mine"}}})
    developer.refused("released by it", "PATCH", path, {"spec": {"suspend": False}})
    assert queued.pods("big") == []


def test_a_running_job_that_grows_goes_back_to_its_queue(queued: Queued, developer: Caller) -> None:
    queued.submit(job("grows"))
    queued.until_running("grows")
    developer.patch(f"{JOBS}/grows", {"spec": {"parallelism": 1, "backoffLimit": 3}})
    queued.until_running("grows")
    made = job("wide")
    made["spec"]["completions"] = 60
    queued.submit(made)
    queued.until_running("grows", "wide")
    developer.patch(f"{JOBS}/wide", {"spec": {"parallelism": 60}})
    until(lambda: queued.waits("wide"), "the queue takes it back")
    until(lambda: not queued.pods("wide"), "its pods end")


def test_a_cluster_queue_takes_no_workload_of_another_namespace(admin: Caller, namespace: str) -> None:
    """Even if a LocalQueue points to it: the queue asks for the tenant's label on the Namespace."""
    admin.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": {"tenant": "stranger"}}})
    spec = {"clusterQueue": f"tenant-{OWN}"}
    queue = {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "LocalQueue",
        "metadata": {"name": "default"},
        "spec": spec,
    }
    admin.create(f"{KUEUE}/namespaces/{namespace}/localqueues", queue)
    queued = Queued(admin, namespace)
    queued.submit(job("stranger", labels={QUEUE: "default"}))
    assert "namespace" in queued.until_refused_room("stranger")
    assert queued.waits("stranger")
