"""A tenant on the cluster that it has left: kept apart from its plan on the new one (A7, H1)."""

from dataclasses import replace

from settings.approval import Offboarding
from settings.catalogue import Catalogue
from settings.plan import TenantPlan
from settings.planning import plan_tenants

APPROVAL = Offboarding(
    approved_by="fleet@tenantplane.invalid",
    final_snapshot="copied-by-fleet-move",
    reason="The tenant was moved to another cluster; data, quota, policies and secrets were compared there",
)
"""Moving is one reviewed change of the tenant's placement, and the old side goes only after the comparison."""


def leaving_plan(catalogue: Catalogue, tenant: str, cluster: str) -> TenantPlan:
    """The plan by which a cluster lets a tenant go that is on another one now: it runs nothing and is not protected.

    Raises KeyError for a tenant or a cluster that is not there.
    """
    known = catalogue.tenant(tenant)
    there = known.model_copy(
        update={
            "placement": {**known.placement, catalogue.environment: cluster},
            "lifecycle": "offboarding",
            "offboarding": APPROVAL,
        }
    )
    (plan,) = plan_tenants(replace(catalogue, tenants=(there,)), cluster)
    return plan
