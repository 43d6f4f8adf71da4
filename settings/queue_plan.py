"""What of a cluster each tenant's Jobs may use, and who lends it to whom: flavors, cohorts, queues (A2-A4, D1, D7).

A tenant's Jobs draw on one flavor, its home: its dedicated pool, else the sandbox nodes, because nobody has reviewed
what runs in a Job and it is kept as an agent's session is (C3). One flavor keeps the sum within the tenant's ceiling,
which Kueue cannot state over several. A tenant with GPUs that no service holds draws on the flavor of their pool as
well, with that many GPUs and the share of a node that goes with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.fields import Compute
from settings.held import held
from settings.nodepool import KIND_LABEL, POOL_LABEL, TENANT_NODE_LABEL, NodePool, Taint
from settings.placing import tolerations
from settings.quota import ResolvedQuota, gpu_pool
from settings.replicas import Demand
from settings.tenant import Tenant

BLOCK_LABEL: Final = "topology.tenantplane.dev/block"
RACK_LABEL: Final = "topology.tenantplane.dev/rack"
HOST_LABEL: Final = "kubernetes.io/hostname"
LEVELS: Final = {"hosts": (HOST_LABEL,), "racks": (BLOCK_LABEL, RACK_LABEL, HOST_LABEL)}
"""Topologies by name: which labels say where a node is, outermost first (D7)."""
ROOT_COHORT: Final = "tenantplane"


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """Like nodes that Jobs are counted against.

    node_labels: of its nodes. taints: those that a Job must tolerate by itself. tolerations: those it is given.
    topology: one of LEVELS; "racks" where every pool says in which block and rack it stands.
    capacity: what its nodes hold: millicores, bytes, devices by resource.
    """

    name: str
    node_labels: dict[str, str]
    taints: tuple[Taint, ...]
    tolerations: tuple[dict[str, str], ...]
    topology: str
    capacity: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class FlavorShare:
    """What a queue has of a flavor, by resource. nominal: its own. borrowing: how much more it may have while others
    leave it idle."""

    flavor: str
    nominal: dict[str, int]
    borrowing: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class ResolvedQueue:
    """The queue of a tenant's Jobs.

    cohort: whose idle share it may borrow. resources: what is counted, in the order in which every flavor lists it.
    shares: flavors in the order in which they are tried. weight_m: thousandths; its part, among those that borrow, of
    what is idle: what it is guaranteed, in millicores. stopped: it admits nothing and ends what runs (A7).
    """

    cohort: str
    resources: tuple[str, ...]
    shares: tuple[FlavorShare, ...]
    weight_m: int
    stopped: bool


def cohort_name(family: str) -> str:
    """Name of the cohort of a family of tiers."""
    return f"{ROOT_COHORT}-{family}"


def counted(cluster: Cluster) -> tuple[str, ...]:
    """Resources that queues of the cluster count, in order. Scratch space is not: the ResourceQuota bounds it."""
    return ("cpu", "memory", *sorted({pool.gpu.resource for pool in cluster.node_pools if pool.gpu}))


def shared_kind(cluster: Cluster) -> str:
    """Kind of pool on which the Jobs of all tenants run that have none of their own. Spot nodes can go, and so
    guarantee nothing."""
    return "sandbox" if cluster.pools("sandbox") else "cpu"


def flavors(cluster: Cluster) -> tuple[Flavor, ...]:
    """The flavors of a cluster: the pools that all share, a pool with GPUs each, each tenant's dedicated pools."""
    kind = shared_kind(cluster)
    made = [_flavor(kind, {KIND_LABEL: kind}, cluster.pools(kind), cluster)]
    made += [_flavor(pool_flavor(pool), {POOL_LABEL: pool.name}, (pool,), cluster) for pool in cluster.pools("gpu")]
    for owner in sorted({pool.tenant for pool in cluster.node_pools if pool.tenant is not None}):
        pools = tuple(pool for pool in cluster.node_pools if pool.tenant == owner)
        made.append(_flavor(tenant_flavor(owner), {TENANT_NODE_LABEL: owner}, pools, cluster))
    return tuple(each for each in made if each is not None)


def pool_flavor(pool: NodePool) -> str:
    """Name of the flavor of one pool."""
    return f"pool-{pool.name}"


def tenant_flavor(tenant: str) -> str:
    """Name of the flavor of a tenant's dedicated pools."""
    return f"dedicated-{tenant}"


def resolved_queue(
    tenant: Tenant, cluster: Cluster, catalogue: Catalogue, quota: ResolvedQuota, standing: Iterable[Demand]
) -> ResolvedQueue | None:
    """The queue of a tenant; None on a cluster without queues.

    standing: its services and warm sandboxes. They are not queued, so what they use at their least, requests and
    limits, is taken off what Jobs get; what they use beyond that the ResourceQuota takes from Jobs. A Job counts by
    its requests, which are at most its limits.
    """
    if not cluster.has_queues:
        return None
    tier = catalogue.tiers[tenant.tier]
    least = _least(standing)
    most = _minus(quota.ceiling, least, "limits")
    left = {resource: min(most[resource], amount) for resource, amount in _minus(quota.guaranteed, least).items()}
    elastic = {
        "cpu": min(quota.ceiling.cpu_m - quota.guaranteed.cpu_m, most["cpu"] - left["cpu"]),
        "memory": min(quota.ceiling.memory_bytes - quota.guaranteed.memory_bytes, most["memory"] - left["memory"]),
    }
    shares: list[FlavorShare] = []
    pool = gpu_pool(tenant, tier, cluster.node_pools)
    gpus = 0 if pool is None or pool.gpu is None else quota.gpus[pool.gpu.resource]
    free = max(0, gpus - least.get(f"requests.{pool.gpu.resource}", 0)) if pool and pool.gpu else 0
    if free and pool is not None and pool.gpu is not None and pool.tenant is None:
        beside = _beside(pool, free, left)
        left = {resource: amount - beside[resource] for resource, amount in left.items()}
        shares.append(_share(pool_flavor(pool), cluster, {**beside, pool.gpu.resource: free}, {}))
    elif free and pool is not None and pool.gpu is not None:
        left[pool.gpu.resource] = free
    stopped = tenant.lifecycle != "active"
    if stopped:  # what it was guaranteed is not kept for it (sums.py), and so is not lent either
        left, elastic, shares = {}, {}, []
    shares.insert(0, _share(home(tenant, cluster), cluster, left, elastic))
    return ResolvedQueue(
        cohort=cohort_name(tier.family),
        resources=counted(cluster),
        shares=tuple(shares),
        weight_m=quota.guaranteed.cpu_m,
        stopped=stopped,
    )


def home(tenant: Tenant, cluster: Cluster) -> str:
    """The flavor that a tenant's Jobs draw on."""
    return tenant_flavor(tenant.id) if tenant.isolation == "dedicated-pool" else shared_kind(cluster)


def surplus(cluster: Cluster, tenants: Iterable[tuple[Tenant, ResolvedQuota]]) -> dict[str, dict[str, int]]:
    """What of each flavor is guaranteed to nobody, by resource: what all tenants may borrow. Negative where more is
    guaranteed than the pools hold.

    tenants: every tenant of the cluster with its quota there.
    """
    left = {flavor.name: dict(flavor.capacity) for flavor in flavors(cluster)}
    for tenant, quota in tenants:
        own = left.get(home(tenant, cluster))
        if own is not None and tenant.lifecycle == "active":
            own["cpu"] -= quota.guaranteed.cpu_m
            own["memory"] -= quota.guaranteed.memory_bytes
    for name, amounts in left.items():
        if name.startswith("pool-"):  # whole devices are sold, and lent to nobody
            amounts.update(dict.fromkeys(amounts, 0))
    return left


def _flavor(name: str, labels: dict[str, str], pools: tuple[NodePool, ...], cluster: Cluster) -> Flavor | None:
    if not pools:
        return None
    racks = all({BLOCK_LABEL, RACK_LABEL} <= pool.labels.keys() for pool in pools)
    gpus = any(pool.gpu is not None for pool in pools) and all(pool.tenant is None for pool in pools)
    amounts = held(cluster.model_copy(update={"node_pools": pools}))
    return Flavor(
        name=name,
        node_labels=labels,
        # A Job without a GPU must not take the nodes of those that need one: it is not given the toleration.
        taints=pools[0].node_taints() if gpus else (),
        tolerations=() if gpus else tolerations(pools),
        topology="racks" if racks else "hosts",
        capacity={resource: amounts[resource] for resource in counted(cluster)},
    )


def _share(flavor: str, cluster: Cluster, nominal: dict[str, int], borrowing: dict[str, int]) -> FlavorShare:
    resources = counted(cluster)
    return FlavorShare(
        flavor=flavor,
        nominal={resource: nominal.get(resource, 0) for resource in resources},
        borrowing={resource: borrowing.get(resource, 0) for resource in resources},
    )


def _least(standing: Iterable[Demand]) -> dict[str, int]:
    made: dict[str, int] = {}
    for demand in standing:
        for resource, amount in demand.pod.items():
            made[resource] = made.get(resource, 0) + amount * demand.least
    return made


def _minus(amount: Compute, least: dict[str, int], what: str = "requests") -> dict[str, int]:
    return {
        "cpu": max(0, amount.cpu_m - least.get(f"{what}.cpu", 0)),
        "memory": max(0, amount.memory_bytes - least.get(f"{what}.memory", 0)),
    }


def _beside(pool: NodePool, gpus: int, left: dict[str, int]) -> dict[str, int]:
    """CPU and memory that go with some GPUs of a pool: their share of a node, at most half of what is left."""
    units = pool.gpu.units if pool.gpu else 1
    share = {"cpu": pool.capacity.cpu_m * gpus // units, "memory": pool.capacity.memory_bytes * gpus // units}
    return {resource: min(amount, left[resource] // 2) for resource, amount in share.items()}
