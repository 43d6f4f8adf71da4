"""What the roles of a tenant may do in a namespace that they are bound in (B5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes.rbac import v1 as rbac

from components.objects import Manifest, platform_metadata

Role = Literal["tenant-admin", "tenant-developer", "tenant-viewer"]
ROLES: tuple[Role, ...] = ("tenant-admin", "tenant-developer", "tenant-viewer")

READ = ("get", "list", "watch")
WRITE = ("create", "update", "patch", "delete", "deletecollection")


def role_name(role: Role) -> str:
    """Name of the ClusterRole of a tenant's role."""
    return f"tenantplane:{role}"


def _rule(groups: Sequence[str], resources: Sequence[str], verbs: Sequence[str]) -> Manifest:
    return {"api_groups": list(groups), "resources": list(resources), "verbs": list(verbs)}


VIEWER: tuple[Manifest, ...] = (
    # Quota, limits and policies may be read, so that a tenant understands a refusal; no role may write them.
    _rule(
        [""],
        [
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "pods/log",
            "replicationcontrollers",
            "resourcequotas",
            "serviceaccounts",
            "services",
        ],
        READ,
    ),
    # A RoleBinding reaches the Namespace object of its own namespace alone, and `list` would need a ClusterRoleBinding.
    _rule([""], ["namespaces"], ["get"]),
    _rule(["agents.x-k8s.io"], ["sandboxes"], READ),
    _rule(["apps"], ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"], READ),
    _rule(["autoscaling"], ["horizontalpodautoscalers"], READ),
    _rule(["batch"], ["cronjobs", "jobs"], READ),
    _rule(["discovery.k8s.io"], ["endpointslices"], READ),
    _rule(["events.k8s.io"], ["events"], READ),
    _rule(["extensions.agents.x-k8s.io"], ["sandboxclaims", "sandboxtemplates", "sandboxwarmpools"], READ),
    # Whether its entrance is as it should be; nothing of it may be written.
    _rule(["gateway.envoyproxy.io"], ["backendtrafficpolicies", "securitypolicies"], READ),
    _rule(["gateway.networking.k8s.io"], ["httproutes"], READ),
    _rule(["kueue.x-k8s.io"], ["localqueues", "workloads"], READ),
    _rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], READ),
    _rule(["policy"], ["poddisruptionbudgets"], READ),
)

DEVELOPER: tuple[Manifest, ...] = (
    *VIEWER,
    _rule([""], ["configmaps", "pods", "services"], WRITE),
    _rule([""], ["persistentvolumeclaims"], ["create"]),
    _rule([""], ["pods/attach", "pods/eviction", "pods/exec", "pods/portforward"], ["create", "get"]),
    _rule(["apps"], ["deployments", "deployments/scale", "statefulsets", "statefulsets/scale"], WRITE),
    _rule(["autoscaling"], ["horizontalpodautoscalers"], WRITE),
    _rule(["batch"], ["cronjobs", "jobs"], WRITE),
    # A sandbox is had by a claim alone, which admission bounds; `patch` moves the end of one that is in use.
    _rule(["extensions.agents.x-k8s.io"], ["sandboxclaims"], ["create", "patch", "delete"]),
    _rule(["policy"], ["poddisruptionbudgets"], WRITE),
)

ADMIN: tuple[Manifest, ...] = (
    *DEVELOPER,
    _rule([""], ["secrets"], (*READ, *WRITE)),
    _rule([""], ["persistentvolumeclaims"], WRITE),
    # What they grant is bounded by what they hold (the API server's own rule), to whom by ObjectAdmission.
    _rule(["rbac.authorization.k8s.io"], ["rolebindings", "roles"], (*READ, *WRITE)),
)

SELF_SERVICE: tuple[Manifest, ...] = (_rule(["networking.k8s.io"], ["networkpolicies"], WRITE),)
"""What an admin has besides where guard-rails hold whatever NetworkPolicies say (E2)."""

RULES: dict[Role, tuple[Manifest, ...]] = {
    "tenant-admin": ADMIN,
    "tenant-developer": DEVELOPER,
    "tenant-viewer": VIEWER,
}


def role_rules(role: Role, *, guard_rails: bool) -> list[Manifest]:
    """What a role may do on a cluster with guard-rails or without."""
    return [*RULES[role], *(SELF_SERVICE if guard_rails and role == "tenant-admin" else ())]


@dataclass(frozen=True, kw_only=True)
class TenantRolesArgs:
    """Inputs of TenantRoles.

    guard_rails: whether the cluster has network rules that no NetworkPolicy overrides; without, no tenant writes one.
    """

    guard_rails: bool


class TenantRoles(pulumi.ComponentResource):
    """The three roles that tenants' groups are bound to, once per cluster (B5).

    Creates: ClusterRole `tenantplane:tenant-viewer` (reads what runs; no secrets), `tenantplane:tenant-developer`
    (also writes workloads, services and config maps, claims sandboxes, runs exec and port-forward),
    `tenantplane:tenant-admin` (also secrets, deletes volume claims, and makes roles and role bindings of its own).
    A role grants nothing that its maker does not hold, which the API server sees to; a binding is for the tenant's own
    groups and accounts alone, and what the platform has made stays as it is: ObjectAdmission. NetworkPolicies only ever
    add permissions: one of a tenant's own could open the default deny towards anything, so that the admin may write
    them only where guard-rails exist that they cannot override (E2).
    No role may write a ResourceQuota, LimitRange, ServiceAccount (nor request its token), Endpoints, Ingress, Sandbox,
    SandboxTemplate, SandboxWarmPool, anything of the gateway or anything of the queues but its Jobs. Which people
    belong to a tenant and which host is routed to it change by the reviewed tenant file.
    Outputs: names (list of str), the names of the ClusterRoles.
    """

    names: list[str]

    def __init__(self, name: str, args: TenantRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:TenantRoles", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        for role in ROLES:
            rbac.ClusterRole(
                f"{name}-{role}",
                metadata=platform_metadata(role_name(role), "tenant-roles"),
                rules=role_rules(role, guard_rails=args.guard_rails),
                opts=child,
            )
        self.names = [role_name(role) for role in ROLES]
        self.register_outputs({"names": self.names})
