"""Room held for cold starts: 5 % of what the shared pools have (D5)."""

from dataclasses import dataclass
from typing import Final

from settings.cluster import Cluster
from settings.fields import Compute
from settings.nodepool import KIND_LABEL
from settings.placing import tolerations
from settings.quantities import format_bytes, format_cpu

HELD_PERCENT: Final = 5
HELD_IN: Final = ("cpu", "sandbox")
"""Kinds of pools. Not gpu, where a placeholder would hold a whole device or nothing; not spot, which promises nothing;
not dedicated, whose owner pays for it; not system, where nothing starts."""


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """What holds room in the pools of one kind. replicas: one for each node. each: what one of them requests."""

    kind: str
    replicas: int
    each: Compute
    node_selector: dict[str, str]
    tolerations: tuple[dict[str, str], ...]


def placeholders(cluster: Cluster) -> tuple[Placeholder, ...]:
    """One for each kind of shared pool that has nodes.

    Counted by the nodes a pool starts with (`nodes`, else `min_nodes`): where an autoscaler adds more, the share falls,
    and the placeholders it evicts on the way are what makes it add them.
    """
    made: list[Placeholder] = []
    for kind in HELD_IN:
        pools = cluster.pools(kind)
        if (nodes := sum(pool.nodes for pool in pools)) == 0:
            continue
        cpu_m = sum(pool.nodes * pool.capacity.cpu_m for pool in pools) * HELD_PERCENT // (100 * nodes)
        memory = sum(pool.nodes * pool.capacity.memory_bytes for pool in pools) * HELD_PERCENT // (100 * nodes)
        mebibytes = max(1, memory >> 20) << 20
        made.append(
            Placeholder(
                kind=kind,
                replicas=nodes,
                each=Compute.of(format_cpu(max(1, cpu_m)), format_bytes(mebibytes)),
                node_selector={KIND_LABEL: kind},
                tolerations=tolerations(pools),
            )
        )
    return tuple(made)
