"""Clusters and pools as the page draws them: nodes, and which tiers reserve what of them (C6, D2)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from fleet.pool_status import PoolStatus
from fleet.report.live import Live
from settings import Catalogue, Cluster, TenantPlan
from settings.cost.reserved import reserved, reserved_gpus, shared_as
from settings.nodepool import RUNTIME_LABEL_PREFIX

GIB = 1 << 30


def cluster_data(
    cluster: Cluster, pools: Iterable[PoolStatus], plans: Iterable[TenantPlan], catalogue: Catalogue, live: Live
) -> dict[str, Any]:
    """One cluster."""
    return {
        "name": cluster.name,
        "provider": cluster.provider,
        "region": cluster.region,
        "addons": list(cluster.addons),
        "pools": [_pool(status) for status in pools if status.cluster == cluster.name],
        "flows": _flows(cluster, tuple(plans), catalogue),
        "policies": [{"name": name, "bindings": count} for name, count in live.policies.items()],
    }


def _pool(status: PoolStatus) -> dict[str, Any]:
    pool = status.pool
    runtimes = [
        key.removeprefix(RUNTIME_LABEL_PREFIX) for key in pool.node_labels() if key.startswith(RUNTIME_LABEL_PREFIX)
    ]
    return {
        "name": pool.name,
        "group": shared_as(pool) if pool.kind != "gpu" else pool.name,
        "kind": pool.kind,
        "owner": pool.tenant,
        "ready": status.ready,
        "nodes": pool.nodes,
        "min": pool.min_nodes,
        "max": pool.max_nodes,
        "pods": status.pods,
        "machine": pool.instance_type,
        "lifecycle": pool.lifecycle,
        "cores": pool.capacity.cpu_m / 1000,
        "gib": round(pool.capacity.memory_bytes / GIB, 1),
        "gpu": None
        if pool.gpu is None
        else {"model": pool.gpu.model, "units": pool.gpu.units, "resource": pool.gpu.resource, "how": pool.gpu.sharing},
        "runtimes": sorted(runtimes),
    }


def _flows(cluster: Cluster, plans: tuple[TenantPlan, ...], catalogue: Catalogue) -> list[dict[str, Any]]:
    """How many cores of which kind of nodes each tier reserves; those of a tenant with nodes of its own lie there."""
    cores: defaultdict[tuple[str, str], float] = defaultdict(float)
    devices: defaultdict[tuple[str, str], int] = defaultdict(int)
    for plan in plans:
        for each in reserved(plan, catalogue):
            cores[plan.tier.id, each.kind] += each.cpu_m / 1000
        if plan.active and plan.tenant.isolation == "dedicated-pool":
            cores[plan.tier.id, "dedicated"] += plan.budget.whole.guaranteed.cpu_m / 1000
        if (kept := reserved_gpus(plan)) is not None:
            devices[plan.tier.id, kept[0]] += kept[1]
    made: list[dict[str, Any]] = [
        {"tier": tier, "to": kind, "cores": round(amount, 3)} for (tier, kind), amount in sorted(cores.items())
    ]
    made += [{"tier": tier, "to": pool, "gpus": count} for (tier, pool), count in sorted(devices.items())]
    del cluster
    return made
