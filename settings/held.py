"""What the node pools of a cluster hold, and amounts of it as text."""

from collections import defaultdict

from settings.cluster import Cluster
from settings.quantities import format_bytes, format_count, format_cpu


def held(cluster: Cluster, kinds: tuple[str, ...] = (), tenant: str | None = None) -> defaultdict[str, int]:
    """What the cluster's pools hold at their largest; of the kinds, or of a tenant, when named."""
    made: defaultdict[str, int] = defaultdict(int)
    for pool in cluster.node_pools:
        if (kinds and pool.kind not in kinds) or (tenant is not None and pool.tenant != tenant):
            continue
        # Nothing adds nodes to a local cluster; elsewhere a pool grows to its bound.
        nodes = pool.nodes if cluster.provider == "localcloud" else pool.max_nodes
        made["cpu"] += nodes * pool.capacity.cpu_m
        made["memory"] += nodes * pool.capacity.memory_bytes
        made["pods"] += nodes * pool.capacity.pods
        if pool.gpu is not None:
            made[pool.gpu.resource] += nodes * pool.gpu.units
    return made


def shown(resource: str, amount: int) -> str:
    """An amount of cpu, memory or what is counted, as Kubernetes writes it."""
    if resource.endswith("cpu"):
        return format_cpu(amount)
    return format_bytes(amount) if resource.endswith("memory") else format_count(amount)
