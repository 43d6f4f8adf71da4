"""Rules about the network inside a cluster (E1, E2, F5)."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any, Final

from policies.expected import Expected, known
from policies.objects import KubernetesObject
from policies.rule import rule
from settings import names

RAILS: Final = "tenantplane-guardrails"
"""Name of the tier of Calico that comes before all NetworkPolicies."""
LATEST_ORDER: Final = 1_000
"""Order of the guard-rails' tier at most; Kubernetes' own NetworkPolicies are at 1,000,000 (Calico, Tier)."""
METADATA: Final = ("169.254.169.254/32", "fd00:ec2::254/128")
_POLICIES: Final = ("GlobalNetworkPolicy",)


def _everywhere(peer: Mapping[str, Any]) -> bool:
    """Whether it is every address, or a half of them, or a range as wide."""
    block = peer.get("ipBlock")
    if block is None:
        return False
    network = ip_network(block.get("cidr"))
    return network.prefixlen < (8 if network.version == 4 else 16)


def nobody_else_comes_in(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No rule of a tenant's policy lets in everybody, or any namespace (E1)."""
    if found.tenant_namespace is None:
        return
    for index, each in enumerate(found.every("spec", "ingress")):
        if not each.get("from"):
            yield f"ingress rule {index} lets everybody in"
        for peer in each.get("from") or []:
            selector = peer.get("namespaceSelector")
            if selector is not None and not selector.get("matchLabels") and not selector.get("matchExpressions"):
                yield f"ingress rule {index} lets every namespace in"
            elif _everywhere(peer):
                yield f"ingress rule {index} lets every address in"


def names_by_both_protocols(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Who may ask port 53 may ask it by UDP and TCP (E1)."""
    asked = {
        port.get("protocol", "TCP")
        for each in found.every("spec", "egress")
        for port in each.get("ports") or []
        if port.get("port") == 53
    }
    if len(asked) == 1:
        yield f"names are resolved over {asked.pop()} alone"


def not_to_every_address(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No rule lets pods out to everything (E1, E2)."""
    for index, each in enumerate(found.every("spec", "egress")):
        if not each.get("to") and not (found.tenant_namespace is None and each.get("ports")):
            yield f"egress rule {index} lets pods out to every address"
        for peer in each.get("to") or []:
            if _everywhere(peer) and "169.254.0.0/16" not in (peer["ipBlock"].get("except") or []):
                yield f"egress rule {index} lets pods out to every address, 169.254.0.0/16 included"


def rails_come_first(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """The tier of the guard-rails is early and denies at its end (E2)."""
    if found.metadata.get("name") != RAILS:
        return
    order = found.at("spec", "order")
    if order is None or order > LATEST_ORDER:
        yield f"the tier's order is {order}, and {LATEST_ORDER} at most is allowed"
    if found.at("spec", "defaultAction") != "Deny":
        yield f"the tier's defaultAction is {found.at('spec', 'defaultAction')!r}"


def nothing_else_is_open(found: KubernetesObject, expected: Expected) -> Iterator[str]:
    """No Service that is open to the outside; no Ingress beside a gateway, and none with another host (E2, B2)."""
    if found.kind == "Service":
        if found.at("spec", "type") in ("NodePort", "LoadBalancer"):
            yield f"the Service is of type {found.at('spec', 'type')}"
    elif found.tenant is None or "gateway" in known(expected.addons, "whether there is a gateway"):
        yield "an Ingress is a second way in"
    else:
        own = names.host(found.tenant, known(expected.domain, "the domain of tenants' hosts"))
        for each in found.every("spec", "rules"):
            if each.get("host") != own:
                yield f"the Ingress has host {each.get('host')!r}, not {own!r}"


def directions_are_named(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """spec.types of Calico's policies (E2)."""
    if not found.every("spec", "types"):
        yield "it names no types"


def the_gateway_speaks_tls(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """TLS 1.3, and no listener without TLS (F5)."""
    if found.kind == "ClientTrafficPolicy":
        if found.at("spec", "tls", "minVersion") != "1.3":
            yield f"tls.minVersion is {found.at('spec', 'tls', 'minVersion')!r}"
        return
    for each in found.every("spec", "listeners"):
        if each.get("protocol") not in ("HTTPS", "TLS"):
            yield f"listener {each.get('name')!r} speaks {each.get('protocol')}"


NETWORK = (
    rule("TP-E1-02", ("NetworkPolicy",), nobody_else_comes_in),
    rule("TP-E1-03", ("NetworkPolicy",), names_by_both_protocols),
    rule("TP-E1-05", ("NetworkPolicy",), not_to_every_address),
    rule("TP-E2-02", ("Tier",), rails_come_first),
    rule("TP-E2-05", ("Service", "Ingress"), nothing_else_is_open),
    rule("TP-E2-06", ("GlobalNetworkPolicy",), directions_are_named),
    rule("TP-F5-03", ("ClientTrafficPolicy", "Gateway"), the_gateway_speaks_tls),
)
