"""A namespace that a tenant has beside its home, with a share of its quota (A6)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.network.tenant_mesh import TenantMesh, TenantMeshArgs
from components.network.tenant_network import TenantNetwork, TenantNetworkArgs
from components.observability.tenant_monitoring import TenantMonitoring, TenantMonitoringArgs
from components.tenancy.access import TenantAccess, TenantAccessArgs
from components.tenancy.namespace import TenantNamespace, TenantNamespaceArgs
from components.tenancy.quota import TenantQuota, TenantQuotaArgs
from settings import TenantPlan


@dataclass(frozen=True, kw_only=True)
class ChildNamespaceArgs:
    """Inputs of ChildNamespace.

    plan: of the namespace, one of the `children` of its tenant's plan. after: what it is made after and deleted before.
    """

    plan: TenantPlan
    after: tuple[pulumi.Resource, ...] = ()


class ChildNamespace(pulumi.ComponentResource):
    """A namespace that a tenant has beside its home, guarded like it and with a share of its quota (A6, B5, C1, E1).

    Creates: TenantNamespace `tenant-<id>--<name>` (protected until its end is approved, A7), TenantQuota with the
    share, TenantAccess for the same groups in the same roles, TenantNetwork: closed to the tenant's other namespaces
    unless its file connects them, and to its database; where the cluster is in a mesh, TenantMesh; where the Prometheus
    operator runs, TenantMonitoring. It carries
    the label `tenant`, by which all admission policies and guard-rails choose, so that there they hold as in the home.
    No workload of the tenant's file runs here: what does, its people make themselves, and it runs as an agent's session
    does (C3).
    Outputs: name (str), the namespace's name; namespace (Namespace), for depends_on of what lives in it.
    """

    name: pulumi.Output[str]
    namespace: core.Namespace

    def __init__(self, name: str, args: ChildNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:ChildNamespace", name, {}, opts)
        plan = args.plan
        child = pulumi.ResourceOptions(parent=self)
        made = TenantNamespace(name, TenantNamespaceArgs(plan=plan, after=args.after), child)
        TenantQuota(f"{name}-quota", TenantQuotaArgs(plan=plan, namespace=made.namespace), child)
        TenantAccess(f"{name}-access", TenantAccessArgs(plan=plan, namespace=made.namespace), child)
        TenantNetwork(f"{name}-network", TenantNetworkArgs(plan=plan, namespace=made.namespace), child)
        if plan.trust_domain is not None:
            TenantMesh(f"{name}-mesh", TenantMeshArgs(plan=plan, namespace=made.namespace), child)
        if plan.cluster.has_monitoring:
            TenantMonitoring(f"{name}-monitoring", TenantMonitoringArgs(plan=plan, namespace=made.namespace), child)
        self.name, self.namespace = made.name, made.namespace
        self.register_outputs({"name": plan.namespace})
