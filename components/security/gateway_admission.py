"""What the API server refuses of entrances, whoever asks (B2, B3)."""

from dataclasses import dataclass
from typing import Final

import pulumi

from components.gateway.envoy import LISTENER, NAME, ROUTE
from components.security.admission_policy import admission_policy
from controls.admission.gateway import GATEWAY_KINDS, TENANT_ROUTES
from settings import Cluster

ROUTE_POLICY: Final = TENANT_ROUTES.name
KIND_POLICY: Final = GATEWAY_KINDS.name


@dataclass(frozen=True, kw_only=True)
class GatewayAdmissionArgs:
    """Inputs of GatewayAdmission. domain: of the tenants' hosts. cluster: names the gateway's namespace."""

    domain: str
    cluster: Cluster


class GatewayAdmission(pulumi.ComponentResource):
    """A tenant's namespace holds its own entrance and nothing else of the gateway's, once per cluster (B2, B3).

    No role of a tenant may write any of it; this holds for everybody, the platform's engine and its mistakes
    included.
    Creates: two ValidatingAdmissionPolicies with their bindings, for namespaces that carry the `tenant` label:
    `tenantplane-tenant-routes` (an HTTPRoute names the host `<tenant>.<domain>` and no other, attaches to the
    platform's Gateway, sends to Services of its own namespace and rewrites or mirrors nothing) and
    `tenantplane-gateway-kinds` (of the kinds of Gateway API and Envoy Gateway only HTTPRoute, SecurityPolicy and
    BackendTrafficPolicy, and these two for the tenant's own route).
    Outputs: policies (list of str), the names of the policies.
    """

    policies: list[str]

    def __init__(self, name: str, args: GatewayAdmissionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:security:GatewayAdmission", name, {}, opts)
        values = {
            "domain": args.domain,
            "gateway": NAME,
            "gateway_namespace": args.cluster.gateway_namespace,
            "listener": LISTENER,
            "route": ROUTE,
        }
        admission_policy(self, f"{name}-routes", TENANT_ROUTES, component="gateway-admission", values=values)
        admission_policy(self, f"{name}-kinds", GATEWAY_KINDS, component="gateway-admission", values=values)
        self.policies = [ROUTE_POLICY, KIND_POLICY]
        self.register_outputs({"policies": self.policies})
