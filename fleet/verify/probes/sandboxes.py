"""Sandboxes of somebody else, without end, or of another make; and Jobs that would pass by the queue (C5, C8, D1)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from components.scheduling.kueue import PREBUILT_LABEL, PRIORITY_LABEL, QUEUE, QUEUE_LABEL
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from components.security.object_admission import OBJECT_POLICY
from components.security.queue_admission import JOB_POLICY
from components.security.sandbox_admission import CLAIM_POLICY
from fleet.verify.place import NAME, Manifest, Place, changed, named
from fleet.verify.probe import Flip
from fleet.verify.probes.access import cannot
from fleet.verify.refuser import RBAC, policy
from fleet.verify.request import AGENTS, BATCH, EXTENSIONS, KUEUE, Request, at, delete, get, patch, post
from settings import names

LIFECYCLE = ("spec", "lifecycle")


def sandboxes(place: Place) -> Iterator[Flip]:
    """Claims, pools and templates."""
    held = place.plan.sandboxes
    if held is None or not place.plan.active:
        return
    claims, by = at(place.namespace, "sandboxclaims", EXTENSIONS), policy(CLAIM_POLICY)
    right = _claim(held.idle_s // 2)
    twin = post(claims, right)

    def flip(id_: str, title: str, body: Manifest, words: str) -> Flip:
        return Flip(id=id_, control="TP-C5-01", title=title, who="developer", twin=twin, flip=post(claims, body), by=by,
                    words=words)  # fmt: skip

    late = _claim(held.lifetime_s + 3600)["spec"]["lifecycle"]["shutdownTime"]
    yield from (
        flip("claim-retained", "a claim that stays when it is over", changed(right, *LIFECYCLE, "shutdownPolicy",
             to="Retain"),
             "shutdownPolicy"),
        flip("claim-far-time", "a claim that ends in another age", changed(right, *LIFECYCLE, "shutdownTime", to=late),
             "tier lets a sandbox live"),
        flip("claim-long-ttl", "a finished claim that stays a day", changed(right, *LIFECYCLE,
             "ttlSecondsAfterFinished",
             to=86_400), "ttlSecondsAfterFinished"),
        flip("claim-environment", "a sandbox with variables of the claim's", changed(right, "spec", "env",
             to=[{"name": "A",
             "value": "b"}]), "env"),
        flip("claim-labels", "a sandbox with another tenant's label", changed(right, "spec", "additionalPodMetadata",
             to={
             "labels": {"tenant": place.stranger_id}}), "additionalPodMetadata"),
    )  # fmt: skip
    read = get(at(place.namespace, "sandboxclaims?limit=1", EXTENSIONS))

    def right_of(id_: str, control: str, title: str, request: Request, words: str) -> Flip:
        return Flip(id=id_, control=control, title=title, who="admin", twin=read, flip=request, by=RBAC, words=words)

    pools, templates = (at(place.namespace, each, EXTENSIONS) for each in ("sandboxwarmpools", "sandboxtemplates"))
    yield from (
        right_of("claim-next-door", "TP-B5-09", "a sandbox out of another tenant's pool", post(at(place.stranger,
                 "sandboxclaims", EXTENSIONS), right), cannot("create", "sandboxclaims")),
        right_of("pool-next-door", "TP-B5-09", "another tenant's pool", get(at(place.stranger,
             "sandboxwarmpools?limit=1",
                 EXTENSIONS)), cannot("list", "sandboxwarmpools")),
        right_of("pool-patched", "TP-C5-03", "a larger warm pool", patch(f"{pools}/sandboxes",
             {"spec": {"replicas": 500}}),
                 cannot("patch", "sandboxwarmpools")),
        right_of("template-patched", "TP-C5-02", "a template of another make", patch(f"{templates}/sandboxes",
             {"metadata":
                 {"labels": {"a": "b"}}}), cannot("patch", "sandboxtemplates")),
        right_of("template-deleted", "TP-C5-02", "no template", delete(f"{templates}/sandboxes"),
                 cannot("delete", "sandboxtemplates")),
        right_of("sandbox-made", "TP-C5-02", "a sandbox past its template", post(at(place.namespace, "sandboxes",
             AGENTS),
                 named()), cannot("create", "sandboxes")),
    )  # fmt: skip
    if place.sandbox is not None and not place.virtual:
        mine = f"{at(place.namespace, 'pods')}/{place.sandbox}"
        yield Flip(
            id="sandbox-unmarked", control="TP-C5-02", title="a sandbox that sheds the label its network goes by",
            who="developer", twin=patch(mine, {"metadata": {"labels": {"note": "mine"}}}),
            flip=patch(mine, {"metadata": {"labels": {names.SANDBOX_LABEL: None}}}), by=policy(OBJECT_POLICY),
            words="a sandbox stays one",
        )  # fmt: skip


def queues(place: Place) -> Iterator[Flip]:
    """Jobs, and what they wait in."""
    if place.home.queue is None or place.virtual:
        return
    jobs, by = at(place.namespace, "jobs", BATCH), policy(JOB_POLICY)
    right = _job(place)
    twin = post(jobs, right)

    def flip(id_: str, title: str, where: tuple[str, ...], value: Any, words: str) -> Flip:
        return Flip(id=id_, control="TP-D1-02", title=title, who="developer", twin=twin, by=by, words=words,
                    flip=post(jobs, changed(right, *where, to=value)))  # fmt: skip

    labelled = ("metadata", "labels")
    owner = {"apiVersion": "example.dev/v1", "kind": "Elsewhere", "name": "parent", "uid": "0" * 8, "controller": True}
    yield from (
        flip("foreign-queue", "another tenant's queue", labelled, {QUEUE_LABEL: place.stranger},
             f"waits in queue '{QUEUE}'"),
        flip("queue-priority", "the highest place in the queue", labelled, {PRIORITY_LABEL: "critical"},
             "the queue priority of its tier"),
        flip("prebuilt-workload", "a place that another workload got", labelled, {PREBUILT_LABEL: "somebody-elses"},
             "may not stand in for another workload"),
        flip("job-owner", "a Job that says it is a part of something else", ("metadata", "ownerReferences"), [owner],
             "belongs to a CronJob"),
    )  # fmt: skip
    read = get(at(place.namespace, "localqueues?limit=1", KUEUE))

    def right_of(id_: str, title: str, request: Request, words: str) -> Flip:
        return Flip(id=id_, control="TP-D1-01", title=title, who="admin", twin=read, flip=request, by=RBAC, words=words)

    local = at(place.namespace, "localqueues", KUEUE)
    yield from (
        right_of("queue-edited", "its queue, to another tenant's share", patch(f"{local}/{QUEUE}",
             {"spec": {"clusterQueue":
                 place.stranger}}), cannot("patch", "localqueues")),
        right_of("share-edited", "a larger share of its own", patch(f"{KUEUE}/clusterqueues/{place.home.namespace}",
             {"spec":
                 {"cohortName": "mine"}}), cannot("patch", "clusterqueues")),
        right_of("workload-made", "a Workload that is admitted already", post(at(place.namespace, "workloads", KUEUE),
                 named()), cannot("create", "workloads")),
        right_of("workloads-next-door", "what waits in another tenant's queue", get(at(place.stranger,
             "workloads?limit=1",
                 KUEUE)), cannot("list", "workloads")),
    )  # fmt: skip


def _claim(seconds: int) -> Manifest:
    ends = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lifecycle = {"shutdownPolicy": "Delete", "shutdownTime": ends, "ttlSecondsAfterFinished": 60}
    kind = {"apiVersion": "extensions.agents.x-k8s.io/v1beta1", "kind": "SandboxClaim"}
    return {**kind, **named(spec={"warmPoolRef": {"name": "sandboxes"}, "lifecycle": lifecycle})}


def _job(place: Place) -> Manifest:
    template = place.pod()
    spec = {**template["spec"], "restartPolicy": "Never"}
    if place.plan.quota.shared is not None:
        spec["priorityClassName"] = TENANT_SELF_SERVICE
    labels = template["metadata"]["labels"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": NAME, "labels": {}},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": spec}},
    }
