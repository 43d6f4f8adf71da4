"""What there is to share out, and at which price: the nodes of each kind of pool, the GPUs of each pool (G6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from settings.cluster import Cluster
from settings.cost.reserved import Reserved
from settings.nodepool import NodePool
from settings.prices import Prices

_GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class PricedPool:
    """A pool with so many nodes, at a price for all of them and an hour; 0 where the table has none."""

    pool: NodePool
    nodes: int
    hourly: Fraction
    known: bool


@dataclass(frozen=True, kw_only=True)
class Supply:
    """CPU and memory of like nodes. cpu_hourly, memory_hourly: what they cost; together the price of the nodes."""

    cpu_m: int
    memory_bytes: int
    cpu_hourly: Fraction
    memory_hourly: Fraction

    @property
    def core_hour(self) -> Fraction:
        """Price of a core for an hour; 0 where there is none."""
        return self.cpu_hourly * 1000 / self.cpu_m if self.cpu_m else Fraction(0)

    @property
    def gib_hour(self) -> Fraction:
        """Price of a GiB of memory for an hour; 0 where there is none."""
        return self.memory_hourly * _GIB / self.memory_bytes if self.memory_bytes else Fraction(0)


def priced(pool: NodePool, nodes: int, prices: Prices) -> PricedPool:
    """A pool's nodes at the table's price."""
    each = prices.node_hourly(pool.instance_type, pool.lifecycle)
    return PricedPool(pool=pool, nodes=nodes, hourly=Fraction(each or 0) * nodes, known=each is not None)


def supply(pools: Iterable[PricedPool], prices: Prices) -> Supply:
    """What pools have together. A node's price is divided by the weights of the table's `split`."""
    cpu_m = memory_bytes = 0
    cpu_hourly = memory_hourly = Fraction(0)
    for each in pools:
        capacity = each.pool.capacity
        cpu_m += each.nodes * capacity.cpu_m
        memory_bytes += each.nodes * capacity.memory_bytes
        cores = Fraction(prices.split.core) * capacity.cpu_m / 1000
        gibs = Fraction(prices.split.gib) * capacity.memory_bytes / _GIB
        part = cores / (cores + gibs) if cores + gibs else Fraction(1, 2)
        cpu_hourly += each.hourly * part
        memory_hourly += each.hourly * (1 - part)
    return Supply(cpu_m=cpu_m, memory_bytes=memory_bytes, cpu_hourly=cpu_hourly, memory_hourly=memory_hourly)


def nodes_for(pools: tuple[NodePool, ...], wanted: Iterable[Reserved], cluster: Cluster) -> dict[str, int]:
    """How many nodes each pool of a kind has: in a local cluster those the topology says. Elsewhere its least, and as
    many more as hold what is reserved, the first pool first, up to its most."""
    made = {pool.name: pool.nodes for pool in pools}
    if cluster.provider == "localcloud":
        return made
    need = list(wanted)
    cpu_m = sum(each.cpu_m for each in need)
    memory_bytes = sum(each.memory_bytes for each in need)
    for pool in pools:
        while made[pool.name] < pool.max_nodes and (
            sum(made[each.name] * each.capacity.cpu_m for each in pools) < cpu_m
            or sum(made[each.name] * each.capacity.memory_bytes for each in pools) < memory_bytes
        ):
            made[pool.name] += 1
    return made


def gpu_nodes(pool: NodePool, units: int, cluster: Cluster) -> int:
    """The same for a pool with GPUs, of which so many units are reserved."""
    if cluster.provider == "localcloud" or pool.gpu is None:
        return pool.nodes
    return min(pool.max_nodes, max(pool.nodes, -(-units // pool.gpu.units)))
