"""Which PostgreSQL server holds a tenant's data, as far as it is one of this machine's (F1, F2).

Others are made by Jobs in their clusters and are reached by nobody from here.
"""

from collections.abc import Iterable

from localcloud.aws.databases import master_of
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer, running_database
from localcloud.paths import state_directory
from settings import Catalogue, Cluster, TenantPlan
from settings.aws.postgres import server_name, tenant_owner
from settings.aws.tenant import has_own_database


def are_here(catalogue: Catalogue, cluster: Cluster) -> bool:
    """Whether the servers of a cluster's tenants are of this machine: beside it, or Aurora of the local AWS."""
    account = catalogue.topology.aws
    at_aws = cluster.aurora is not None and account is not None and account.is_local
    return cluster.databases == "local" or at_aws


def owner_of(cluster: Cluster, plan: TenantPlan | None = None) -> str:
    """Whose server of a cluster it is: the tenant's own, where its tier has one, else the cluster's."""
    if plan is not None and cluster.aurora is not None and has_own_database(plan, cluster.aurora):
        return tenant_owner(plan.tenant.id)
    return cluster.name


def server_of(catalogue: Catalogue, cluster: Cluster, plan: TenantPlan | None = None) -> DatabaseServer | None:
    """The server of a cluster's tenants, or of one, when it is of this machine and runs; its superuser gets in, or the
    master of an Aurora. plan: of the tenant, on whichever cluster it is now."""
    if not are_here(catalogue, cluster):
        return None
    if cluster.databases == "local":
        return running_database(Layout(cluster.name, state_directory()))
    return master_of(server_name(catalogue.environment, owner_of(cluster, plan)), cluster.region)


def by_server(cluster: Cluster, plans: Iterable[TenantPlan]) -> dict[str, list[TenantPlan]]:
    """Tenants of a cluster by whose server they are on."""
    found: dict[str, list[TenantPlan]] = {}
    for plan in plans:
        found.setdefault(owner_of(cluster, plan), []).append(plan)
    return found


def why_not(cluster: Cluster) -> str:
    """What a person has to know of a cluster whose server does not run."""
    if cluster.databases == "local":
        return (
            f"no PostgreSQL runs beside cluster {cluster.name!r}, so its tenants have no databases; start it with: "
            f"python -m localcloud start {cluster.name}"
        )
    return (
        f"the Aurora of cluster {cluster.name!r} does not run on the local AWS, so its tenants have no databases; "
        "start it with: python -m localcloud start"
    )
