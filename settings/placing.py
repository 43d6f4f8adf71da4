"""Which node pools the pods of a tenant go to, and how they get there (C6)."""

from collections.abc import Iterable

from settings.cluster import Cluster
from settings.nodepool import KIND_LABEL, POOL_LABEL, TENANT_NODE_LABEL, NodePool
from settings.runtime import Runtime
from settings.tenant import Tenant, Workload

Placed = tuple[dict[str, str], tuple[NodePool, ...]]
"""A node selector and the pools it reaches; no pool when the cluster has none that fits."""


def workload_pools(
    tenant: Tenant, workload: Workload, runtime: Runtime | None, cluster: Cluster, gpus: NodePool | None
) -> Placed:
    """Where a workload goes: the pool it names, its tenant's own, that of its GPUs, or the first of its runtime."""
    if workload.pool is not None:
        pools = tuple(pool for pool in cluster.node_pools if pool.name == workload.pool)
        return {POOL_LABEL: workload.pool}, pools
    if tenant.isolation == "dedicated-pool":
        return own_pools(tenant, cluster)
    if workload.gpus:
        return ({POOL_LABEL: gpus.name}, (gpus,)) if gpus else ({}, ())
    for kind in runtime.pools if runtime else ("cpu",):
        if kind not in ("system", "dedicated") and (pools := cluster.pools(kind)):
            return {KIND_LABEL: kind}, pools
    return {}, ()


def sandbox_pools(tenant: Tenant, cluster: Cluster) -> Placed:
    """Where a sandbox goes: its tenant's own pools, or those of kind sandbox, and never among other workloads."""
    if tenant.isolation == "dedicated-pool":
        return own_pools(tenant, cluster)
    return {KIND_LABEL: "sandbox"}, cluster.pools("sandbox")


def own_pools(tenant: Tenant, cluster: Cluster) -> Placed:
    """The pools that are a tenant's alone."""
    return {TENANT_NODE_LABEL: tenant.id}, tuple(pool for pool in cluster.node_pools if pool.tenant == tenant.id)


def tolerations(pools: tuple[NodePool, ...]) -> tuple[dict[str, str], ...]:
    """Tolerations for every taint of the pools, each once, in a stable order."""
    distinct = {tuple(sorted(each.items())): each for pool in pools for each in pool.tolerations()}
    return tuple(distinct[key] for key in sorted(distinct))


def machines(pools: Iterable[NodePool]) -> str:
    """Pools in words, with what they are made of."""
    return ", ".join(
        f"pool {each.name!r} ({each.instance_type})" if each.instance_type else f"pool {each.name!r}" for each in pools
    )
