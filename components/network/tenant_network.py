"""Network of a tenant: closed both ways, with the openings that its workloads need, and those that its sandboxes need
(C5, E1)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.network.mesh_policy import from_east_west, to_istiod
from components.network.policy import CLOSED, both_ways, dns, labelled, namespace, pods, ranges, scraper, tcp
from components.objects import Manifest, in_namespace, tenant_metadata
from settings import TenantPlan, names
from settings.mesh import MESH_NAMESPACE
from settings.metadata_services import POD_IDENTITY_AGENT, POD_IDENTITY_PORT
from settings.monitoring.exporters import METRICS_PORT
from settings.ports import SERVICE_PORT

DATABASE_PORT = 5432
DENY_NAME = "default-deny"
ALLOW_NAME = "tenant-traffic"
SANDBOX_NAME = "sandbox-traffic"

SANDBOXES: Manifest = labelled({names.SANDBOX_LABEL: "true"})
WORKLOADS: Manifest = {"match_expressions": [{"key": names.SANDBOX_LABEL, "operator": "DoesNotExist"}]}
"""Selectors of the pods of a namespace that are sandboxes, and of those that are not. NetworkPolicies only ever add
permissions: what sandboxes may not do, no policy that selects them may allow."""


def _of_same_tenant(plan: TenantPlan) -> Manifest:
    """Peer: every pod of the tenant's that this namespace is connected with."""
    if plan.tenant.namespaces is not None and plan.tenant.namespaces.connected:
        # By the namespace's label, which no role of a tenant may write.
        return {"namespace_selector": labelled({names.TENANT_LABEL: plan.tenant.id})}
    return {"pod_selector": {}}


def _scraped(plan: TenantPlan) -> list[Manifest]:
    """A rule for the cluster's Prometheus, where it has one. What runs in sandboxes is not scraped (G1)."""
    if not plan.cluster.has_monitoring:
        return []
    return [{"from_": [scraper(plan.cluster.system_namespace)], "ports": tcp(METRICS_PORT)}]


def _granted(plan: TenantPlan, but: tuple[str, ...] = ()) -> list[Manifest]:
    """A rule with the ranges outside. A range may hold pods as well; that it means none is for the guard-rails: who has
    ranges has those."""
    peers = ranges(plan.tenant.egress, but)
    return [{"to": peers}] if peers else []


def allowed_traffic(plan: TenantPlan) -> Manifest:
    """Spec of the NetworkPolicy with everything that may pass for what is no sandbox: same tenant, gateway and
    Prometheus in; same tenant, DNS, own database and the ranges that its file grants out. Nothing at all, for any pod,
    while the tenant is not active (A7).

    An Aurora has no label, and other addresses after each fail-over: it is known by its subnets. What keeps tenants
    apart there is their credentials (F3)."""
    if not plan.active:
        return dict(CLOSED)
    same_tenant = _of_same_tenant(plan)
    database = {
        **namespace(plan.cluster.database_namespace),
        **pods({names.TENANT_LABEL: plan.tenant.id}),
    }
    aurora = {"to": ranges(plan.database_ranges), "ports": tcp(DATABASE_PORT)}
    # The role of its service account, which the home's workloads run as (TenantCloud).
    identity = {"to": ranges([POD_IDENTITY_AGENT]), "ports": tcp(POD_IDENTITY_PORT)}
    # What is routed and what is kept is the home's; a namespace beside it has neither.
    home = plan.child is None
    gateway = [namespace(plan.cluster.gateway_namespace)] if home else []
    meshed = plan.trust_domain is not None
    # What comes from the mesh's other clusters; nothing of a tenant's goes there, so that it meets no other tenant's.
    elsewhere = [from_east_west(MESH_NAMESPACE)] if meshed and home else []
    return both_ways(
        WORKLOADS,
        ingress=[{"from_": [same_tenant, *gateway, *elsewhere], "ports": tcp(SERVICE_PORT)}, *_scraped(plan)],
        egress=[
            {"to": [same_tenant], "ports": tcp(SERVICE_PORT)},
            dns(),
            *([to_istiod(MESH_NAMESPACE)] if meshed else []),
            *([{"to": [database], "ports": tcp(DATABASE_PORT)}] if home else []),
            *([aurora] if home and plan.database_ranges else []),
            *([identity] if home and plan.cluster.eks is not None else []),
            *_granted(plan),
        ],
    )


def sandbox_traffic(plan: TenantPlan) -> Manifest:
    """Spec of the NetworkPolicy of a tenant's sandboxes: in, its own pods that are none, and the gateway; out, DNS and
    the ranges that its file grants, without those of Auroras. What an agent runs there reaches no service, no database
    and no other sandbox.
    Nothing at all while the tenant is not active (A7)."""
    if not plan.active:
        return both_ways(SANDBOXES)
    served_by = [{**_of_same_tenant(plan), "pod_selector": WORKLOADS}, namespace(plan.cluster.gateway_namespace)]
    return both_ways(
        SANDBOXES,
        ingress=[{"from_": served_by, "ports": tcp(SERVICE_PORT)}],
        egress=[dns(), *_granted(plan, but=plan.database_ranges)],
    )


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
    NetworkPolicy `tenant-traffic`, of the pods that are no sandboxes (TCP 8080 within the namespace, TCP 8080 from the
    gateway's namespace, TCP 9464 from the cluster's Prometheus where there is one, in a mesh TCP 8080 from the
    east-west gateway and TCP 15012 to istiod, DNS on UDP and TCP to kube-dns, TCP 5432 to the pods of the database
    namespace that carry the tenant's label and to the region's subnets of Auroras where the cluster has one, on EKS TCP
    80 to the agent that gives its service account's role, any port of the ranges outside that its file grants); for a
    tenant with sandboxes NetworkPolicy `sandbox-traffic`, of these (TCP 8080 from the namespace's other pods and from
    the gateway's namespace, DNS, the ranges but for subnets of Auroras). Peers are chosen by the namespace's own name,
    never by a label that gives a pod more. Of a suspended or leaving tenant nothing passes. Enforcement is the business
    of the cluster's network plug-in.
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
        if args.plan.sandboxes is not None:
            networking.NetworkPolicy(
                f"{name}-{SANDBOX_NAME}",
                metadata=tenant_metadata(args.plan, SANDBOX_NAME),
                spec=sandbox_traffic(args.plan),
                opts=child,
            )
            self.policies.append(SANDBOX_NAME)
        self.register_outputs({"policies": self.policies})
