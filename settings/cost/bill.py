"""A bill: what tenants, the platform and idle capacity cost for an hour, in exact dollars (G6)."""

from dataclasses import dataclass
from fractions import Fraction

from settings.cluster import Cluster
from settings.cost.supply import Supply
from settings.plan import TenantPlan
from settings.prices import Prices


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a bill. what: in words. hourly: dollars."""

    what: str
    hourly: Fraction


@dataclass(frozen=True, kw_only=True)
class TenantCost:
    """A tenant's bill for an hour. items: its own part. platform: its part of what the platform costs."""

    plan: TenantPlan
    items: tuple[Item, ...]
    platform: Fraction = Fraction(0)

    @property
    def own(self) -> Fraction:
        """Sum of the items."""
        return sum((each.hourly for each in self.items), Fraction(0))

    @property
    def hourly(self) -> Fraction:
        """All of it."""
        return self.own + self.platform


@dataclass(frozen=True, kw_only=True)
class Unpriced:
    """What the table has no price for: it counts as nothing. part: of the cluster, such as "pool general". why: in
    words."""

    cluster: str
    part: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ClusterCost:
    """A cluster's bill for an hour. price: of everything in it, added up by what is bought. supplies: by kind of pool,
    what the prices of cores and memory follow from. gpu_hourly: of a unit of each pool with GPUs."""

    cluster: Cluster
    price: Fraction
    tenants: tuple[TenantCost, ...]
    platform: tuple[Item, ...]
    idle: tuple[Item, ...]
    unpriced: tuple[Unpriced, ...]
    supplies: dict[str, Supply]
    gpu_hourly: dict[str, Fraction]


@dataclass(frozen=True, kw_only=True)
class StackCost:
    """The bill of an environment for an hour."""

    prices: Prices
    clusters: tuple[ClusterCost, ...]

    @property
    def price(self) -> Fraction:
        """Of all clusters."""
        return sum((each.price for each in self.clusters), Fraction(0))

    @property
    def tenants(self) -> tuple[TenantCost, ...]:
        """Of all clusters, sorted by id."""
        found = [each for cluster in self.clusters for each in cluster.tenants]
        return tuple(sorted(found, key=lambda each: each.plan.tenant.id))

    @property
    def unpriced(self) -> tuple[Unpriced, ...]:
        """Of all clusters."""
        return tuple(each for cluster in self.clusters for each in cluster.unpriced)
