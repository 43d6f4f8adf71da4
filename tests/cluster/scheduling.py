"""Nodes and pods for tests of the scheduler: bare objects that nothing acts on, or nodes that KWOK plays."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Any, TypeVar

import psutil

from localcloud import controlplane
from localcloud.controlplane import ControlPlane
from localcloud.nodes.generate import FAKE_ANNOTATION
from tests.cluster.acting import IMAGE, Caller
from tests.polling import until

Manifest = dict[str, Any]
T = TypeVar("T")
PODS = "/api/v1/namespaces/{}/pods"
ANYWHERE = [{"operator": "Exists"}]
"""Tolerates every taint: nobody says of a bare node that it is ready, and after a while it is tainted for it."""


def in_parallel(kubeconfig: Path, work: Callable[[Caller, T], Any], over: Iterable[T], threads: int = 16) -> list[Any]:
    """The work done for each item, with a connection for each thread; results in order."""
    kept = local()

    def one(item: T) -> Any:
        if not hasattr(kept, "caller"):
            kept.caller = Caller.of(kubeconfig)
        return work(kept.caller, item)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, over))


def end_parts(made: ControlPlane, *names: str) -> None:
    """End parts of a control plane that the test replaces, or does without."""
    seen = controlplane.status(made.name, state_dir=made.directory.parent.parent)
    assert seen is not None
    for part in seen.parts:
        if part.name in names and part.pid is not None:
            process = psutil.Process(part.pid)
            process.kill()
            process.wait(10)


def ensure_namespace(caller: Caller, name: str, labels: Mapping[str, str] | None = None) -> None:
    """The namespace, made where it is missing, once pods can be created in it."""
    caller.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name, "labels": dict(labels or {})}})
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
    until(lambda: caller.ask("GET", account).status == 200, f"namespace {name} has its account")


def whole(value: Any) -> Any:
    """What a recording holds, whose numbers are floats, as the API takes it."""
    return json.loads(json.dumps(value), parse_float=lambda text: int(float(text)))


def node(
    name: str,
    *,
    cpu_m: int = 4000,
    memory_mi: int = 16384,
    labels: Mapping[str, str] | None = None,
    alive: bool = False,
) -> Manifest:
    """A node. alive: KWOK plays it and its pods; otherwise it is an object and no more."""
    size = {"cpu": f"{cpu_m}m", "memory": f"{memory_mi}Mi", "pods": "110", "ephemeral-storage": "100Gi"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, **(labels or {})},
            "annotations": dict([FAKE_ANNOTATION]) if alive else {},
        },
        "status": {"capacity": size, "allocatable": size},
    }


def small_pod(
    name: str, *, cpu_m: int, memory_mi: int, labels: Mapping[str, str] | None = None, **spec: Any
) -> Manifest:
    """A pod of one container with these requests, which ends at once."""
    amount = {"cpu": f"{cpu_m}m", "memory": f"{memory_mi}Mi"}
    container = {"name": "main", "image": IMAGE, "resources": {"requests": amount}}
    base = {"containers": [container], "terminationGracePeriodSeconds": 0}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels or {})},
        "spec": {**base, **spec},
    }


def in_words_of_the_api(manifest: Any) -> Any:
    """A manifest of a component, whose keys are the SDK's snake_case, as the API takes it."""
    if isinstance(manifest, Mapping):
        return {re.sub(r"_(\w)", lambda m: m[1].upper(), key): in_words_of_the_api(v) for key, v in manifest.items()}
    if isinstance(manifest, list | tuple):
        return [in_words_of_the_api(each) for each in manifest]
    return manifest


def placed(caller: Caller, namespace: str) -> dict[str, str]:
    """The node of each pod of a namespace that has one."""
    found = caller.get(PODS.format(namespace))["items"]
    return {each["metadata"]["name"]: each["spec"]["nodeName"] for each in found if each["spec"].get("nodeName")}


def reason_of_waiting(caller: Caller, namespace: str, name: str) -> str:
    """The scheduler's words for a pod that it finds no node for; empty until it has said something."""
    pod = caller.get(f"{PODS.format(namespace)}/{name}")
    conditions = pod.get("status", {}).get("conditions", [])
    return next((str(each["message"]) for each in conditions if each.get("reason") == "Unschedulable"), "")
