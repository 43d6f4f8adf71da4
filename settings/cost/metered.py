"""What the rules that meter a tenant need to know of it: its limits, its price, what is next (G6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.cost.bill import ClusterCost, TenantCost
from settings.cost.stack import cluster_cost
from settings.cost.tiers import upgrade
from settings.prices import Prices
from settings.queue_plan import shared_kind


@dataclass(frozen=True, kw_only=True)
class Metered:
    """One tenant.

    sessions: a month; None without a bound. budget_usd: dollars a month; alert_usd: of them, when to tell. hourly_usd:
    what it costs for an hour as long as it uses no more than it is guaranteed; core_hour_usd, gib_hour_usd: of a core
    and a GiB beyond it. cores, memory_bytes: what is guaranteed. elastic: it may use more. next_tier, upgrade_usd: what
    to offer it, and how much more a month that costs; None at the top of its family.
    """

    tenant: str
    sessions: int | None
    budget_usd: int
    alert_usd: Fraction
    hourly_usd: Fraction
    core_hour_usd: Fraction
    gib_hour_usd: Fraction
    cores: Fraction
    memory_bytes: int
    elastic: bool
    next_tier: str | None = None
    upgrade_usd: Fraction = Fraction(0)


def metered(catalogue: Catalogue, cluster: Cluster) -> Mapping[str, Metered]:
    """The tenants of a cluster, by id; none where the catalogue has no prices."""
    prices = catalogue.prices
    if prices is None:
        return {}
    bill = cluster_cost(catalogue, cluster, prices)
    return {each.plan.tenant.id: _metered(each, bill, catalogue, prices) for each in bill.tenants}


def _metered(cost: TenantCost, bill: ClusterCost, catalogue: Catalogue, prices: Prices) -> Metered:
    plan, quota = cost.plan, cost.plan.budget.whole
    there = bill.supplies[shared_kind(bill.cluster)]
    offer = upgrade(plan, catalogue, bill, prices)
    # Whoever has nodes of its own pays for all of them, whatever runs there.
    elastic = plan.active and plan.tenant.isolation != "dedicated-pool" and quota.ceiling != quota.guaranteed
    return Metered(
        tenant=plan.tenant.id,
        sessions=quota.sessions_per_month,
        budget_usd=plan.tenant.budget.monthly_usd,
        alert_usd=Fraction(plan.tenant.budget.monthly_usd * plan.tenant.budget.alert_percent, 100),
        hourly_usd=cost.hourly,
        core_hour_usd=there.core_hour,
        gib_hour_usd=there.gib_hour,
        cores=Fraction(quota.guaranteed.cpu_m, 1000),
        memory_bytes=quota.guaranteed.memory_bytes,
        elastic=elastic,
        next_tier=offer[0] if offer and plan.active else None,
        upgrade_usd=offer[1] if offer and plan.active else Fraction(0),
    )
