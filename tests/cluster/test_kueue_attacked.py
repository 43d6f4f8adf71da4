"""A tenant that would pass by the queue: each attack with a twin that is allowed (C8, D1)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.acting import Caller, pod
from tests.cluster.conftest import Person
from tests.cluster.queued import KUEUE, PRIORITY, QUEUE, Queued, job, jobs
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


def labelled(**labels: str) -> dict[str, Any]:
    names = {"queue": QUEUE, "priority": PRIORITY, "prebuilt": "kueue.x-k8s.io/prebuilt-workload-name"}
    return job("attack", labels={names[key]: value for key, value in labels.items()})


def owned_by(kind: str, version: str) -> dict[str, Any]:
    made = job("attack")
    made["metadata"]["ownerReferences"] = [
        {"apiVersion": version, "kind": kind, "name": "parent", "uid": "0" * 8, "controller": True}
    ]
    return made


@pytest.mark.parametrize(
    ("twin", "attack", "words"),
    [
        (labelled(queue="default"), labelled(queue=f"tenant-{OTHER}"), "waits in queue 'default'"),
        (labelled(priority="team"), labelled(priority="enterprise"), "the queue priority of its tier or 'batch'"),
        (labelled(priority="batch"), labelled(priority="critical"), "the queue priority of its tier or 'batch'"),
        (labelled(), labelled(prebuilt="somebody-elses"), "may not stand in for another workload"),
        (owned_by("CronJob", "batch/v1"), owned_by("Elsewhere", "example.dev/v1"), "belongs to a CronJob"),
    ],
    ids=["foreign-queue", "higher-priority", "highest-priority", "prebuilt-workload", "owner"],
)
def test_a_job_names_nothing_that_is_not_its_own(
    developer: Caller, twin: dict[str, Any], attack: dict[str, Any], words: str
) -> None:
    developer.create(JOBS, twin, dry_run=True)
    developer.refused(words, "POST", JOBS, attack)


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


@pytest.mark.parametrize(
    "kind", ["clusterqueues", "cohorts", "resourceflavors", "topologies", "workloadpriorityclasses", "admissionchecks"]
)
def test_what_is_lent_to_whom_is_not_for_tenants(person: Person, kind: str) -> None:
    boss = person(OWN, "admins")
    boss.get(f"{KUEUE}/namespaces/tenant-{OWN}/localqueues/default")
    boss.refused(f'cannot list resource "{kind}"', "GET", f"{KUEUE}/{kind}")
    body = {"apiVersion": "kueue.x-k8s.io/v1beta2", "metadata": {"name": "mine"}, "spec": {}}
    boss.refused(f'cannot create resource "{kind}"', "POST", f"{KUEUE}/{kind}", body)


def test_a_workload_and_a_queue_may_be_read_and_not_written(queued: Queued, person: Person) -> None:
    boss = person(OWN, "admins")
    queued.submit(job("seen"))
    found = until(lambda: queued.workload("seen"), "it has a Workload")
    assert found is not None
    path = f"{KUEUE}/namespaces/tenant-{OWN}/workloads/{found['metadata']['name']}"
    assert boss.get(path)["spec"]["queueName"] == "default"
    higher = {"spec": {"priority": 1_000_000_000}}
    boss.refused('cannot patch resource "workloads"', "PATCH", path, higher)
    boss.refused('cannot patch resource "workloads/status"', "PATCH", f"{path}/status", {"status": {}})
    queue = f"{KUEUE}/namespaces/tenant-{OWN}/localqueues/default"
    boss.refused('cannot patch resource "localqueues"', "PATCH", queue, {"spec": {"stopPolicy": "None"}})
    body = {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "LocalQueue",
        "metadata": {"name": "theirs"},
        "spec": {"clusterQueue": f"tenant-{OTHER}"},
    }
    boss.refused('cannot create resource "localqueues"', "POST", queue.removesuffix("/default"), body)
    boss.refused('cannot list resource "workloads"', "GET", f"{KUEUE}/namespaces/tenant-{OTHER}/workloads")


def test_the_class_that_may_stretch_is_for_pods_of_jobs(developer: Caller) -> None:
    """A4: otherwise a pod of its own would use what the queue lends, and never be asked for it back."""
    pods = f"/api/v1/namespaces/tenant-{OWN}/pods"
    developer.create(pods, pod(), dry_run=True)
    developer.refused("which are queued", "POST", pods, pod(priorityClassName="batch"))
    forged = pod(priorityClassName="batch")
    forged["metadata"]["ownerReferences"] = [
        {"apiVersion": "batch/v1", "kind": "Job", "name": "parent", "uid": "0" * 8, "controller": True}
    ]
    developer.refused("which are queued", "POST", pods, forged)


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
