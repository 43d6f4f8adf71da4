"""Which cluster holds a tenant: its home, or the one that stands by for its home when that is lost (H1, H3, F6)."""

from collections.abc import Iterator

from settings.cluster import Cluster
from settings.tenant import Tenant
from settings.topology import Topology


def home_of(tenant: Tenant, topology: Topology) -> Cluster | None:
    """The cluster that a tenant belongs on: the one its file places it on, else the one that serves its tier in its
    region, else the first by residency. Of two that serve it the one that stands by for the other is not it. None when
    there is none, or no single one."""
    if (named := tenant.placement.get(topology.environment)) is not None:
        return next((each for each in topology.clusters if each.name == named), None)
    for region in (tenant.region, *tenant.residency):
        serving = [each for each in topology.clusters if tenant.tier in each.tiers and region in each.regions]
        there = {each.name for each in serving}
        first = [each for each in serving if not (there - {each.name}) & set(each.stands_by_for)]
        if serving:
            return first[0] if len(first) == 1 else None
    return None


def standby_of(tenant: Tenant, home: Cluster, topology: Topology) -> Cluster | None:
    """The cluster that holds a tenant when its home is lost: the first that stands by for it, serves the tenant's tier,
    is in a region where the tenant's data may be, and is not lost itself. None when there is none (F6)."""
    return next((each for each in _standing_by(tenant, home, topology) if not each.lost), None)


def may_be_taken_over(tenant: Tenant, home: Cluster, topology: Topology) -> bool:
    """Whether any cluster may hold a tenant in place of its home, lost or not: where none may, nobody's requests for it
    are to go anywhere else either (F6)."""
    return any(True for _ in _standing_by(tenant, home, topology))


def _standing_by(tenant: Tenant, home: Cluster, topology: Topology) -> Iterator[Cluster]:
    allowed = {tenant.region, *tenant.residency}
    for each in topology.clusters:
        if home.name in each.stands_by_for and tenant.tier in each.tiers and allowed & {*each.regions}:
            yield each


def placed_on(tenant: Tenant, topology: Topology) -> Cluster | None:
    """The cluster that holds a tenant now: its home, or while that is lost the one that stands by for it. A tenant that
    nobody may take over stays on its lost home, and is not served."""
    home = home_of(tenant, topology)
    if home is None or not home.lost:
        return home
    return standby_of(tenant, home, topology) or home
