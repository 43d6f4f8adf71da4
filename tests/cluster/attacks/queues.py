"""Jobs that would pass by the queue, or stand in somebody else's (C8, D1). What Kueue does about a Job that waits or
runs is watched in tests/cluster/test_kueue_attacked.py."""

from functools import partial
from typing import Any

from tests.cluster.acting import pod
from tests.cluster.attacks.attack import (
    BATCH,
    HOME,
    KUEUE,
    NEXT_DOOR,
    PODS,
    RBAC,
    Request,
    at,
    changed,
    get,
    named,
    patch,
    policy,
    post,
    row,
)
from tests.cluster.queued import PRIORITY, QUEUE, job

QUEUED = policy("tenantplane-queued-jobs")
QUEUED_PODS = policy("tenantplane-queued-pods")
JOBS = at(HOME, "jobs", BATCH)
LOCAL_QUEUES = at(HOME, "localqueues", KUEUE)
TWIN = post(JOBS, job("attack"))


_row = partial(row, control=QUEUED, who="developers")


def labelled(label: str, value: str) -> Request:
    return post(JOBS, job("attack", labels={label: value}))


def owned(kind: str, api: str) -> dict[str, Any]:
    owner = {"apiVersion": api, "kind": kind, "name": "parent", "uid": "0" * 8, "controller": True}
    return {"metadata": {"ownerReferences": [owner]}}


def owned_job(kind: str, api: str) -> Request:
    made = job("attack")
    made["metadata"] |= owned(kind, api)["metadata"]
    return post(JOBS, made)


PRIORITY_WORDS = "the queue priority of its tier or 'batch'"
ROWS = (
    _row("foreign-queue", "another tenant's queue", labelled(QUEUE, "default"), labelled(QUEUE, NEXT_DOOR),
         "waits in queue 'default'", "D1"),
    _row("queue-priority", "a higher place in the queue", labelled(PRIORITY, "team"), labelled(PRIORITY, "enterprise"),
         PRIORITY_WORDS, "C8", "D1"),
    _row("queue-critical", "the highest place in the queue", labelled(PRIORITY, "batch"), labelled(PRIORITY,
         "critical"), PRIORITY_WORDS, "C8", "D1"),
    _row("prebuilt-workload", "a place that another workload got", TWIN,
         labelled("kueue.x-k8s.io/prebuilt-workload-name", "somebody-elses"), "may not stand in for another workload",
         "D1"),
    _row("job-owner", "a Job that says it is a part of something else", owned_job("CronJob", "batch/v1"),
         owned_job("Elsewhere", "example.dev/v1"), "belongs to a CronJob", "D1"),
    _row("batch-pod", "a pod that says it is a Job's", post(PODS, pod()), post(PODS, changed({**pod(), "metadata": {
         "name": "probe", **owned("Job", "batch/v1")["metadata"]}}, ("spec", "priorityClassName"), "batch")),
         "which are queued", "A4", "D1", control=QUEUED_PODS),
    _row("queue-made", "a queue that leads to another tenant's share", get(LOCAL_QUEUES),
         post(LOCAL_QUEUES, named(spec={"clusterQueue": NEXT_DOOR})), 'cannot create resource "localqueues"', "D1",
         control=RBAC, who="admins"),
    _row("queue-edited", "its queue, to another tenant's share", get(f"{LOCAL_QUEUES}/default"),
         patch(f"{LOCAL_QUEUES}/default", {"spec": {"clusterQueue": NEXT_DOOR}}),
         'cannot patch resource "localqueues"', "D1", control=RBAC, who="admins"),
    _row("share-edited", "a larger share of its own", get(f"{LOCAL_QUEUES}/default"),
         patch(f"{KUEUE}/clusterqueues/{HOME}", {"spec": {"cohortName": "mine"}}),
         'cannot patch resource "clusterqueues"', "D1", "D4", control=RBAC, who="admins"),
    _row("workload-made", "a Workload that is admitted already", get(at(HOME, "workloads", KUEUE)),
         post(at(HOME, "workloads", KUEUE), named()), 'cannot create resource "workloads"', "D1", control=RBAC,
         who="admins"),
    _row("workload-edited", "a Workload of a higher priority", get(at(HOME, "workloads", KUEUE)),
         patch(at(HOME, "workloads/any", KUEUE), {"spec": {"priority": 1_000_000_000}}),
         'cannot patch resource "workloads"', "C8", "D1", control=RBAC, who="admins"),
    _row("workload-status", "the admission of a Workload, forged", get(at(HOME, "workloads", KUEUE)),
         patch(at(HOME, "workloads/any/status", KUEUE), {"status": {}}), 'cannot patch resource "workloads/status"',
         "D1", control=RBAC, who="admins"),
    _row("workloads-next-door", "what waits in another tenant's queue", get(at(HOME, "workloads", KUEUE)),
         get(at(NEXT_DOOR, "workloads", KUEUE)), 'cannot list resource "workloads"', "D1", control=RBAC, who="admins"),
)  # fmt: skip
