"""Rules about what runs, where and from which image (A4, C3, C5-C9, G7)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from controls.admission.parts import GPUS
from policies.expected import Expected, known
from policies.objects import POD_KINDS, KubernetesObject
from policies.rule import rule
from settings import names
from settings.nodepool import GPU_TAINT
from settings.quantities import QuantityError, parse_bytes, parse_cpu

_UNREVIEWED, _SHARED_KERNEL = "agent-sessions", "runc"
"""What a pod counts as that states no kind of workload, and the class that such a pod may not have."""
_SERVED: Final = ("Deployment", "StatefulSet")
_AMOUNTS: Final = {"cpu": parse_cpu, "memory": parse_bytes}


def pods_have_a_runtime(found: KubernetesObject, expected: Expected) -> Iterator[str]:
    """A tenant's pods have a RuntimeClass that is for their kind of workload; agents never the node's own (C3)."""
    if found.tenant_namespace is None or found.pod is None:
        return
    runtime, kind = found.pod.get("runtimeClassName"), found.pod_labels.get(names.WORKLOAD_LABEL, _UNREVIEWED)
    if not runtime:
        yield "the pod names no runtimeClassName"
    elif runtime == _SHARED_KERNEL and kind == _UNREVIEWED:
        yield f"the pod is of kind {kind} and has runtimeClassName {runtime!r}"
    elif runtime not in known(expected.runtimes, "which runtimes are for which workload").get(kind, frozenset()):
        yield f"runtimeClassName {runtime!r} is not for workloads of kind {kind}"


def amounts_are_stated(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Requests of cpu and memory, and a limit of memory (A4, C8)."""
    for container in found.containers():
        resources = container.get("resources") or {}
        for side, key in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
            if not (resources.get(side) or {}).get(key):
                yield f"container {container.get('name')!r} states no {side}.{key}"


def ceilings_cover(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A limit is at least the request, in containers, quotas and defaults (A4)."""
    for container in found.containers():
        resources = container.get("resources") or {}
        yield from _above(resources.get("requests"), resources.get("limits"), f"container {container.get('name')!r}")
    hard = found.at("spec", "hard") or {} if found.kind == "ResourceQuota" else {}
    for key in _AMOUNTS if hard else ():
        pair = {key: hard.get(f"requests.{key}")}, {key: hard.get(f"limits.{key}")}
        yield from _above(*pair, "the quota")
    for limit in found.every("spec", "limits") if found.kind == "LimitRange" else ():
        yield from _above(limit.get("defaultRequest"), limit.get("default"), "the default")


def _above(least: Mapping[str, Any] | None, most: Mapping[str, Any] | None, what: str) -> Iterator[str]:
    for key, parse in _AMOUNTS.items():
        request, limit = (least or {}).get(key), (most or {}).get(key)
        if request is None or limit is None:
            continue
        try:
            above = parse(request) > parse(limit)
        except QuantityError as error:
            yield f"{key} of {what}: {error}"
        else:
            if above:
                yield f"{what} requests {key} {request} and is limited to {limit}"


def _tolerations(found: KubernetesObject) -> list[Mapping[str, Any]]:
    return list((found.pod or {}).get("tolerations") or [])


def gpu_nodes_are_for_gpus(found: KubernetesObject, expected: Expected) -> Iterator[str]:
    """Who tolerates GPU nodes asks for a GPU, and who asks for one has a class for GPUs (C6, C7)."""
    if found.tenant_namespace is None or found.pod is None:
        return
    limits = [(each.get("resources") or {}).get("limits") or {} for each in found.containers()]
    asks = any(key.startswith(GPUS) for each in limits for key in each)
    if not asks and any(each.get("key") == GPU_TAINT for each in _tolerations(found)):
        yield "the pod tolerates GPU nodes and asks for no GPU"
    classes = known(expected.gpu_runtimes, "which runtimes are for GPUs")
    runtime = found.pod.get("runtimeClassName")
    if classes and asks != (runtime in classes):
        yield f"the pod asks for {'a' if asks else 'no'} GPU and has runtimeClassName {runtime!r}"


def nobody_is_kept_away(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Affinity to pods is to pods of the same tenant (C8)."""
    if found.tenant is None:
        return
    for side in ("podAffinity", "podAntiAffinity"):
        terms = ((found.pod or {}).get("affinity") or {}).get(side) or {}
        wished = [
            each.get("podAffinityTerm") or {}
            for each in terms.get("preferredDuringSchedulingIgnoredDuringExecution") or []
        ]
        for term in [*(terms.get("requiredDuringSchedulingIgnoredDuringExecution") or []), *wished]:
            if any(name != found.tenant_namespace for name in term.get("namespaces") or []):
                yield f"{side} names other namespaces"
            selector = term.get("namespaceSelector")
            if selector is not None and (selector.get("matchLabels") or {}).get(names.TENANT_LABEL) != found.tenant:
                yield f"{side} reaches beyond the tenant's namespaces"


def readiness_is_said(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """What serves a port says when it is ready (C9)."""
    for container in (found.pod or {}).get("containers") or []:
        if container.get("ports") and not container.get("readinessProbe"):
            yield f"container {container.get('name')!r} has ports and no readinessProbe"


def sandboxes_have_our_network(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """The controller of sandboxes makes no policy of its own (C5)."""
    managed = found.at("spec", "networkPolicyManagement")
    if managed != "Unmanaged":
        yield f"networkPolicyManagement is {managed!r}"


def runtimes_state_their_cost(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A class other than runc has an overhead and a node selector (C2)."""
    if found.at("handler") == _SHARED_KERNEL:
        return
    if not found.at("overhead", "podFixed"):
        yield "the RuntimeClass states no overhead"
    if not found.at("scheduling", "nodeSelector"):
        yield "the RuntimeClass chooses no nodes"


WORKLOADS = (
    rule("TP-A4-01", POD_KINDS, amounts_are_stated),
    rule("TP-A4-02", (*POD_KINDS, "ResourceQuota", "LimitRange"), ceilings_cover),
    rule("TP-C2-01", ("RuntimeClass",), runtimes_state_their_cost),
    rule("TP-C3-01", POD_KINDS, pods_have_a_runtime),
    rule("TP-C5-02", ("SandboxTemplate",), sandboxes_have_our_network),
    rule("TP-C6-03", POD_KINDS, gpu_nodes_are_for_gpus),
    rule("TP-C8-02", POD_KINDS, nobody_is_kept_away),
    rule("TP-C9-04", _SERVED, readiness_is_said),
)
