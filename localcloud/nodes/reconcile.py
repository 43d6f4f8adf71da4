"""Make the nodes of a cluster what its pools say: add, change, remove (C6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localcloud.nodes.generate import (
    LABELS_ANNOTATION,
    OWNER,
    OWNER_LABEL,
    SIZE_ANNOTATION,
    Node,
    node_manifest,
    node_status,
    taint_list,
)

_MERGE_PATCH = "application/merge-patch+json"
_SYSTEM_TAINTS = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/")
"""Taints under these prefixes come and go with the node's health; the node controller owns them."""


class Api(Protocol):
    """The requests this module makes."""

    def request(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Change:
    """Names of the nodes that were added, changed and removed."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def reconcile_nodes(api: Api, wanted: Iterable[Node]) -> Change:
    """Bring the nodes that localcloud owns in line; nodes that somebody else made are left alone.

    A node that goes is emptied first: a pod on a node that is no more would linger until garbage collection.
    """
    target = {node.name: node for node in wanted}
    found = _owned(api)
    added = tuple(name for name in target if name not in found)
    removed = tuple(name for name in found if name not in target)
    for name in removed:
        remove_node(api, name)
    for name in added:
        api.request("POST", "/api/v1/nodes", node_manifest(target[name]))
    changed = tuple(name for name, node in target.items() if name in found and _update(api, node, found[name]))
    return Change(added, changed, removed)


def ready_nodes(api: Api) -> int:
    """How many of the nodes that localcloud owns are Ready."""
    return sum(map(is_ready, _owned(api).values()))


def is_ready(node: Mapping[str, Any]) -> bool:
    """Whether a node says that it is Ready."""
    return any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in node["status"].get("conditions", ())
    )


def _owned(api: Api) -> dict[str, dict[str, Any]]:
    answer = api.request("GET", f"/api/v1/nodes?labelSelector={OWNER_LABEL}%3D{OWNER}")
    return {item["metadata"]["name"]: item for item in answer["items"]}


def remove_node(api: Api, name: str) -> None:
    """Empty a node and remove it."""
    pods = api.request("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]
    for pod in pods:
        meta = pod["metadata"]
        api.request("DELETE", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}", {"gracePeriodSeconds": 0})
    api.request("DELETE", f"/api/v1/nodes/{name}")


def _update(api: Api, node: Node, current: Mapping[str, Any]) -> bool:
    patch = _patch(node, current)
    resized = current["metadata"].get("annotations", {}).get(SIZE_ANNOTATION) != node.annotations[SIZE_ANNOTATION]
    if resized:
        # The size goes first: when this is cut short, the old annotation makes the next run do it again.
        gone = {key: None for key in current["status"].get("capacity", {}) if key not in node.size}
        size = {**node.size, **gone}
        status = {**node_status(node), "capacity": size, "allocatable": size}
        api.request("PATCH", f"/api/v1/nodes/{node.name}/status", {"status": status}, _MERGE_PATCH)
    if patch:
        api.request("PATCH", f"/api/v1/nodes/{node.name}", patch, _MERGE_PATCH)
    return bool(patch) or resized


def _patch(node: Node, current: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch that makes labels, annotations and taints right; empty when they are."""
    labels = current["metadata"].get("labels", {})
    annotations = current["metadata"].get("annotations", {})
    given = annotations.get(LABELS_ANNOTATION, "").split(",")
    taints = current["spec"].get("taints", [])
    system = [taint for taint in taints if taint["key"].startswith(_SYSTEM_TAINTS)]
    own = [{**taint, "value": taint.get("value", "")} for taint in taints if taint not in system]
    patch: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    label_changes: dict[str, str | None] = {
        key: value for key, value in node.labels.items() if labels.get(key) != value
    }
    label_changes |= {key: None for key in labels if key in given and key not in node.labels}
    if label_changes:
        metadata["labels"] = label_changes
    if any(annotations.get(key) != value for key, value in node.annotations.items()):
        metadata["annotations"] = dict(node.annotations)
    if metadata:
        patch["metadata"] = metadata
    if own != taint_list(node.taints):
        patch["spec"] = {"taints": system + taint_list(node.taints)}
    return patch
