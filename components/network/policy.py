"""Parts that NetworkPolicies are put together from (E1)."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Final

from components.objects import Manifest
from settings import names
from settings.monitoring.exporters import SCRAPER

NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
"""Label that the API server itself puts on every namespace: nobody can claim another's by labelling."""
DNS_PORT: Final = 53
TENANTS: Final[Manifest] = {"namespace_selector": {"match_expressions": [names.of_tenants()]}}
"""Peer: every namespace of a tenant."""
API_SERVER_PORTS: Final = (443, 6443)
"""Of the Service, and of the API server itself, where a packet is seen after its address was translated."""


def tcp(*ports: int) -> list[Manifest]:
    """TCP ports of a rule."""
    return [{"protocol": "TCP", "port": port} for port in ports]


def namespace(name: str) -> Manifest:
    """Peer: the namespace of this name."""
    return {"namespace_selector": {"match_labels": {NAMESPACE_NAME: name}}}


def labelled(labels: Mapping[str, str]) -> Manifest:
    """Selector of what has all these labels."""
    return {"match_labels": dict(labels)}


def called(name: str) -> Manifest:
    """Selector of pods by their `app.kubernetes.io/name`."""
    return labelled({"app.kubernetes.io/name": name})


def pods(labels: Mapping[str, str]) -> Manifest:
    """Peer: pods of the policy's own namespace."""
    return {"pod_selector": labelled(labels)}


def scraper(system_namespace: str) -> Manifest:
    """Peer: the platform's Prometheus, in the platform's namespace of this name."""
    return {**namespace(system_namespace), **pods(SCRAPER)}


def ranges(addresses: Iterable[str], but: Iterable[str] = ()) -> list[Manifest]:
    """Peers: addresses outside the cluster. but: ranges that are left out of them."""
    closed = [ip_network(each) for each in but]
    made: list[Manifest] = []
    for wanted in map(ip_network, addresses):
        touching = [each for each in closed if each.overlaps(wanted)]
        # Of two ranges that overlap, one holds the other. The API takes as `except` what is smaller, and nothing else.
        if not any(each.prefixlen <= wanted.prefixlen for each in touching):
            left_out = {"except": [str(each) for each in touching]} if touching else {}
            made.append({"ip_block": {"cidr": str(wanted), **left_out}})
    return made


def dns() -> Manifest:
    """Egress rule: names, from the cluster's own DNS."""
    to = {**namespace("kube-system"), **pods({"k8s-app": "kube-dns"})}
    return {"to": [to], "ports": [{"protocol": "UDP", "port": DNS_PORT}, *tcp(DNS_PORT)]}


def to_ports(*ports: int) -> Manifest:
    """Egress rule: these TCP ports, wherever they are."""
    return {"ports": tcp(*ports)}


def both_ways(selector: Manifest, *, ingress: Iterable[Manifest] = (), egress: Iterable[Manifest] = ()) -> Manifest:
    """Spec of a policy that closes the selected pods in both directions but for what the rules name."""
    rules = {"ingress": list(ingress), "egress": list(egress)}
    return {
        "pod_selector": selector,
        "policy_types": ["Ingress", "Egress"],
        **{way: each for way, each in rules.items() if each},
    }


def outwards(name: str, *ports: int) -> Manifest:
    """Spec of a policy of pods with this `app.kubernetes.io/name`: out to these TCP ports, wherever they are; nothing
    else is asked, and nothing comes in where the namespace denies it."""
    return {"pod_selector": called(name), "policy_types": ["Egress"], "egress": [to_ports(*ports)]}


def to_the_api_server(name: str) -> Manifest:
    """As `outwards`, to the API server."""
    return outwards(name, *API_SERVER_PORTS)


CLOSED: Final[Manifest] = both_ways({})
"""Spec of a policy for every pod, both ways, that lets nothing pass."""
