"""What a tenant may use: the guaranteed base, the elastic ceiling and the number of objects (A2-A4, C1)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.objects import Manifest, in_namespace, tenant_metadata
from components.scheduling.priority_classes import TENANT_SELF_SERVICE
from settings import TenantPlan

QUOTA_NAME = "tenant"
STANDING_NAME = "tenant-standing"
LIMITS_NAME = "tenant"


@dataclass(frozen=True, kw_only=True)
class TenantQuotaArgs:
    """Inputs of TenantQuota.

    plan: the tenant on this cluster; its `quota` and `limit_range` are written as they are, in canonical quantities.
    namespace: the namespace they apply to.
    """

    plan: TenantPlan
    namespace: core.Namespace


class TenantQuota(pulumi.ComponentResource):
    """Quota and container defaults of one tenant, which the tenant can read and not change (A2-A4, B5, C1).

    Creates: ResourceQuota `tenant` (requests are the guaranteed base, limits the elastic ceiling, then storage, GPUs
    and object counts), LimitRange `tenant` (what a container that names nothing gets).
    Where Jobs are queued and the ceiling is above the base, requests in `tenant` go up to the ceiling as well, and
    ResourceQuota `tenant-standing` keeps those of all pods that are not of class `batch` within the base: only queued
    Jobs, which can be taken back, may be of that class and stretch (D1). Where the Jobs of several namespaces have a
    budget together, `tenant` has room for it in each of them, and `tenant-standing` bounds requests and limits of the
    rest; the one queue bounds the sum of the Jobs (A6).
    Outputs: hard (dict of str), the quota as Kubernetes writes it; first (list of resources), what is in force before
    any pod of the tenant changes.
    """

    hard: dict[str, str]

    def __init__(self, name: str, args: TenantQuotaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:TenantQuota", name, {}, opts)
        plan = args.plan
        child = in_namespace(self, args.namespace)
        self.hard = plan.quota.hard()
        limits: Manifest = {"limits": plan.limit_range.limits()}
        tenant = core.ResourceQuota(
            name, metadata=tenant_metadata(plan, QUOTA_NAME), spec={"hard": self.hard}, opts=child
        )
        self.first: list[pulumi.Resource] = [tenant]
        if plan.quota.has_standing:
            standing: Manifest = {
                "hard": plan.quota.standing(),
                "scope_selector": {
                    "match_expressions": [
                        {"scope_name": "PriorityClass", "operator": "NotIn", "values": [TENANT_SELF_SERVICE]}
                    ]
                },
            }
            self.first.append(
                core.ResourceQuota(
                    f"{name}-standing", metadata=tenant_metadata(plan, STANDING_NAME), spec=standing, opts=child
                )
            )
        core.LimitRange(
            f"{name}-limits",
            metadata=tenant_metadata(plan, LIMITS_NAME),
            spec=limits,
            opts=child,
        )
        self.register_outputs({"hard": self.hard})
