"""What a tier costs, and the next one up (G6)."""

from fractions import Fraction

from settings.catalogue import Catalogue
from settings.cost.bill import ClusterCost
from settings.cost.cloud import tier_aurora
from settings.cost.stack import database_hourly, volume_hourly
from settings.database.limits import connections
from settings.plan import TenantPlan
from settings.prices import Prices
from settings.queue_plan import shared_kind
from settings.tier import Tier

_GIB = 1 << 30


def next_tier(plan: TenantPlan, catalogue: Catalogue) -> Tier | None:
    """The smallest tier of the same family that is sold on the tenant's cluster and guarantees more of both CPU and
    memory than the tenant has; None when there is none."""
    has = plan.budget.whole.guaranteed
    above = [
        tier
        for tier in catalogue.tiers.values()
        if tier.family == plan.tier.family
        and tier.id in plan.cluster.tiers
        and tier.guaranteed.cpu_m > has.cpu_m
        and tier.guaranteed.memory_bytes > has.memory_bytes
    ]
    return min(above, key=lambda tier: (tier.guaranteed.cpu_m, tier.id), default=None)


def tier_hourly(tier: Tier, bill: ClusterCost, prices: Prices) -> Fraction:
    """What a tenant with just what the tier gives costs on a cluster, without its part of the platform: the guarantee
    at the price of the nodes that tenants share, GPUs that are not optional, volumes, database."""
    there = bill.supplies[shared_kind(bill.cluster)]
    made = there.core_hour * tier.guaranteed.cpu_m / 1000
    made += there.gib_hour * tier.guaranteed.memory_bytes / _GIB
    made += volume_hourly(tier.storage_bytes, prices)
    if bill.cluster.databases is not None:
        made += sum(database_hourly(connections(tier.pods), tier.storage_bytes, prices))
    alone = bill.cluster.aurora is not None and tier.id in bill.cluster.aurora.own_for
    made += tier_aurora(bill.cluster, connections(tier.pods), tier.storage_bytes, prices, own=alone)
    if not tier.gpus.optional and tier.gpus.count:
        fitting = (
            bill.gpu_hourly[pool.name]
            for pool in bill.cluster.node_pools
            if pool.gpu is not None
            and pool.name in bill.gpu_hourly
            and pool.gpu.sharing == tier.gpus.sharing
            and tier.gpus.model in (None, pool.gpu.model)
        )
        made += next(fitting, Fraction(0)) * tier.gpus.count
    return made


def upgrade(plan: TenantPlan, catalogue: Catalogue, bill: ClusterCost, prices: Prices) -> tuple[str, Fraction] | None:
    """The next tier, and how many dollars a month it costs more than the tier that the tenant has."""
    following = next_tier(plan, catalogue)
    if following is None:
        return None
    more = tier_hourly(following, bill, prices) - tier_hourly(plan.tier, bill, prices)
    return following.id, more * prices.hours_per_month
