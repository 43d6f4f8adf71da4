"""Which PostgreSQL server holds a tenant's data, as far as `fleet` runs its SQL (F1, F2).

Others are made by Jobs in their clusters and are reached by nobody from here.
"""

from collections.abc import Iterable

from fleet.data.aurora import NotReachedError, aurora_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer, running_database
from localcloud.paths import state_directory
from settings import Catalogue, Cluster, TenantPlan
from settings.aws.postgres import tenant_owner
from settings.aws.tenant import has_own_database

__all__ = ["NotReachedError", "by_server", "owner_of", "server_of", "why_not"]


def owner_of(cluster: Cluster, plan: TenantPlan | None = None) -> str:
    """Whose server of a cluster it is: the tenant's own, where its tier has one, else the cluster's."""
    if plan is not None and cluster.aurora is not None and has_own_database(plan, cluster.aurora):
        return tenant_owner(plan.tenant.id)
    return cluster.name


def server_of(catalogue: Catalogue, cluster: Cluster, plan: TenantPlan | None = None) -> DatabaseServer | None:
    """The server of a cluster's tenants, or of one: its superuser gets in, or the master of an Aurora. plan: of the
    tenant, on whichever cluster it is now.

    None for one that does not run on this machine, that is yet to be made, or whose SQL others run. Raises FleetError
    and NotReachedError as `aurora_of` does.
    """
    if cluster.databases == "local":
        return running_database(Layout(cluster.name, state_directory()))
    return aurora_of(catalogue, cluster, owner_of(cluster, plan))


def by_server(cluster: Cluster, plans: Iterable[TenantPlan]) -> dict[str, list[TenantPlan]]:
    """Tenants of a cluster by whose server they are on. The cluster's own comes first, whoever is on it."""
    found: dict[str, list[TenantPlan]] = {cluster.name: []}
    for plan in plans:
        found.setdefault(owner_of(cluster, plan), []).append(plan)
    return found


def why_not(cluster: Cluster) -> str:
    """What a person has to know of a cluster whose server does not run, or is not there."""
    if cluster.databases == "local":
        return (
            f"no PostgreSQL runs beside cluster {cluster.name!r}, so its tenants have no databases; start it with: "
            f"python -m localcloud start {cluster.name}"
        )
    return (
        f"an Aurora of cluster {cluster.name!r} is not there, so its tenants have no databases; `python -m fleet up` "
        "makes it, on the AWS of this machine after: python -m localcloud start"
    )
