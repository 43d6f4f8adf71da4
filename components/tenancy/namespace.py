"""Namespace of a tenant: the boundary that quota, policy, identity and cost attach to (C1)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, keeps_data, tenant_metadata
from settings import TenantPlan

DISPLAY_NAME = "tenantplane.dev/display-name"
"""Annotation with the tenant's name for people."""
POD_SECURITY_VERSION = "v1.34"
"""Version of the Pod Security Standards that is enforced: pinned, so that an upgrade of a cluster cannot change what a
tenant may run; raised by hand together with the toolchain's Kubernetes."""


def pod_security_labels() -> dict[str, str]:
    """Labels which make the API server enforce, audit and warn at level `restricted` (C1)."""
    labels: dict[str, str] = {}
    for mode in ("enforce", "audit", "warn"):
        labels[f"pod-security.kubernetes.io/{mode}"] = "restricted"
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels


@dataclass(frozen=True, kw_only=True)
class TenantNamespaceArgs:
    """Inputs of TenantNamespace.

    plan: the tenant on this cluster, as settings derives it.
    """

    plan: TenantPlan


class TenantNamespace(pulumi.ComponentResource):
    """A namespace that belongs to one tenant and cannot be deleted by accident (A7, C1, C4).

    Creates: Namespace (Pod Security `restricted`; protected unless the off-boarding is approved), ServiceAccountPatch
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
                "labels": {**plan.labels, **pod_security_labels()},
                "annotations": {DISPLAY_NAME: plan.tenant.display_name},
            },
            opts=keeps_data(self, plan),
        )
        core.ServiceAccountPatch(
            f"{name}-default-account",
            metadata=tenant_metadata(plan, "default"),
            automount_service_account_token=False,
            opts=in_namespace(self, self.namespace),
        )
        self.name = pulumi.Output.from_input(plan.namespace)
        self.register_outputs({"name": plan.namespace})
