"""What AWS adds to the bill of a cluster of EKS: its Aurora, and the ways out of its region's network (F2, G6).

A tenant with an Aurora cluster of its own pays for all of it, suspended or not. The one that the others share is shared
out by their limits of connections, as every database server is; what is left is idle. A region's NAT gateways are the
platform's, in equal parts of each of its clusters. By the hour and by what is stored: input and output, traffic through
a gateway and backups are by use, which no catalogue knows.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from settings.aws import Aurora
from settings.aws.tenant import has_own_database
from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.cost.bill import Item, Unpriced
from settings.cost.reserved import reserved_connections
from settings.plan import TenantPlan
from settings.prices import AuroraPrice, Prices


def share_aurora(
    cluster: Cluster, plans: Sequence[TenantPlan], own: dict[str, list[Item]], prices: Prices
) -> list[Item]:
    """Adds each tenant's part of the cluster's Aurora, or its own one; gives what of the shared one is idle."""
    aurora, table = cluster.aurora, prices.aurora
    if aurora is None or table is None:
        return []
    server, connections = _server(aurora, table)
    taken = {plan.tenant.id: reserved_connections(plan) for plan in plans if not has_own_database(plan, aurora)}
    whole = max(connections, sum(taken.values()))
    for plan in plans:
        if has_own_database(plan, aurora):
            what, part = "database (own Aurora)", server
        else:
            what, part = f"database (Aurora, {plan.data_isolation})", server * taken[plan.tenant.id] / whole
        own[plan.tenant.id].append(Item(what=what, hourly=part + _stored(plan.budget.whole.storage_bytes, prices)))
    return [Item(what="Aurora", hourly=server * (whole - sum(taken.values())) / whole)]


def aurora_price(cluster: Cluster, plans: Sequence[TenantPlan], prices: Prices) -> Fraction:
    """Of all of a cluster's Aurora, by what is bought: the shared one, those of tenants, and what is stored."""
    aurora, table = cluster.aurora, prices.aurora
    if aurora is None or table is None:
        return Fraction(0)
    servers = 1 + sum(has_own_database(plan, aurora) for plan in plans)
    return servers * _server(aurora, table)[0] + _stored(sum(each.budget.whole.storage_bytes for each in plans), prices)


def tier_aurora(cluster: Cluster, connections: int, storage_bytes: int, prices: Prices, *, own: bool) -> Fraction:
    """A tier's part of a cluster's Aurora, and what is assumed to be stored in it. own: whether it has one to itself;
    0 without Aurora."""
    if cluster.aurora is None or prices.aurora is None:
        return Fraction(0)
    server, takes = _server(cluster.aurora, prices.aurora)
    return (server if own else server * connections / takes) + _stored(storage_bytes, prices)


def gateways(catalogue: Catalogue, cluster: Cluster, prices: Prices) -> Iterator[Item]:
    """The cluster's part of the NAT gateways, a line for each region it pays for: its own, and the account's first
    where no cluster is in it."""
    account = catalogue.topology.aws
    if account is None or prices.nat is None or cluster.provider != "eks":
        return
    on_eks = [each for each in catalogue.topology.clusters if each.provider == "eks"]
    for region in account.regions:
        paying = [each for each in on_eks if each.region == region.name]
        if not paying and region is account.regions[0]:  # where the account's own things are
            paying = on_eks
        if region.gateways and cluster.name in {each.name for each in paying}:
            what = f"NAT gateways of {region.name}" + (f" (1/{len(paying)})" if len(paying) > 1 else "")
            yield Item(what=what, hourly=Fraction(prices.nat.hourly) * region.gateways / len(paying))


def unpriced(catalogue: Catalogue, cluster: Cluster, prices: Prices) -> Iterator[Unpriced]:
    """What of it the table has no price for."""
    aurora, account = cluster.aurora, catalogue.topology.aws
    if aurora is not None:
        if prices.aurora is None:
            yield Unpriced(cluster=cluster.name, part="Aurora", why="is not in prices.yaml (aurora)")
        elif prices.aurora.of(aurora.instance_class) is None:
            why = f"instance_class {aurora.instance_class!r} is not in prices.yaml"
            yield Unpriced(cluster=cluster.name, part="Aurora", why=why)
    has_gateways = account is not None and any(each.gateways for each in account.regions)
    if cluster.provider == "eks" and has_gateways and prices.nat is None:
        yield Unpriced(cluster=cluster.name, part="NAT gateways", why="are not in prices.yaml (nat)")


def _server(aurora: Aurora, table: AuroraPrice) -> tuple[Fraction, int]:
    """Dollars an hour of an Aurora cluster's instances, and the connections that its writer takes; nothing for a class
    that the table does not have."""
    found = table.of(aurora.instance_class)
    if found is None:
        return Fraction(0), 1
    return Fraction(found.hourly) * aurora.instances, found.connections


def _stored(storage_bytes: int, prices: Prices) -> Fraction:
    return prices.in_databases(prices.aurora.gib_month, storage_bytes) if prices.aurora else Fraction(0)
