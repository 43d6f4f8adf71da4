"""Pods in a class that is not for what they do, and running pods that are made into something else (C3, C7, G7)."""

from typing import Any

from tests.cluster.acting import pod
from tests.cluster.attacks.attack import (
    APPS,
    BATCH,
    HOME,
    OWN,
    PODS,
    RBAC,
    Attack,
    Control,
    Request,
    at,
    changed,
    delete,
    get,
    named,
    patch,
    policy,
    post,
)

SCHOOL = "riverside-high"
"""A tenant with homework-correction only, where the attacker has agents' sessions only."""
SCHOOL_PODS = at(f"tenant-{SCHOOL}", "pods")
KIND = "tenantplane.dev/workload"
RUNTIMES = policy("tenantplane-runtimes")
TENANT_PODS = policy("tenantplane-tenant-pods")
OBJECTS = policy("tenantplane-tenant-objects")
POD_IMAGE = "/spec/containers/0/image"
DIGEST = "registry.tenantplane.example/other@sha256:" + "1" * 64


def of_kind(kind: str | None, runtime: str) -> dict[str, Any]:
    made = changed(pod(), ("spec", "runtimeClassName"), runtime)
    return made if kind is None else changed(made, ("metadata", "labels"), {KIND: kind})


def made_by(maker: str, template: dict[str, Any]) -> Request:
    """What makes such pods: written, it is asked as the pod would be."""
    labels = {"app": "probe", **template["metadata"].get("labels", {})}
    spec = {"metadata": {"labels": labels}, "spec": template["spec"]}
    once = {"template": {**spec, "spec": {**spec["spec"], "restartPolicy": "Never"}}}
    if maker == "jobs":
        return post(at(HOME, maker, BATCH), named(spec=once))
    if maker == "cronjobs":
        body = named(spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": once}})
        return post(at(HOME, maker, BATCH), body)
    body = named(spec={"selector": {"matchLabels": {"app": "probe"}}, "template": spec, "serviceName": "probe"})
    return post(at(HOME, maker, APPS), body)


def without_class(made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "spec": {key: value for key, value in made["spec"].items() if key != "runtimeClassName"}}


def _runtime(
    id_: str, title: str, twin: Request, flip: Request, words: str, *sources: str, tenant: str = OWN
) -> Attack:
    return Attack(
        id=id_, title=title, sources=sources, twin=twin, flip=flip, control=RUNTIMES, words=words, tenant=tenant
    )


NOT_FOR, NOT_LISTED, GPUS = "is not for this kind of workload", "does not list", "pods with GPUs, and no others"
GVISOR = of_kind("agent-sessions", "gvisor")

CLASS_ROWS = (
    _runtime("runtime-runc", "an agent's session without a sandbox", post(PODS, GVISOR),
             post(PODS, of_kind("agent-sessions", "runc")), NOT_FOR, "C3"),
    _runtime("runtime-unstated", "a pod that says nothing of its kind, without a sandbox",
             post(PODS, of_kind(None, "kata")), post(PODS, of_kind(None, "runc")), NOT_FOR, "C3"),
    _runtime("runtime-foreign-kind", "the kind of another tenant's workloads", post(PODS, GVISOR),
             post(PODS, of_kind("homework-correction", "gvisor")), NOT_LISTED, "C3"),
    _runtime("runtime-unheard-of", "a kind that nobody knows", post(PODS, GVISOR),
             post(PODS, of_kind("unheard-of", "gvisor")), NOT_LISTED, "C3"),
    _runtime("runtime-gpu-class", "a class for GPUs without one", post(PODS, GVISOR),
             post(PODS, of_kind("agent-sessions", "kata-gpu")), GPUS, "C3", "C7"),
    _runtime("gpu-nodes", "the nodes with GPUs without one", post(PODS, GVISOR), post(PODS, changed(GVISOR,
             ("spec", "tolerations"), [{"key": "nvidia.com/gpu", "operator": "Exists"}])),
             "may tolerate the taint of GPU nodes", "C6", "C7"),
    _runtime("runtime-silent", "an agent's session in whichever class the node has", post(PODS, GVISOR),
             post(PODS, without_class(GVISOR)), NOT_FOR, "C3"),
    *(_runtime(f"runtime-school-{name}", title, post(SCHOOL_PODS, of_kind("homework-correction", "runc")),
               post(SCHOOL_PODS, flip), words, "C3", tenant=SCHOOL)
      for name, title, flip, words in (
          ("agents", "agents' sessions of a school that has none", GVISOR, NOT_LISTED),
          ("unstated", "a school's pod that says nothing of its kind, without a sandbox", of_kind(None, "runc"),
           NOT_FOR))),
    *(_runtime(f"runtime-by-{maker}", f"pods without a sandbox, made by {maker}",
               made_by(maker, of_kind(None, "gvisor")), made_by(maker, of_kind(None, "runc")), NOT_FOR, "C3")
      for maker in ("deployments", "statefulsets", "jobs", "cronjobs")),
)  # fmt: skip

OWN_POD = f"{PODS}/{{pod}}"


def _change(  # noqa: PLR0917 - the columns of a table
    id_: str, title: str, twin: Request, flip: Request, control: Control, words: str, *sources: str
) -> Attack:
    return Attack(id=id_, title=title, sources=sources, twin=twin, flip=flip, control=control, words=words)


def labels(**values: str) -> dict[str, Any]:
    return {"metadata": {"labels": values}}


CHANGE_ROWS = (
    _change("patch-image", "a running pod to an image by tag",
            patch(OWN_POD, [{"op": "replace", "path": POD_IMAGE, "value": DIGEST}]),
            patch(OWN_POD, [{"op": "replace", "path": POD_IMAGE, "value": "registry.example/app:latest"}]),
            TENANT_PODS, "images are named by digest", "G7"),
    _change("patch-kind", "a running pod into another kind of workload", patch(OWN_POD, labels(note="mine")),
            patch(OWN_POD, labels(**{KIND: "homework-correction"})), RUNTIMES, NOT_LISTED, "C3"),
    _change("patch-label", "a running pod into another tenant's", patch(OWN_POD, labels(tenant="pelican-games")),
            patch(OWN_POD, labels(tenant="acme-robotics")), OBJECTS, "label of another tenant", "B1", "G1"),
    _change("patch-tolerations", "a running pod onto the system's nodes", patch(OWN_POD, labels(note="mine")),
            patch(OWN_POD, [{"op": "add", "path": "/spec/tolerations/-", "value": {"key": "tenantplane.dev/pool-kind",
            "operator": "Exists"}}]), TENANT_PODS, "the taint of the system nodes", "C6"),
    _change("patch-network", "another tenant's address for a running pod", patch(OWN_POD, labels(note="mine")),
            patch(OWN_POD, {"metadata": {"annotations": {"cni.projectcalico.org/podIP": "10.128.0.9/32"}}}),
            TENANT_PODS, "asks nothing of the node", "E2"),
    _change("ephemeral-container", "an ephemeral container in a running pod", get(OWN_POD),
            patch(f"{OWN_POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": [{"name": "debug",
            "image": "registry.example/debug"}]}}), RBAC, 'cannot patch resource "pods/ephemeralcontainers"', "C4"),
    _change("resize", "more for a running pod, past its limits", get(OWN_POD), patch(f"{OWN_POD}/resize",
            {"spec": {}}), RBAC, 'cannot patch resource "pods/resize"', "C1"),
    _change("forged-status", "a pod that says it is ready, at an address of its choice", get(OWN_POD),
            patch(f"{OWN_POD}/status", {"status": {"podIP": "10.96.0.10"}}), RBAC,
            'cannot patch resource "pods/status"', "E1"),
    _change("binding", "a node of its choice, past the scheduler", get(OWN_POD),
            post(f"{OWN_POD}/binding", {"target": {"kind": "Node", "name": "any"}}), RBAC,
            'cannot create resource "pods/binding"', "C6", "D2"),
    _change("replicaset", "pods of a ReplicaSet's own", get(at(HOME, "replicasets", APPS)),
            post(at(HOME, "replicasets", APPS), named()), RBAC, 'cannot create resource "replicasets"', "B5"),
    _change("daemonset", "a pod on every node", get(at(HOME, "daemonsets", APPS)),
            post(at(HOME, "daemonsets", APPS), named()), RBAC, 'cannot create resource "daemonsets"', "C6"),
    _change("deployment-status", "a Deployment that says all is well",
            patch(at(HOME, "deployments/agent-sessions", APPS), labels(note="mine")),
            patch(at(HOME, "deployments/agent-sessions/status", APPS), {"status": {"replicas": 99}}), RBAC,
            'cannot patch resource "deployments/status"', "B5"),
    _change("other-pods-evicted", "the eviction of another tenant's pod", post(f"{OWN_POD}/eviction", {
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "{pod}"}}),
            post(at("tenant-acme-robotics", "pods/{foreign_pod}/eviction"), {"apiVersion": "policy/v1", "kind":
            "Eviction", "metadata": {"name": "{foreign_pod}"}}), RBAC, 'cannot create resource "pods/eviction"', "B5"),
    _change("other-pods-deleted", "the deletion of another tenant's pod", delete(OWN_POD),
            delete(at("tenant-acme-robotics", "pods/{foreign_pod}")), RBAC, 'cannot delete resource "pods"', "B5",
            "MTB-PL1-CC-TI-2"),
)  # fmt: skip

ROWS = (*CLASS_ROWS, *CHANGE_ROWS)
