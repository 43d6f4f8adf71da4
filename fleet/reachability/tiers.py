"""Who can reach whom under Calico's tiers and Kubernetes' NetworkPolicies together (E2, E4).

A reference to judge objects by, after Calico's documentation of tiers and global policies:

* Tiers are asked by order, the lowest first; without one last; the same order by name.
* A tier takes part for a direction of a pod only where one of its policies selects the pod for that direction. Its
  policies are asked by order and then by name, their rules from the top.
* Allow and Deny end it. Pass goes on to the next tier. Log goes on to the next rule.
* Where no rule of a tier that takes part has matched, its default action holds: Deny unless it says Pass.
* The tier `default` (order 1000000) holds the NetworkPolicies, which allow by any of them or else deny.
* Past the last tier the pod's profile decides, which for Kubernetes allows all.

A connection needs the way out of its source and the way into its destination; what is no pod has neither. Fields that
the guard-rails do not use are refused, never passed over.
"""

import ipaddress
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fleet.reachability.network_policies import Endpoint, Policy, in_ranges, verdict
from fleet.reachability.selectors import selector

Object = Mapping[str, Any]

DEFAULT_TIER, DEFAULT_ORDER = "default", 1_000_000.0

_SPEC = {"tier", "order", "types", "selector", "namespaceSelector", "serviceAccountSelector", "ingress", "egress"}
_RULE = {"action", "protocol", "source", "destination"}
_ENTITY = {"selector", "namespaceSelector", "nets", "ports", "services"}


class Calico:
    """What a cluster's objects add up to.

    Raises NotImplementedError for objects with fields that are not understood here, ValueError for a policy whose tier
    is not there.
    """

    def __init__(self, tiers: Iterable[Object], policies: Iterable[Object], network_policies: Sequence[Policy]) -> None:
        self._network_policies = network_policies
        self._tiers = [(DEFAULT_ORDER, DEFAULT_TIER, "Deny")]
        for tier in tiers:
            _understood(tier["spec"], {"order", "defaultAction"})
            name = tier["metadata"]["name"]
            if name == DEFAULT_TIER:
                raise NotImplementedError("a tier called default")
            self._tiers.append((_order(tier), name, tier["spec"].get("defaultAction", "Deny")))
        self._tiers.sort()
        self._policies: dict[str, list[Object]] = {name: [] for _, name, _ in self._tiers}
        for policy in sorted(policies, key=lambda each: (_order(each), each["metadata"]["name"])):
            _check(policy)
            tier = policy["spec"].get("tier", DEFAULT_TIER)
            if tier == DEFAULT_TIER:
                raise NotImplementedError("a global policy among the NetworkPolicies")
            if tier not in self._policies:
                raise ValueError(f"{policy['metadata']['name']}: there is no tier {tier!r}")
            self._policies[tier].append(policy)

    def reaches(self, source: Endpoint, target: Endpoint, protocol: str, port: int) -> bool:
        """Whether a connection passes."""
        return all(
            self._passes(direction, pod, other, (source, target, protocol, port))
            for direction, pod, other in (("Egress", source, target), ("Ingress", target, source))
            if pod.is_pod
        )

    def _passes(
        self, direction: str, pod: Endpoint, other: Endpoint, connection: tuple[Endpoint, Endpoint, str, int]
    ) -> bool:
        for _, name, default in self._tiers:
            if name == DEFAULT_TIER:
                _, _, protocol, port = connection
                said = verdict(self._network_policies, direction, pod, other, protocol=protocol, port=port)
                if said is not None:
                    return said
                continue
            selecting = [each for each in self._policies[name] if _selects(each["spec"], direction, pod)]
            if not selecting:
                continue
            action = _action(selecting, direction, connection) or default
            if action != "Pass":
                return action == "Allow"
        return True


def _action(policies: Iterable[Object], direction: str, connection: tuple[Endpoint, Endpoint, str, int]) -> str | None:
    """What the first rule that matches says; None when none does."""
    for policy in policies:
        for rule in policy["spec"].get(direction.lower(), []):
            if rule["action"] != "Log" and _matches(rule, *connection):
                return str(rule["action"])
    return None


def _matches(rule: Object, source: Endpoint, target: Endpoint, protocol: str, port: int) -> bool:
    if "protocol" in rule and rule["protocol"] != protocol:
        return False
    # The port a connection comes from is any.
    if "ports" in rule.get("source", {}):
        raise NotImplementedError("ports of the source")
    return _is(rule.get("source", {}), source, protocol, port) and _is(
        rule.get("destination", {}), target, protocol, port
    )


def _is(entity: Object, party: Endpoint, protocol: str, port: int) -> bool:
    """Whether one end of a connection is meant. An empty entity means everybody."""
    if "services" in entity:
        wanted = f"{entity['services']['namespace']}/{entity['services']['name']}"
        return (wanted, protocol, port) in party.services
    if "ports" in entity and port not in entity["ports"]:
        return False
    if "nets" in entity and not in_ranges(party, entity["nets"]):
        return False
    if "namespaceSelector" in entity and not (
        party.is_pod and selector(entity["namespaceSelector"])(party.namespace_labels)
    ):
        return False
    return "selector" not in entity or (party.is_pod and selector(entity["selector"])(party.labels))


def _selects(spec: Object, direction: str, pod: Endpoint) -> bool:
    return (
        direction in _types(spec)
        and selector(spec.get("selector") or "all()")(pod.labels)
        and selector(spec.get("namespaceSelector") or "all()")(pod.namespace_labels)
        and selector(spec.get("serviceAccountSelector") or "all()")(pod.account_labels)
    )


def _types(spec: Object) -> Sequence[str]:
    """Those given, or what Calico takes from the rules: Ingress, unless there are egress rules alone."""
    if spec.get("types"):
        return list(spec["types"])
    if not spec.get("egress"):
        return ["Ingress"]
    return ["Ingress", "Egress"] if spec.get("ingress") else ["Egress"]


def _order(each: Object) -> float:
    order = each["spec"].get("order")
    return math.inf if order is None else float(order)


def _check(policy: Object) -> None:
    spec = policy["spec"]
    _understood(spec, _SPEC)
    for rule in (*spec.get("ingress", []), *spec.get("egress", [])):
        _understood(rule, _RULE)
        if rule["action"] not in ("Allow", "Deny", "Log", "Pass"):
            raise NotImplementedError(f"action {rule['action']!r}")
        for entity in (rule.get("source", {}), rule.get("destination", {})):
            _understood(entity, _ENTITY)
            if not all(isinstance(port, int) for port in entity.get("ports", [])):
                raise NotImplementedError("named ports and ranges of ports")
            if "ports" in entity and "protocol" not in rule:
                raise NotImplementedError("ports without a protocol")
            families = {ipaddress.ip_network(each).version for each in entity.get("nets", [])}
            if len(families) > 1:
                raise NotImplementedError("IPv4 and IPv6 in one rule")


def _understood(part: Object, known: set[str]) -> None:
    if unknown := set(part) - known:
        raise NotImplementedError(f"{sorted(unknown)}")
