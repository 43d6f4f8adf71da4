"""Network rules of a cluster that no tenant can override (E2).

NetworkPolicies only ever add permissions, so that one which a tenant writes can open whatever another one closes.
Calico asks tiers one after the other: what is denied in a tier before its `default`, which holds all NetworkPolicies,
stays denied whatever these say.

A selector of Calico's is a constant: it cannot say "the same tenant as at the other end". The rule is therefore cut in
two. Here, once: between namespaces that carry a tenant's label nothing passes. In TenantGuardRail, once per tenant and
asked before: what has this tenant's label at both ends goes on to the next tier. So there is one object per tenant; an
endpoint has the same few policies however many tenants there are, where one policy with a rule for each tenant would
be walked through for every connection and end at Calico's limit of 1024 rules; and a tenant whose own policy is missing
is cut off, not open.

What open-source Calico cannot do: allow by domain name (egress by FQDN, and DNS policy, are of its commercial editions)
or choose by the same label at both ends. The allow-list is thus of address ranges.
"""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.network.calico import (
    API_VERSION,
    OF_A_TENANT,
    TIER,
    TIER_ORDER,
    from_,
    global_policy,
    named,
    to,
    to_ranges,
)
from components.objects import Manifest, platform_metadata
from settings import Cluster, Topology, names
from settings.metadata_services import METADATA_SERVICES, POD_IDENTITY_AGENT, POD_IDENTITY_PORT

SANDBOXES = f"{names.COMPONENT_LABEL} == '{names.SANDBOX}'"

SUSPENDED = "suspended"
DNS, METADATA, API_SERVER, OWN, APART = "dns", "metadata-service", "api-server", "tenant", "tenants-apart"
POD_IDENTITY = "pod-identity"
CONTROL_PLANE, DATABASES = "control-plane", "databases"
ORDERS = {
    SUSPENDED: 5,
    DNS: 10,
    POD_IDENTITY: 15,
    METADATA: 20,
    API_SERVER: 30,
    DATABASES: 40,
    CONTROL_PLANE: 50,
    OWN: 100,
    APART: 1000,
}
"""Order within the tier. What passes for a tenant (OWN) goes on to the next tier and is not asked for in APART, which
is why everything that holds for all is asked before or in both. A SUSPENDED tenant's own policy comes first of all: not
even names are answered."""

DNS_PORT = 53


@dataclass(frozen=True, kw_only=True)
class GuardRailsArgs:
    """Inputs of GuardRails.

    database_namespace: where tenants' databases run; a tenant reaches only its own in it.
    service_ranges: addresses of Services. They matter where a packet is seen before its address is translated.
    api_server: further address ranges of the API server, such as the endpoint of a managed one. The endpoints of its
    Service `default/kubernetes` are always included; none by default.
    pod_identity: whether an agent of EKS on each node gives pods the role of their service account.
    database_ranges: addresses of Auroras, closed to sandboxes; none by default.
    """

    database_namespace: str
    service_ranges: tuple[str, ...]
    api_server: tuple[str, ...] = ()
    pod_identity: bool = False
    database_ranges: tuple[str, ...] = ()


def rails_of(topology: Topology, cluster: Cluster) -> GuardRailsArgs:
    """What the guard-rails of a cluster are made from."""
    return GuardRailsArgs(
        database_namespace=cluster.database_namespace,
        service_ranges=cluster.service_ranges,
        api_server=cluster.api_server,
        pod_identity=cluster.eks is not None,
        database_ranges=topology.database_ranges(cluster),
    )


def to_other_pods(database_namespace: str) -> list[Manifest]:
    """Egress rules for every pod that is not a tenant's own; what they leave over is an address outside."""
    return [
        to("Deny", namespaceSelector=OF_A_TENANT),
        to("Deny", namespaceSelector=named(database_namespace)),
        # Pods of the platform: whether they may be reached is for NetworkPolicies to say.
        to("Pass", namespaceSelector="all()"),
    ]


def policies(args: GuardRailsArgs) -> dict[str, Manifest]:
    """Specs by name, without `tier`. Only pods of tenants' namespaces are selected: the rest of the cluster is as it
    would be without."""
    dns = {
        "destination": {
            "namespaceSelector": named("kube-system"),
            "selector": "k8s-app == 'kube-dns'",
            "ports": [DNS_PORT],
        }
    }
    of_tenants: Manifest = {"namespaceSelector": OF_A_TENANT}
    # Goes on to NetworkPolicies, which open it to the pods of a tenant whose account has a role, and to no other.
    asked = {"protocol": "TCP", "destination": {"nets": [POD_IDENTITY_AGENT], "ports": [POD_IDENTITY_PORT]}}
    identity: dict[str, Manifest] = {
        POD_IDENTITY: {
            **of_tenants,
            "selector": f"!({SANDBOXES})",
            "order": ORDERS[POD_IDENTITY],
            "types": ["Egress"],
            "egress": [{"action": "Pass", **asked}],
        }
    }
    return {
        **(identity if args.pod_identity else {}),
        DNS: {
            **of_tenants,
            "order": ORDERS[DNS],
            "types": ["Egress"],
            "egress": [{"action": "Allow", "protocol": protocol, **dns} for protocol in ("UDP", "TCP")],
        },
        METADATA: {
            **of_tenants,
            "order": ORDERS[METADATA],
            "types": ["Egress"],
            "egress": to_ranges("Deny", METADATA_SERVICES),
        },
        API_SERVER: {
            **of_tenants,
            "selector": SANDBOXES,
            "order": ORDERS[API_SERVER],
            "types": ["Egress"],
            "egress": [
                to("Deny", services={"name": "kubernetes", "namespace": "default"}),
                *to_ranges("Deny", (*args.service_ranges, *args.api_server)),
            ],
        },
        DATABASES: {
            **of_tenants,
            "selector": SANDBOXES,
            "order": ORDERS[DATABASES],
            "types": ["Egress"],
            "egress": [
                to("Deny", namespaceSelector=named(args.database_namespace)),
                *to_ranges("Deny", args.database_ranges),
            ],
        },
        APART: {
            **of_tenants,
            "order": ORDERS[APART],
            "types": ["Ingress", "Egress"],
            "ingress": [from_("Deny", namespaceSelector=OF_A_TENANT), {"action": "Pass"}],
            # What is left after all pods: nodes, the network around the cluster, the internet.
            "egress": [*to_other_pods(args.database_namespace), {"action": "Deny"}],
        },
    }


class GuardRails(pulumi.ComponentResource):
    """Network rules above all NetworkPolicies, once per cluster (E2).

    Creates: Tier `tenantplane-guardrails` (order 100, before the tier with the NetworkPolicies; what no rule decides is
    denied) and in it five GlobalNetworkPolicies for the pods of tenants' namespaces, in this order: `dns` (allowed to
    kube-dns on UDP and TCP), on EKS a sixth, `pod-identity` (TCP 80 of 169.254.170.23 is left to NetworkPolicies, for
    all but sandboxes), `metadata-service` (cloud metadata and link-local addresses denied), `api-server` (denied
    to sandboxes), `databases` (denied to sandboxes, their own tenant's too, and the subnets of Auroras), and after each
    tenant's own (TenantGuardRail) `tenants-apart` (denied: pods of tenants both ways, the databases, and every address
    that is no pod's; the rest is passed on to the next tier).
    Pods of other namespaces, and nodes, are not selected.
    Outputs: tier (CustomResource), for depends_on of further policies in it; policies (list of str), their names.
    """

    tier: CustomResource
    policies: list[str]

    def __init__(self, name: str, args: GuardRailsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:network:GuardRails", name, {}, opts)
        metadata = platform_metadata(TIER, "guard-rails")
        self.tier = CustomResource(
            f"{name}-tier",
            api_version=API_VERSION,
            kind="Tier",
            metadata=metadata,
            spec={"order": TIER_ORDER, "defaultAction": "Deny"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        in_tier = pulumi.ResourceOptions(parent=self, depends_on=[self.tier])
        specs = policies(args)
        for policy, spec in specs.items():
            global_policy(f"{name}-{policy}", policy, metadata["labels"], spec, in_tier)
        self.policies = [f"{TIER}.{policy}" for policy in specs]
        self.register_outputs({"policies": self.policies})
