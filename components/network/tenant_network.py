"""Network of a tenant: closed both ways, with the four openings that its workloads need (E1)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.objects import Manifest, in_namespace, tenant_metadata
from settings import TenantPlan, names

SERVICE_PORT = 8080
"""TCP port that a tenant's services listen on (E1, C10)."""
DATABASE_PORT = 5432
DNS_PORT = 53
DENY_NAME = "default-deny"
ALLOW_NAME = "tenant-traffic"
NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""Label that the API server itself puts on every namespace: nobody can claim another's by labelling."""


CLOSED: Manifest = {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}
"""Spec of a policy for every pod, both ways, that lets nothing pass."""


def _namespace(name: str) -> Manifest:
    return {"namespace_selector": {"match_labels": {NAMESPACE_NAME: name}}}


def _tcp(port: int) -> Manifest:
    return {"protocol": "TCP", "port": port}


def allowed_traffic(plan: TenantPlan) -> Manifest:
    """Spec of the NetworkPolicy with everything that may pass: same tenant and gateway in; same tenant, DNS, own
    database and the ranges that its file grants out. Nothing at all while the tenant is not active (A7)."""
    if not plan.active:
        return dict(CLOSED)
    same_tenant: list[Manifest] = [{"pod_selector": {}}]
    if plan.tenant.namespaces is not None and plan.tenant.namespaces.connected:
        # By the namespace's label, which no role of a tenant may write.
        same_tenant = [{"namespace_selector": {"match_labels": {names.TENANT_LABEL: plan.tenant.id}}}]
    dns = {**_namespace("kube-system"), "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}}}
    database = {
        **_namespace(plan.cluster.database_namespace),
        "pod_selector": {"match_labels": {names.TENANT_LABEL: plan.tenant.id}},
    }
    # What is routed and what is kept is the home's; a namespace beside it has neither.
    home = plan.child is None
    gateway = [_namespace(plan.cluster.gateway_namespace)] if home else []
    granted = [{"ip_block": {"cidr": each}} for each in plan.tenant.egress]
    return {
        "pod_selector": {},
        "policy_types": ["Ingress", "Egress"],
        "ingress": [{"from_": [*same_tenant, *gateway], "ports": [_tcp(SERVICE_PORT)]}],
        "egress": [
            {"to": same_tenant, "ports": [_tcp(SERVICE_PORT)]},
            {"to": [dns], "ports": [{"protocol": "UDP", "port": DNS_PORT}, _tcp(DNS_PORT)]},
            *([{"to": [database], "ports": [_tcp(DATABASE_PORT)]}] if home else []),
            # A range may hold pods as well. That it means none is for the guard-rails: who has ranges has those.
            *([{"to": granted}] if granted else []),
        ],
    }


@dataclass(frozen=True, kw_only=True)
class TenantNetworkArgs:
    """Inputs of TenantNetwork.

    plan: the tenant; its cluster names the namespaces of the gateway and of the databases.
    namespace: the namespace whose pods are closed off.
    """

    plan: TenantPlan
    namespace: core.Namespace


class TenantNetwork(pulumi.ComponentResource):
    """Default deny in and out, and what a tenant's pods may reach (E1).

    Creates: NetworkPolicy `default-deny` (every pod, both directions, no rule: it stays when the other is edited) and
    NetworkPolicy `tenant-traffic` (TCP 8080 within the namespace, TCP 8080 from the gateway's namespace, DNS on UDP
    and TCP to kube-dns, TCP 5432 to the pods of the database namespace that carry the tenant's label, any port of the
    ranges outside that its file grants). Peers are chosen by the namespace's own name, never by a label that a pod
    could give itself. Of a suspended or leaving tenant nothing passes. Enforcement is the business of the cluster's
    network plug-in.
    Outputs: policies (list of str), the names of the NetworkPolicies; first (list of resources), what is in force
    before any pod of the tenant runs.
    """

    policies: list[str]

    def __init__(self, name: str, args: TenantNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:network:TenantNetwork", name, {}, opts)
        child = in_namespace(self, args.namespace)
        deny = networking.NetworkPolicy(
            f"{name}-{DENY_NAME}",
            metadata=tenant_metadata(args.plan, DENY_NAME),
            spec=dict(CLOSED),
            opts=child,
        )
        networking.NetworkPolicy(
            f"{name}-{ALLOW_NAME}",
            metadata=tenant_metadata(args.plan, ALLOW_NAME),
            spec=allowed_traffic(args.plan),
            opts=child,
        )
        self.first: list[pulumi.Resource] = [deny]
        self.policies = [DENY_NAME, ALLOW_NAME]
        self.register_outputs({"policies": self.policies})
