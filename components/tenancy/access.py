"""Who may do what in a tenant's namespace (B5)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.rbac import v1 as rbac

from components.objects import in_namespace, tenant_metadata
from components.security.tenant_roles import Role, role_name
from settings import TenantPlan

WORKLOAD_ACCOUNT = "workload"
"""Name of the ServiceAccount that the tenant's workloads run as."""


@dataclass(frozen=True, kw_only=True)
class TenantAccessArgs:
    """Inputs of TenantAccess.

    plan: the tenant; its groups of admins, developers and viewers are names of OIDC groups.
    namespace: the namespace they get access to.
    """

    plan: TenantPlan
    namespace: core.Namespace


class TenantAccess(pulumi.ComponentResource):
    """Access of a tenant's people and workloads to its own namespace, and to nothing else (B5, C4).

    People of a tenant with a virtual control plane have their rights there. On the host all of them are viewers: the
    syncer alone writes (A6).
    Creates: a RoleBinding per role that has groups (`tenant-admin`, `tenant-developer`, `tenant-viewer`, to the
    ClusterRoles of TenantRoles), ServiceAccount `workload`, which has no rights and mounts no token.
    Outputs: roles (list of str), the roles that are bound.
    """

    roles: list[str]

    def __init__(self, name: str, args: TenantAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:TenantAccess", name, {}, opts)
        plan = args.plan
        child = in_namespace(self, args.namespace)
        groups = plan.tenant.groups
        bound: dict[Role, tuple[str, ...]] = {
            "tenant-admin": groups.admins,
            "tenant-developer": groups.developers,
            "tenant-viewer": groups.viewers,
        }
        if plan.virtual is not None:
            bound = {"tenant-viewer": (*groups.admins, *groups.developers, *groups.viewers)}
        self.roles = [role for role, members in bound.items() if members]
        for role, members in bound.items():
            if members:
                rbac.RoleBinding(
                    f"{name}-{role}",
                    metadata=tenant_metadata(plan, role),
                    role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role_name(role)},
                    subjects=[
                        {"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": group} for group in members
                    ],
                    opts=child,
                )
        core.ServiceAccount(
            f"{name}-{WORKLOAD_ACCOUNT}",
            metadata=tenant_metadata(plan, WORKLOAD_ACCOUNT),
            automount_service_account_token=False,
            opts=child,
        )
        self.register_outputs({"roles": self.roles})
