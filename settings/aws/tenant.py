"""What of AWS a tenant has to itself (F1, F2, F4, F6)."""

from settings.aws.aurora import Aurora
from settings.aws.site import Site
from settings.plan import TenantPlan
from settings.storage import Bucket, bucket_of


def has_own_bucket(plan: TenantPlan) -> bool:
    """Whether its objects, and so its key, are its own: as its database of content is (F1, F4)."""
    return plan.data_isolation in {"database", "hybrid"}


def has_own_database(plan: TenantPlan, aurora: Aurora) -> bool:
    """Whether it has an Aurora cluster: by its tier, and only where its data are kept apart anyway (F2)."""
    return plan.tier.id in aurora.own_for and has_own_bucket(plan)


def place_of(plan: TenantPlan, site: Site) -> Bucket:
    """Where its objects are kept."""
    chosen = plan.tenant.data_isolation or plan.tier.data_isolation
    return bucket_of(plan.tenant.id, chosen, site.environment, site.region.name, site.account)


def in_residency(plan: TenantPlan, region: str) -> None:
    """Errors: ValueError when the tenant's data may not be in the region (F6)."""
    allowed = sorted({plan.tenant.region, *plan.tenant.residency})
    if region not in allowed:
        raise ValueError(f"the data of {plan.tenant.id} may not be in {region}; allowed: {', '.join(allowed)}")
