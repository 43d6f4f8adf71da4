"""From node pools to Node objects: pure functions."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from localcloud.errors import LocalcloudError
from localcloud.toolchain.pins import load_pins

POOL_LABEL = "tenantplane.dev/pool"
OWNER_LABEL = "tenantplane.dev/node-owner"
OWNER = "localcloud"
FAKE_ANNOTATION = ("kwok.x-k8s.io/node", "fake")
SIZE_ANNOTATION = "tenantplane.dev/size-hash"
"""Hash of the size asked for: the API server prints quantities in its own way, so sizes are not compared as text."""
LABELS_ANNOTATION = "tenantplane.dev/pool-labels"
"""Keys of the labels that the pool gave, comma-separated: what it no longer gives is removed, other labels stay."""

_ZONE_LABEL = "topology.kubernetes.io/zone"


class TaintLike(Protocol):
    """A taint as the settings have it."""

    @property
    def key(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def effect(self) -> str: ...


class PoolLike(Protocol):
    """What is asked of a node pool; `settings.NodePool` has it, and so has `Pool`."""

    @property
    def name(self) -> str: ...
    @property
    def nodes(self) -> int: ...
    def node_labels(self, index: int = 0) -> Mapping[str, str]: ...
    def node_taints(self) -> Iterable[TaintLike]: ...
    def allocatable(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Taint:
    """key, value and effect of a taint."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True)
class Pool:
    """A node pool given by hand, for tests and for clusters outside the catalogue.

    nodes: how many. size: allocatable resources as Kubernetes quantities; default 8 cores, 32 GiB, 110 pods.
    zones: nodes are dealt out to them in turn.
    """

    name: str
    nodes: int = 1
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    size: Mapping[str, str] = field(
        default_factory=lambda: {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", "pods": "110"}
    )
    zones: tuple[str, ...] = ()

    def node_labels(self, index: int = 0) -> Mapping[str, str]:
        """Labels of the pool's node number `index`."""
        zone = {_ZONE_LABEL: self.zones[index % len(self.zones)]} if self.zones else {}
        return {**self.labels, **zone}

    def node_taints(self) -> tuple[Taint, ...]:
        return self.taints

    def allocatable(self) -> Mapping[str, str]:
        return self.size


@dataclass(frozen=True)
class Node:
    """A node as it shall be."""

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    taints: tuple[Taint, ...]
    size: Mapping[str, str]


def generate_nodes(pools: Iterable[PoolLike]) -> tuple[Node, ...]:
    """The nodes of the pools, `<pool>-<index>`, in order.

    Raises LocalcloudError when two pools share a name: their nodes would be the same objects.
    """
    nodes: dict[str, Node] = {}
    for pool in pools:
        for index in range(pool.nodes):
            node = _node(pool, index)
            if node.name in nodes:
                raise LocalcloudError(f"two node pools make the same node {node.name}; give each pool its own name")
            nodes[node.name] = node
    return tuple(nodes.values())


def node_manifest(node: Node) -> dict[str, Any]:
    """The Node object to create: the status stays, as it does for a kubelet that registers itself."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": dict(node.labels),
            "annotations": dict(node.annotations),
        },
        "spec": {"taints": taint_list(node.taints)},
        "status": node_status(node),
    }


def node_status(node: Node) -> dict[str, Any]:
    """Size of a node: nothing is reserved for a system that does not run, so capacity and allocatable are equal."""
    return {
        "capacity": dict(node.size),
        "allocatable": dict(node.size),
        "nodeInfo": {
            "architecture": "amd64",
            "operatingSystem": "linux",
            "osImage": "tenantplane local node",
            "kernelVersion": "none",
            "kubeletVersion": f"{_kubernetes_version()}-kwok",
            "containerRuntimeVersion": "kwok://0",
            "kubeProxyVersion": "",
            "machineID": "",
            "systemUUID": "",
            "bootID": "",
        },
    }


def taint_list(taints: Iterable[TaintLike]) -> list[dict[str, str]]:
    """Taints as the API has them."""
    return [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in taints]


def stages() -> str:
    """What KWOK does to nodes and pods, as one YAML stream of Stage objects."""
    folder = Path(__file__).parent / "stages"
    return "\n---\n".join(file.read_text() for file in sorted(folder.glob("*.yaml")))


def _node(pool: PoolLike, index: int) -> Node:
    name = f"{pool.name}-{index}"
    size = dict(sorted(pool.allocatable().items()))
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        POOL_LABEL: pool.name,  # a node group says by its labels of which pool of the topology it is
        **pool.node_labels(index),
        OWNER_LABEL: OWNER,
    }
    keys = ",".join(sorted(labels))
    return Node(
        name=name,
        labels=labels,
        annotations=dict((FAKE_ANNOTATION, (SIZE_ANNOTATION, _hash(size)), (LABELS_ANNOTATION, keys))),
        taints=tuple(Taint(taint.key, taint.value, taint.effect) for taint in pool.node_taints()),
        size=size,
    )


def _kubernetes_version() -> str:
    """What nodes claim to run: clients expect a version, and compare it with the API server's."""
    return next(pin.version for pin in load_pins().pins if pin.name == "kubernetes")


def _hash(size: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(size), sort_keys=True).encode()).hexdigest()[:16]
