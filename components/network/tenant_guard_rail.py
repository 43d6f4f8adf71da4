"""What a tenant's network may be at most: its own namespaces, its own databases, the addresses it was granted (E2)."""

from dataclasses import dataclass

import pulumi

from components.network.calico import TIER, from_, global_policy, named, of_tenant, to, to_ranges
from components.network.guard_rails import CONTROL_PLANE, ORDERS, OWN, SUSPENDED, to_other_pods
from components.network.tenant_network import DATABASE_PORT
from components.objects import Manifest
from components.tenancy.virtual_names import COMPONENT
from settings import TenantPlan, names


def policy_name(tenant: str) -> str:
    """Name of a tenant's policy, without the tier's."""
    return f"{OWN}-{tenant}"


def control_plane_policy_name(tenant: str) -> str:
    """Name of the policy for a tenant's virtual control plane, without the tier's. No tenant's own has it."""
    return f"{CONTROL_PLANE}-{tenant}"


def control_plane_traffic(plan: TenantPlan) -> Manifest:
    """Spec of the policy that lets the syncer of a virtual control plane reach the host's API server, without `tier`.
    By the label of its ServiceAccount, which nobody of a tenant may write, and which admission gives to its one pod."""
    return {
        "namespaceSelector": of_tenant(plan.tenant.id),
        "serviceAccountSelector": f"{names.COMPONENT_LABEL} == '{COMPONENT[names.COMPONENT_LABEL]}'",
        "order": ORDERS[CONTROL_PLANE],
        "types": ["Egress"],
        "egress": [
            to("Allow", services={"name": "kubernetes", "namespace": "default"}),
            *to_ranges("Allow", plan.cluster.api_server),
        ],
    }


def own_traffic(plan: TenantPlan) -> Manifest:
    """Spec of the tenant's policy, without `tier`: what in it passes goes on to the next tier. A tenant that is not
    active has all its traffic denied, whatever NetworkPolicies say (A7)."""
    own = of_tenant(plan.tenant.id)
    if not plan.active:
        closed = [{"action": "Deny"}]
        return {
            "namespaceSelector": own,
            "order": ORDERS[SUSPENDED],
            "types": ["Ingress", "Egress"],
            "ingress": closed,
            "egress": closed,
        }
    database = {
        "namespaceSelector": named(plan.cluster.database_namespace),
        "selector": f"{names.TENANT_LABEL} == '{plan.tenant.id}'",
        "ports": [DATABASE_PORT],
    }
    aurora = {"nets": list(plan.database_ranges), "ports": [DATABASE_PORT]}
    return {
        "namespaceSelector": own,
        "order": ORDERS[OWN],
        "types": ["Ingress", "Egress"],
        "ingress": [from_("Pass", namespaceSelector=own)],
        "egress": [
            to("Pass", namespaceSelector=own),
            {"action": "Pass", "protocol": "TCP", "destination": database},
            *([{"action": "Pass", "protocol": "TCP", "destination": aurora}] if plan.database_ranges else ()),
            # Pods have addresses too: a wide range must not mean other tenants' databases.
            *(to_other_pods(plan.cluster.database_namespace) if plan.tenant.egress else ()),
            *to_ranges("Pass", plan.tenant.egress),
        ],
    }


@dataclass(frozen=True, kw_only=True)
class TenantGuardRailArgs:
    """Inputs of TenantGuardRail.

    plan: the tenant. Its cluster names the namespace of the databases, its file the address ranges (CIDR) outside the
    cluster that its pods may reach. They never open the metadata service, nor to a sandbox the API server. Calico's
    open-source edition knows no domain names here.
    tier: the Tier, where the same stack makes it; None where another stack has made it.
    """

    plan: TenantPlan
    tier: pulumi.Resource | None = None


class TenantGuardRail(pulumi.ComponentResource):
    """The part of the guard-rails that names a tenant (E2).

    Creates: GlobalNetworkPolicy `tenantplane-guardrails.tenant-<id>`, the one object of a tenant in the tier, but for
    `tenantplane-guardrails.control-plane-<id>` where it has a virtual control plane: the pod of that, by its account,
    reaches the host's API server (A6). The first passes on to the NetworkPolicies what is between pods of the tenant's
    own namespaces, to its own pods of the database namespace and to the subnets of Auroras on TCP 5432, and to the
    ranges that its file grants. GuardRails denies what it does not name. It lies in no namespace, so that nobody with
    rights in the tenant's can reach it.
    Outputs: policy (str), the policy's name.
    """

    policy: str

    def __init__(self, name: str, args: TenantGuardRailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:network:TenantGuardRail", name, {}, opts)
        plan, tenant = args.plan, args.plan.tenant.id
        child = pulumi.ResourceOptions(parent=self, depends_on=[] if args.tier is None else [args.tier])
        global_policy(name, policy_name(tenant), plan.labels, own_traffic(plan), child)
        if plan.virtual is not None and plan.active:
            opening = control_plane_traffic(plan)
            global_policy(f"{name}-control-plane", control_plane_policy_name(tenant), plan.labels, opening, child)
        self.policy = f"{TIER}.{policy_name(tenant)}"
        self.register_outputs({"policy": self.policy})
