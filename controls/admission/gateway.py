"""What the API server refuses of entrances, whoever asks (B2, B3)."""

from typing import Final

from controls.admission.claim import OBJECT, Absent, Every, Field, Is, Place, Told
from controls.admission.form import AdmissionPolicy, Asked, Preview, Refusal, Variable
from controls.admission.parts import names_of

GATEWAY_GROUP: Final = "gateway.networking.k8s.io"
ENVOY_GROUP: Final = "gateway.envoyproxy.io"
ENVOY_KINDS: Final = ("backendtrafficpolicies", "securitypolicies")
"""Kinds of Envoy Gateway that an entrance has, beside its HTTPRoute. Of all others in the two API groups a tenant's
namespace has none: an EnvoyPatchPolicy rewrites the configuration of the whole gateway, a Backend leads to any address,
a ReferenceGrant lets other namespaces in, a Gateway or a ListenerSet is a way in of its own."""
_OWN: Final = f"[{{'group': '{GATEWAY_GROUP}', 'kind': 'HTTPRoute', 'name': '{{{{route}}}}'}}]"
_ROUTES: Final = ("HTTPRoute",)

TENANT_ROUTES: Final = AdmissionPolicy(
    name="tenantplane-tenant-routes",
    asked=(Asked(GATEWAY_GROUP, ("httproutes",), versions=("*",)),),
    variables=(
        Variable("host", "namespaceObject.metadata.labels['{{tenant_label}}'] + '.{{domain}}'"),
        Variable("rules", "object.spec.?rules.orValue([])"),
    ),
    refusals=(
        Refusal(
            control="TP-B2-01",
            holds=Is(Field("spec.?hostnames", (), OBJECT), Told("[variables.host]", "hosts")),
            message="a route of a tenant has one host: the tenant's id, a dot and {{domain}}",
            reason="Invalid",
            preview=Preview(kinds=_ROUTES, wrong="its hosts are {value}, not {told}"),
        ),
        Refusal(
            control="TP-B2-01",
            holds="object.spec.?parentRefs.orValue([]).size() > 0 && object.spec.?parentRefs.orValue([]).all(each,"
            f" each.?kind.orValue('Gateway') == 'Gateway' && each.?group.orValue('{GATEWAY_GROUP}') =="
            f" '{GATEWAY_GROUP}' && each.name == '{{{{gateway}}}}' && each.?namespace.orValue('') =="
            " '{{gateway_namespace}}' && each.?sectionName.orValue('') == '{{listener}}')",
            message="a route of a tenant attaches to listener {{listener}} of Gateway {{gateway_namespace}}/{{gateway}}"
            " alone",
            reason="Invalid",
        ),
        Refusal(
            control="TP-B2-01",
            holds="variables.rules.all(each, each.?backendRefs.orValue([]).all(to, to.?kind.orValue('Service') =="
            " 'Service' && to.?group.orValue('') == '' && (!has(to.namespace) || to.namespace =="
            " object.metadata.namespace) && !has(to.filters)))",
            message="a route of a tenant sends to Services of its own namespace alone",
            reason="Invalid",
        ),
        # A mirror sends to somebody else as well, a modifier forges identity after it was verified.
        Refusal(
            control="TP-B2-01",
            holds=Every(Place("variables.rules", "rules"), Absent("filters")),
            message="a route of a tenant has no filters: it redirects, rewrites and mirrors nothing",
            reason="Invalid",
            preview=Preview(kinds=_ROUTES, wrong="it has filters, which redirect, rewrite or mirror"),
        ),
    ),
)

GATEWAY_KINDS: Final = AdmissionPolicy(
    name="tenantplane-gateway-kinds",
    # Else it is asked about cluster-wide kinds too, which lie in no namespace that a selector could pass over: the
    # platform's own GatewayClass was refused when the policy was there first.
    asked=tuple(Asked(group, ("*",), versions=("*",), namespaced=True) for group in (GATEWAY_GROUP, ENVOY_GROUP)),
    variables=(
        Variable(
            "allowed",
            f"request.resource.group == '{GATEWAY_GROUP}' ? request.resource.resource == 'httproutes'"
            f" : request.resource.resource in {names_of(ENVOY_KINDS)}",
        ),
    ),
    refusals=(
        Refusal(
            control="TP-B2-01",
            holds="variables.allowed",
            message="a tenant's namespace has no objects of the gateway but its HTTPRoute and the policies of that",
            reason="Invalid",
        ),
        Refusal(
            control="TP-B2-01",
            holds="!variables.allowed || request.resource.resource == 'httproutes' || !has(object.spec.targetRef)"
            f" && !has(object.spec.targetSelectors) && object.spec.?targetRefs.orValue([]) == {_OWN}",
            message="a policy in a tenant's namespace is for its HTTPRoute {{route}} alone",
            reason="Invalid",
        ),
    ),
)
