"""The table of node pools: what each cluster has to run tenants on (C2, C6, C7)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from settings import Cluster, NodePool
from settings.nodepool import POOL_LABEL, RUNTIME_LABEL_PREFIX


@dataclass(frozen=True, kw_only=True)
class PoolStatus:
    """One pool as it is on its cluster. ready: nodes that are. pods: of tenants, sandboxes included, that run on it."""

    cluster: str
    pool: NodePool
    ready: int
    pods: int


def pool_statuses(
    cluster: Cluster, nodes: Iterable[dict[str, Any]], pods: Iterable[dict[str, Any]]
) -> list[PoolStatus]:
    """Status of every pool of a cluster, in the topology's order. nodes, pods: as the API server lists them."""
    pool_of: dict[str, str] = {}
    ready: Counter[str] = Counter()
    for node in nodes:
        pool = (node["metadata"].get("labels") or {}).get(POOL_LABEL, "")
        pool_of[node["metadata"]["name"]] = pool
        conditions = (node.get("status") or {}).get("conditions") or []
        ready[pool] += any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    placed: Counter[str] = Counter()
    for pod in pods:
        if (pod.get("status") or {}).get("phase") == "Running":
            placed[pool_of.get(pod["spec"].get("nodeName", ""), "")] += 1
    return [
        PoolStatus(cluster=cluster.name, pool=pool, ready=ready[pool.name], pods=placed[pool.name])
        for pool in cluster.node_pools
    ]


def print_pools(console: Console, statuses: list[PoolStatus]) -> None:
    """Prints the table of pools; with a column for the cluster where there are several."""
    several = len({status.cluster for status in statuses}) > 1
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for heading in (
        *(["cluster"] if several else []),
        "pool",
        "kind",
        "nodes ready/min-max",
        "runtimes",
        "gpu of a node",
        "tenants' pods",
    ):
        table.add_column(heading, overflow="fold")
    for status in statuses:
        table.add_row(*([Text(status.cluster)] if several else []), *_row(status))
    console.print(table)


def _row(status: PoolStatus) -> list[Text]:
    pool = status.pool
    runtimes = [
        key.removeprefix(RUNTIME_LABEL_PREFIX) for key in pool.node_labels() if key.startswith(RUNTIME_LABEL_PREFIX)
    ]
    short = status.ready < pool.min_nodes
    return [
        Text(pool.name),
        Text(f"{pool.kind} of {pool.tenant}" if pool.tenant else pool.kind),
        Text(f"{status.ready}/{pool.min_nodes}-{pool.max_nodes}", style="yellow" if short else ""),
        Text(" ".join(sorted(runtimes)) or "-"),
        Text(_gpus(pool)),
        Text(str(status.pods)),
    ]


def _gpus(pool: NodePool) -> str:
    if pool.gpu is None:
        return "-"
    how = {"none": "whole", "mig": "MIG", "time-slicing": "time slots"}[pool.gpu.sharing]
    return f"{pool.gpu.units} x {pool.gpu.resource.removeprefix('nvidia.com/')} ({pool.gpu.model}, {how})"
