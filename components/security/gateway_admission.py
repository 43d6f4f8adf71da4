"""What the API server refuses of entrances, whoever asks (B2, B3)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.gateway.envoy import ENVOY_GROUP, GATEWAY_GROUP, LISTENER, NAME, ROUTE
from components.objects import Manifest
from components.security.admission_policy import IN_TENANTS, admission_policy, mistake, rule
from settings import Cluster, names

ROUTE_POLICY: Final = "tenantplane-tenant-routes"
KIND_POLICY: Final = "tenantplane-gateway-kinds"

ENVOY_KINDS: Final = ("backendtrafficpolicies", "securitypolicies")
"""Kinds of Envoy Gateway that an entrance has, beside its HTTPRoute. Of all others in the two API groups a tenant's
namespace has none: an EnvoyPatchPolicy rewrites the configuration of the whole gateway, a Backend leads to any address,
a ReferenceGrant lets other namespaces in, a Gateway or a ListenerSet is a way in of its own."""


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
        routes = route_policy(args.domain, args.cluster.gateway_namespace)
        admission_policy(self, f"{name}-routes", routes, policy=ROUTE_POLICY, component="gateway-admission")
        admission_policy(self, f"{name}-kinds", kind_policy(), policy=KIND_POLICY, component="gateway-admission")
        self.policies = [ROUTE_POLICY, KIND_POLICY]
        self.register_outputs({"policies": self.policies})


def route_policy(domain: str, gateway_namespace: str) -> Manifest:
    """Spec of the policy for HTTPRoutes."""
    host = f"namespaceObject.metadata.labels['{names.TENANT_LABEL}'] + '.{domain}'"
    return {
        **_about([rule(GATEWAY_GROUP, "httproutes", versions=["*"])]),
        "variables": [
            {"name": "host", "expression": host},
            {"name": "rules", "expression": "object.spec.?rules.orValue([])"},
        ],
        "validations": [
            mistake(
                "TP-B2-01",
                "object.spec.?hostnames.orValue([]) == [variables.host]",
                f"a route of a tenant has one host: the tenant's id, a dot and {domain}",
            ),
            mistake(
                "TP-B2-01",
                "object.spec.?parentRefs.orValue([]).size() > 0 && object.spec.?parentRefs.orValue([]).all(each,"
                f" each.?kind.orValue('Gateway') == 'Gateway' && each.?group.orValue('{GATEWAY_GROUP}') =="
                f" '{GATEWAY_GROUP}' && each.name == '{NAME}' && each.?namespace.orValue('') == '{gateway_namespace}'"
                f" && each.?sectionName.orValue('') == '{LISTENER}')",
                f"a route of a tenant attaches to listener {LISTENER} of Gateway {gateway_namespace}/{NAME} alone",
            ),
            mistake(
                "TP-B2-01",
                "variables.rules.all(each, each.?backendRefs.orValue([]).all(to, to.?kind.orValue('Service') =="
                " 'Service' && to.?group.orValue('') == '' && (!has(to.namespace) || to.namespace =="
                " object.metadata.namespace) && !has(to.filters)))",
                "a route of a tenant sends to Services of its own namespace alone",
            ),
            # A mirror sends to somebody else as well, a modifier forges identity after it was verified.
            mistake(
                "TP-B2-01",
                "variables.rules.all(each, !has(each.filters))",
                "a route of a tenant has no filters: it redirects, rewrites and mirrors nothing",
            ),
        ],
    }


def kind_policy() -> Manifest:
    """Spec of the policy for all other kinds."""
    # Else it is asked about cluster-wide kinds too, which lie in no namespace that a selector could pass over: the
    # platform's own GatewayClass was refused when the policy was there first.
    others = [{**rule(group, "*", versions=["*"]), "scope": "Namespaced"} for group in (GATEWAY_GROUP, ENVOY_GROUP)]
    own = f"[{{'group': '{GATEWAY_GROUP}', 'kind': 'HTTPRoute', 'name': '{ROUTE}'}}]"
    return {
        **_about(others),
        "variables": [
            {
                "name": "allowed",
                "expression": f"request.resource.group == '{GATEWAY_GROUP}' ? request.resource.resource == 'httproutes'"
                f" : request.resource.resource in {json.dumps(ENVOY_KINDS)}",
            }
        ],
        "validations": [
            mistake(
                "TP-B2-01",
                "variables.allowed",
                "a tenant's namespace has no objects of the gateway but its HTTPRoute and the policies of that",
            ),
            mistake(
                "TP-B2-01",
                "!variables.allowed || request.resource.resource == 'httproutes' || !has(object.spec.targetRef)"
                f" && !has(object.spec.targetSelectors) && object.spec.?targetRefs.orValue([]) == {own}",
                f"a policy in a tenant's namespace is for its HTTPRoute {ROUTE} alone",
            ),
        ],
    }


def _about(rules: Sequence[Manifest]) -> Manifest:
    return {"match_constraints": {"namespace_selector": IN_TENANTS, "resource_rules": list(rules)}}
