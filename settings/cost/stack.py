"""What a stack costs, and who causes it: tenants, the platform, and what nobody has reserved (G6).

A tenant's own part is the share of nodes that its guaranteed quota reserves, its GPUs, its nodes if it has some, its
volumes at their full quota, and its part of the database server. The platform's part (control plane, system nodes, room
held for cold starts, ways out of the network) is divided among tenants in proportion to their own parts. What is left
of nodes, GPUs and the server is idle and nobody's. The three add up to the price of the stack, exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.cost.bill import ClusterCost, Item, StackCost, TenantCost, Unpriced
from settings.cost.cloud import aurora_price, gateways, share_aurora, unpriced
from settings.cost.reserved import SHARED, Reserved, reserved, reserved_connections, reserved_gpus, shared_as
from settings.cost.supply import PricedPool, Supply, gpu_nodes, nodes_for, priced, supply
from settings.nodepool import NodePool
from settings.placeholders import placeholders
from settings.plan import TenantPlan
from settings.planning import plan_tenants
from settings.prices import Prices


def stack_cost(catalogue: Catalogue) -> StackCost:
    """The bill of a catalogue's environment. Raises ValueError when the catalogue has no prices."""
    if catalogue.prices is None:
        raise ValueError("the catalogue has no prices.yaml")
    clusters = tuple(cluster_cost(catalogue, cluster, catalogue.prices) for cluster in catalogue.topology.clusters)
    return StackCost(prices=catalogue.prices, clusters=clusters)


def cluster_cost(catalogue: Catalogue, cluster: Cluster, prices: Prices) -> ClusterCost:
    """The bill of one cluster."""
    plans = plan_tenants(catalogue, cluster.name)
    wanted = {plan.tenant.id: reserved(plan, catalogue) for plan in plans}
    held = _held(cluster)
    pools = _pools(cluster, plans, [*(each for some in wanted.values() for each in some), *held], prices)
    own: dict[str, list[Item]] = {plan.tenant.id: [] for plan in plans}
    platform = [Item(what="control plane", hourly=Fraction(prices.control_plane.hourly))]
    idle: list[Item] = []
    supplies: dict[str, Supply] = {}
    for kind in SHARED:
        supplies[kind] = supply((each for each in pools if shared_as(each.pool) == kind), prices)
        like = _Like(
            kind=kind,
            there=supplies[kind],
            wanted={tenant: [each for each in some if each.kind == kind] for tenant, some in wanted.items()},
            held=[each for each in held if each.kind == kind],
        )
        for tenant, some in like.wanted.items():
            own[tenant] += like.items(some)
        platform += like.items(like.held)
        idle.append(Item(what=f"{kind} nodes", hourly=like.left()))
    gpu_hourly: dict[str, Fraction] = {}
    for each in pools:
        name, kind = each.pool.name, shared_as(each.pool)
        if kind == "system":
            platform.append(Item(what=f"system nodes ({name})", hourly=each.hourly))
        elif kind == "dedicated":
            mine = own.get(each.pool.tenant or "")
            (idle if mine is None else mine).append(Item(what=f"own nodes ({name})", hourly=each.hourly))
        elif kind == "gpu":
            gpu_hourly[name] = each.hourly / (each.nodes * _units(each.pool)) if each.nodes else Fraction(0)
            idle.append(Item(what=f"GPUs ({name})", hourly=_gpus(each, plans, own)))
    idle += [*_data(cluster, plans, own, prices), *share_aurora(cluster, plans, own, prices)]
    platform += (out := list(gateways(catalogue, cluster, prices)))
    costs = [TenantCost(plan=plan, items=tuple(own[plan.tenant.id])) for plan in plans]
    return ClusterCost(
        cluster=cluster,
        price=_price(cluster, pools, plans, prices) + sum((each.hourly for each in out), Fraction(0)),
        tenants=_with_platform(costs, sum((each.hourly for each in platform), Fraction(0))),
        platform=tuple(platform),
        idle=tuple(each for each in idle if each.hourly),
        unpriced=(
            *(_unpriced(cluster, each) for each in pools if not each.known and each.nodes),
            *unpriced(catalogue, cluster, prices),
        ),
        supplies=supplies,
        gpu_hourly=gpu_hourly,
    )


def volume_hourly(storage_bytes: int, prices: Prices) -> Fraction:
    """Volumes of so many bytes."""
    return prices.stored(prices.volumes.gib_month, storage_bytes)


def database_hourly(plan_connections: int, storage_bytes: int, prices: Prices) -> tuple[Fraction, Fraction]:
    """A tenant's part of the server by its connections, and the storage assumed to be in it."""
    table = prices.databases
    stored = prices.in_databases(table.gib_month, storage_bytes)
    return Fraction(table.server_hourly) * plan_connections / table.connections, stored


def _held(cluster: Cluster) -> tuple[Reserved, ...]:
    """Room for cold starts (D5), as far as placeholders hold it."""
    if cluster.images.pause is None:
        return ()
    return tuple(
        Reserved(
            what="room for cold starts",
            kind=each.kind,
            cpu_m=each.replicas * each.each.cpu_m,
            memory_bytes=each.replicas * each.each.memory_bytes,
        )
        for each in placeholders(cluster)
    )


def _pools(
    cluster: Cluster, plans: Iterable[TenantPlan], wanted: list[Reserved], prices: Prices
) -> tuple[PricedPool, ...]:
    nodes: dict[str, int] = {pool.name: pool.nodes for pool in cluster.node_pools}
    for kind in SHARED:
        like = tuple(pool for pool in cluster.node_pools if shared_as(pool) == kind)
        nodes |= nodes_for(like, (each for each in wanted if each.kind == kind), cluster)
    gpus: defaultdict[str, int] = defaultdict(int)
    for plan in plans:
        if (kept := reserved_gpus(plan)) is not None:
            gpus[kept[0]] += kept[1]
        owned = tuple(pool for pool in cluster.node_pools if pool.tenant == plan.tenant.id)
        if owned and plan.active:
            quota = plan.budget.whole.guaranteed
            full = Reserved(what="", kind="dedicated", cpu_m=quota.cpu_m, memory_bytes=quota.memory_bytes)
            nodes |= nodes_for(owned, (full,), cluster)
    nodes |= {
        pool.name: gpu_nodes(pool, gpus[pool.name], cluster) for pool in cluster.node_pools if shared_as(pool) == "gpu"
    }
    return tuple(priced(pool, nodes[pool.name], prices) for pool in cluster.node_pools)


@dataclass(frozen=True, kw_only=True)
class _Like:
    """Like nodes. wanted: what is reserved of them, by tenant. held: for all of them."""

    kind: str
    there: Supply
    wanted: dict[str, list[Reserved]]
    held: list[Reserved]

    @cached_property
    def taken(self) -> tuple[int, int]:
        """Millicores and bytes, of everybody."""
        all_of_it = [each for some in (*self.wanted.values(), self.held) for each in some]
        return sum(each.cpu_m for each in all_of_it), sum(each.memory_bytes for each in all_of_it)

    def share(self, cpu_m: int, memory_bytes: int) -> Fraction:
        """Price of so much of the nodes. Where more is reserved than there is, each share is smaller."""
        of_m, of_bytes = self.taken
        cores, memory = max(self.there.cpu_m, of_m), max(self.there.memory_bytes, of_bytes)
        made = self.there.cpu_hourly * cpu_m / cores if cores else Fraction(0)
        return made + (self.there.memory_hourly * memory_bytes / memory if memory else Fraction(0))

    def left(self) -> Fraction:
        """Price of what nobody has reserved."""
        of_m, of_bytes = self.taken
        return self.share(max(0, self.there.cpu_m - of_m), max(0, self.there.memory_bytes - of_bytes))

    def items(self, some: Iterable[Reserved]) -> list[Item]:
        """Lines of a bill, one for each purpose."""
        parts: defaultdict[str, Fraction] = defaultdict(Fraction)
        for each in some:
            parts[each.what] += self.share(each.cpu_m, each.memory_bytes)
        return [Item(what=f"{what} ({self.kind})", hourly=amount) for what, amount in parts.items()]


def _gpus(pool: PricedPool, plans: Iterable[TenantPlan], own: dict[str, list[Item]]) -> Fraction:
    """Shares the price of a pool out by its GPUs, whose nodes nobody else may use; gives what is left."""
    kept: dict[str, int] = {}
    for plan in plans:
        name, count = reserved_gpus(plan) or ("", 0)
        if name == pool.pool.name:
            kept[plan.tenant.id] = count
    units = max(pool.nodes * _units(pool.pool), sum(kept.values()))
    for tenant, count in kept.items():
        resource = pool.pool.gpu.resource.removeprefix("nvidia.com/") if pool.pool.gpu else ""
        own[tenant].append(Item(what=f"{count} x {resource} ({pool.pool.name})", hourly=pool.hourly * count / units))
    return pool.hourly * (units - sum(kept.values())) / units if units else Fraction(0)


def _units(pool: NodePool) -> int:
    return pool.gpu.units if pool.gpu else 1


def _data(cluster: Cluster, plans: Sequence[TenantPlan], own: dict[str, list[Item]], prices: Prices) -> list[Item]:
    """Adds volumes and databases, which a suspended tenant keeps; gives what of the server is left."""
    for plan in plans:
        volumes = volume_hourly(plan.budget.whole.storage_bytes, prices)
        own[plan.tenant.id].append(Item(what="volumes", hourly=volumes))
    if cluster.databases is None:
        return []
    taken = {plan.tenant.id: reserved_connections(plan) for plan in plans}
    over = max(Fraction(1), Fraction(sum(taken.values()), prices.databases.connections))
    for plan in plans:
        server, stored = database_hourly(taken[plan.tenant.id], plan.budget.whole.storage_bytes, prices)
        what = f"database ({plan.data_isolation})"
        own[plan.tenant.id].append(Item(what=what, hourly=server / over + stored))
    used = Fraction(sum(taken.values()), prices.databases.connections) / over
    return [Item(what="database server", hourly=Fraction(prices.databases.server_hourly) * (1 - used))]


def _price(cluster: Cluster, pools: Iterable[PricedPool], plans: Sequence[TenantPlan], prices: Prices) -> Fraction:
    """By what is bought, whoever causes it."""
    nodes = sum((each.hourly for each in pools), Fraction(0))
    stored = sum(plan.budget.whole.storage_bytes for plan in plans)
    made = nodes + Fraction(prices.control_plane.hourly) + volume_hourly(stored, prices)
    if cluster.databases is not None:
        made += Fraction(prices.databases.server_hourly) + database_hourly(0, stored, prices)[1]
    return made + aurora_price(cluster, plans, prices)


def _with_platform(costs: list[TenantCost], platform: Fraction) -> tuple[TenantCost, ...]:
    total = sum((each.own for each in costs), Fraction(0))
    equal = Fraction(1, len(costs)) if costs else Fraction(0)
    return tuple(replace(each, platform=platform * (each.own / total if total else equal)) for each in costs)


def _unpriced(cluster: Cluster, each: PricedPool) -> Unpriced:
    kind = each.pool.instance_type
    why = "names no instance_type" if kind is None else f"instance_type {kind!r} is not in prices.yaml"
    return Unpriced(cluster=cluster.name, part=f"pool {each.pool.name}", why=why)
