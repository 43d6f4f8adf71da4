"""Who can reach whom, worked out from NetworkPolicy objects as the API server holds them (E1, E4).

Nothing enforces policies on a simulated node, so this reads them as the NetworkPolicy API defines them: a pod that no
policy selects for a direction is open in it; one that some select may do what any of them allows; a connection needs
the way out of its source and the way into its destination. Named ports are not needed here and are refused.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Endpoint:
    """A pod: its namespace and that one's labels, its own labels. Or an address outside, which has no namespace.

    address: where a rule may name it by range. services: those it answers for, as (namespace/name, protocol, port).
    account_labels: those of the ServiceAccount it runs as.
    """

    name: str
    namespace: str
    namespace_labels: Mapping[str, str] = field(hash=False)
    labels: Mapping[str, str] = field(hash=False)
    address: str | None = None
    services: tuple[tuple[str, str, int], ...] = ()
    account_labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_pod(self) -> bool:
        return self.namespace != ""


def outside(name: str, address: str, *services: tuple[str, str, int]) -> Endpoint:
    """What is no pod: a node, a metadata service, the internet."""
    return Endpoint(name, "", {}, {}, address, services)


def in_ranges(party: Endpoint, ranges: Iterable[str]) -> bool:
    """Whether its address is in one of them. Raises NotImplementedError where the address is not known."""
    if party.address is None:
        raise NotImplementedError(f"the address of {party.name}")
    address = ipaddress.ip_address(party.address)
    return any(address in ipaddress.ip_network(each) for each in ranges)


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes these labels; the empty one takes all."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for each in selector.get("matchExpressions", []):
        held, operator = labels.get(each["key"]), each["operator"]
        taken = {
            "In": held in each.get("values", []),
            "NotIn": held not in each.get("values", []),
            "Exists": held is not None,
            "DoesNotExist": held is None,
        }[operator]
        if not taken:
            return False
    return True


def _is_peer(peer: Mapping[str, Any], policy: Policy, other: Endpoint) -> bool:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return in_ranges(other, [block["cidr"]]) and not in_ranges(other, block.get("except", []))
    if not other.is_pod:
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"], other.namespace_labels):
            return False
    elif other.namespace != policy["metadata"]["namespace"]:
        return False
    return matches(peer.get("podSelector", {}), other.labels)


def _is_port(rule: Mapping[str, Any], protocol: str, port: int) -> bool:
    """A rule without ports is for all of them."""
    for each in rule.get("ports") or [{}]:
        lowest = each.get("port")
        if isinstance(lowest, str):
            raise NotImplementedError("named ports")
        if each and each.get("protocol", "TCP") != protocol:
            continue
        if lowest is None or lowest <= port <= each.get("endPort", lowest):
            return True
    return False


def verdict(
    policies: Sequence[Policy], kind: str, pod: Endpoint, other: Endpoint, *, protocol: str, port: int
) -> bool | None:
    """Whether a pod may have this connection in one direction (kind); None where no policy selects it for that."""
    rules_of, peers_of = ("ingress", "from") if kind == "Ingress" else ("egress", "to")
    selecting = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace
        and kind in policy["spec"]["policyTypes"]
        and matches(policy["spec"].get("podSelector", {}), pod.labels)
    ]
    if not selecting:
        return None
    for policy in selecting:
        for rule in policy["spec"].get(rules_of) or []:
            peers = rule.get(peers_of)
            if (not peers or any(_is_peer(peer, policy, other) for peer in peers)) and _is_port(rule, protocol, port):
                return True
    return False


def reaches(policies: Sequence[Policy], source: Endpoint, target: Endpoint, protocol: str, port: int) -> bool:
    """Whether a connection from one pod to a port of another passes."""
    directions = (("Egress", source, target), ("Ingress", target, source))
    return all(
        verdict(policies, kind, pod, other, protocol=protocol, port=port) is not False
        for kind, pod, other in directions
        if pod.is_pod
    )
