"""What is asked of the clusters themselves: how the tenants are, and a way in."""

from rich.console import Console

from fleet.access import TenantKubeconfig, tenant_kubeconfig
from fleet.errors import FleetError
from fleet.pool_status import print_pools
from fleet.roles import Role
from fleet.run import Fleet
from fleet.status import TenantStatus, print_statuses, require, statuses, statuses_json
from settings import names, plan_tenants


def show_tenants(fleet: Fleet, console: Console) -> None:
    """Prints the tables of node pools and of every tenant as it is on its cluster.

    Raises FleetError when a cluster does not answer.
    """
    pools, found = statuses(fleet.catalogue, fleet.stacks, fleet.root)
    require(found)
    print_pools(console, pools)
    console.print()
    print_statuses(console, found, fleet.catalogue.environment)
    _nobody_lost(fleet, found)


def tenants_json(fleet: Fleet) -> str:
    """Every tenant as it is on its cluster, one JSON object a line.

    Raises FleetError when a cluster does not answer.
    """
    _, found = statuses(fleet.catalogue, fleet.stacks, fleet.root)
    require(found)
    return statuses_json(found)


def _nobody_lost(fleet: Fleet, found: list[TenantStatus]) -> None:
    """Raises FleetError for a tenant that the state has and its cluster has not."""
    lost = [status.plan.namespace for status in found if not status.present]
    facts = {tenant: each for state in fleet.states.values() for tenant, each in state.tenants.items()}
    recorded = {names.namespace(tenant) for tenant in facts}
    recorded |= {
        names.child_namespace(tenant, name) for tenant, each in facts.items() for name in each.get("namespaces") or {}
    }
    if gone := [namespace for namespace in lost if namespace in recorded]:
        raise FleetError(
            f"{len(gone)} namespaces of tenants are in the state and not on the cluster ({', '.join(gone[:5])}): "
            "it is another cluster, or they were deleted behind our back; "
            f"`python -m fleet refresh {fleet.catalogue.environment}`, then `up`"
        )


def tenant_access(fleet: Fleet, tenant: str, role: Role) -> TenantKubeconfig:
    """Writes a kubeconfig for a role of a tenant. Raises FleetError for a tenant that is not there."""
    plan = next((plan for plan in plan_tenants(fleet.catalogue) if plan.tenant.id == tenant), None)
    if plan is None:
        raise FleetError(f"tenant {tenant!r} is not in the catalogue of {fleet.catalogue.environment!r}")
    stack = next(stack for stack in fleet.stacks if tenant in stack.tenants)
    return tenant_kubeconfig(plan, role, stack, fleet.root, fleet.folder / "kubeconfigs")
