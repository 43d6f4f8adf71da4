"""Namespace of a tenant: the boundary that quota, policy, identity and cost attach to (C1)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, keeps_data, tenant_metadata
from settings import TenantPlan

DISPLAY_NAME = "tenantplane.dev/display-name"
"""Annotation with the tenant's name for people."""
WORKLOADS = "tenantplane.dev/workloads"
"""Annotation with the kinds of workload that the tenant's file lists, comma-separated; admission reads it (C3)."""
GROUPS = "tenantplane.dev/groups"
"""Annotation with the tenant's OIDC groups, comma-separated: whom a role binding in it may name (B5)."""
POOLS = "tenantplane.dev/pools"
"""Annotation of a tenant with nodes of its own: the pools that its pods may name instead, comma-separated (C6)."""
CAPABILITIES_PREFIX = "capabilities.tenantplane.dev/"
"""Annotation, with a kind of workload: the capabilities that its workloads state, comma-separated (C4)."""
POD_SECURITY_VERSION = "v1.34"
"""Version of the Pod Security Standards that is enforced: pinned, so that an upgrade of a cluster cannot change what a
tenant may run; raised by hand together with the toolchain's Kubernetes."""


def pod_security_labels(enforced: str = "restricted") -> dict[str, str]:
    """Labels which make the API server audit and warn at level `restricted`, and enforce it or another (C1)."""
    labels: dict[str, str] = {}
    for mode, level in (("enforce", enforced), ("audit", "restricted"), ("warn", "restricted")):
        labels[f"pod-security.kubernetes.io/{mode}"] = level
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels


def stated_capabilities(plan: TenantPlan) -> dict[str, tuple[str, ...]]:
    """The capabilities that a tenant's workloads state, by their kind; kinds without any are left out (C4)."""
    stated: dict[str, set[str]] = {}
    for workload in plan.workloads:
        if workload.capabilities:
            stated.setdefault(workload.kind, set()).update(workload.capabilities)
    return {kind: tuple(sorted(stated[kind])) for kind in sorted(stated)}


def _annotations(plan: TenantPlan) -> dict[str, str]:
    kinds = sorted({workload.kind for workload in plan.workloads})
    groups = plan.tenant.groups
    return {
        DISPLAY_NAME: plan.tenant.display_name,
        GROUPS: ",".join(sorted({*groups.admins, *groups.developers, *groups.viewers})),
        **({WORKLOADS: ",".join(kinds)} if kinds else {}),
        **({POOLS: ",".join(plan.named_pools)} if plan.named_pools else {}),
        **{f"{CAPABILITIES_PREFIX}{kind}": ",".join(each) for kind, each in stated_capabilities(plan).items()},
    }


@dataclass(frozen=True, kw_only=True)
class TenantNamespaceArgs:
    """Inputs of TenantNamespace.

    plan: the tenant on this cluster, as settings derives it. after: what the namespace is made after and deleted
    before.
    """

    plan: TenantPlan
    after: tuple[pulumi.Resource, ...] = ()


class TenantNamespace(pulumi.ComponentResource):
    """A namespace that belongs to one tenant and cannot be deleted by accident (A7, C1, C4).

    Creates: Namespace (Pod Security `restricted`, or where a workload of the tenant states capabilities `baseline` with
    RootedAdmission for the rest; protected unless the off-boarding is approved), ServiceAccountPatch
    on the namespace's `default` account, so that a pod which names no account gets no token. The account is made by
    the controller manager at about the same time, which is why it is patched and not created: a server-side patch is
    right whichever comes first.
    Outputs: name (str), the namespace's name; namespace (Namespace), for depends_on of what lives in it.
    """

    name: pulumi.Output[str]
    namespace: core.Namespace

    def __init__(self, name: str, args: TenantNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:tenancy:TenantNamespace", name, {}, opts)
        plan = args.plan
        self.namespace = core.Namespace(
            name,
            metadata={
                "name": plan.namespace,
                "labels": {
                    **plan.namespace_labels,
                    **pod_security_labels("baseline" if stated_capabilities(plan) else "restricted"),
                },
                "annotations": _annotations(plan),
            },
            opts=keeps_data(self, plan, *args.after),
        )
        core.ServiceAccountPatch(
            f"{name}-default-account",
            metadata=tenant_metadata(plan, "default"),
            automount_service_account_token=False,
            opts=in_namespace(self, self.namespace),
        )
        self.name = pulumi.Output.from_input(plan.namespace)
        self.register_outputs({"name": plan.namespace})
