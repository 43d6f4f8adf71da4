"""A pool of nodes: what every kind of cluster has to make of its entry in the topology (C6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pulumi

from settings import NodePool as Pool
from settings import Runtime


@dataclass(frozen=True, kw_only=True)
class NodePoolArgs:
    """Inputs of every node pool.

    pool: its entry in the topology. runtimes: those of the catalogue, by id; nodes have those that name their kind.
    """

    pool: Pool
    runtimes: Mapping[str, Runtime]


class NodePool(pulumi.ComponentResource):
    """Base of the node pools; use a subclass, which makes the nodes, or what makes them (C6, C7).

    Whoever makes the nodes, they carry the pool's labels and taints, and offer its resources: that is what placement,
    quotas, RuntimeClasses and queues rely on, and all that they know of a pool.
    Outputs: pool (str), its name; kind (str); labels (dict of str); taints (list of key, value, effect); resource
    (str), the extended resource of its GPUs or ""; least and most (int), the bounds of autoscaling in nodes.
    """

    TYPE: ClassVar[str]

    def __init__(self, name: str, args: NodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TYPE, name, {}, opts)
        pool = args.pool
        self.pool: str = pool.name
        self.kind: str = pool.kind
        self.labels: dict[str, str] = pool.node_labels()
        self.taints: list[dict[str, str]] = [taint.model_dump() for taint in pool.node_taints()]
        self.resource: str = pool.gpu.resource if pool.gpu else ""
        self.least, self.most = pool.min_nodes, pool.max_nodes

    def made(self) -> None:
        """To be called by a subclass once its children are registered."""
        outputs = ("pool", "kind", "labels", "taints", "resource", "least", "most")
        self.register_outputs({each: getattr(self, each) for each in outputs})
