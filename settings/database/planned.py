"""The database of a tenant as its plan gives it."""

from settings.database.limits import session_limits
from settings.database.tenant import TenantDatabase
from settings.plan import TenantPlan


def database_of(plan: TenantPlan) -> TenantDatabase:
    """What the plan's tenant has on its cluster's PostgreSQL."""
    credential = plan.tenant.database
    return TenantDatabase(
        tenant=plan.tenant.id,
        model=plan.tenant.data_isolation or plan.tier.data_isolation,
        limits=session_limits(plan.quota),
        active=plan.active,
        credential=credential.credential,
        previous_valid=credential.previous == "valid",
    )
