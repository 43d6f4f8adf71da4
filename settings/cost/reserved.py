"""Which nodes' capacity is kept for a tenant: where each part of its guaranteed quota lies (A4, C5, C6, G6).

Its services at their least and its warm sandboxes are where they are placed; whatever else it is guaranteed is for Jobs
and growth, on the nodes that its queue draws on. CPU and memory on nodes with GPUs go with the GPUs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from settings.catalogue import Catalogue
from settings.database.limits import session_limits
from settings.mesh import proxy_of
from settings.nodepool import NodePool
from settings.placing import workload_pools
from settings.plan import TenantPlan
from settings.planning import runtime_of
from settings.queue_plan import shared_kind
from settings.quota import gpu_pool
from settings.replicas import Demand, pod_demand
from settings.sandbox_plan import sandbox_demand

SHARED: Final[tuple[str, ...]] = ("cpu", "sandbox", "spot")
"""Kinds of pools whose price is shared out by what is reserved of them."""


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """CPU and memory of one kind of pool that are kept for somebody. what: for which purpose."""

    what: str
    kind: str
    cpu_m: int
    memory_bytes: int


def shared_as(pool: NodePool) -> str:
    """How a pool's price is shared out: as its kind's, but by its GPUs where it has some that tenants share."""
    return "gpu" if pool.gpu is not None and pool.kind != "dedicated" else pool.kind


def reserved(plan: TenantPlan, catalogue: Catalogue) -> tuple[Reserved, ...]:
    """What is kept for a tenant on the shared nodes of its cluster: nothing for one that is suspended, or has nodes of
    its own."""
    if not plan.active or plan.tenant.isolation == "dedicated-pool":
        return ()
    standing = list(_standing(plan, catalogue))
    quota = plan.budget.whole.guaranteed
    rest = Reserved(
        what="jobs and growth",
        kind=shared_kind(plan.cluster),
        cpu_m=max(0, quota.cpu_m - sum(each.cpu_m for each in standing)),
        memory_bytes=max(0, quota.memory_bytes - sum(each.memory_bytes for each in standing)),
    )
    return tuple(each for each in (*standing, rest) if each.kind in SHARED and (each.cpu_m or each.memory_bytes))


def reserved_gpus(plan: TenantPlan) -> tuple[str, int] | None:
    """The pool whose GPUs are kept for a tenant, and how many of its units; None when none are, or they are on nodes of
    its own."""
    if not plan.active:
        return None
    pool = gpu_pool(plan.tenant, plan.tier, plan.cluster.node_pools)
    if pool is None or pool.gpu is None or pool.tenant is not None:
        return None
    count = plan.budget.whole.gpus.get(pool.gpu.resource, 0)
    return (pool.name, count) if count else None


def reserved_connections(plan: TenantPlan) -> int:
    """Connections of the database server that are kept for a tenant: none for one that is suspended."""
    return session_limits(plan.budget.whole).connections if plan.active else 0


def _standing(plan: TenantPlan, catalogue: Catalogue) -> Iterator[Reserved]:
    gpus = gpu_pool(plan.tenant, plan.tier, plan.cluster.node_pools)
    for workload in plan.tenant.workloads:
        runtime = runtime_of(workload, catalogue)
        _, pools = workload_pools(plan.tenant, workload, runtime, plan.cluster, gpus)
        demand = Demand(
            pod=pod_demand(workload.requests, workload.limits, runtime, proxy_of(plan.cluster)),
            least=workload.replicas.min,
            most=workload.replicas.max,
        )
        yield _of("services", shared_as(pools[0]) if pools else "cpu", demand)
    if (sandboxes := sandbox_demand(plan.tenant, catalogue)) is not None:
        yield _of("warm sandboxes", "sandbox", sandboxes)


def _of(what: str, kind: str, demand: Demand) -> Reserved:
    return Reserved(
        what=what,
        kind=kind,
        cpu_m=demand.pod["requests.cpu"] * demand.least,
        memory_bytes=demand.pod["requests.memory"] * demand.least,
    )
