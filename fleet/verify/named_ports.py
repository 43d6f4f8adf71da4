"""NetworkPolicies with ports by name, for an evaluator that knows none (E4)."""

from typing import Any


def by_number(policy: Any) -> Any:
    """A NetworkPolicy in which a port by name is any port: more than it opens, never less."""
    spec = dict(policy["spec"])
    for direction in ("ingress", "egress"):
        if direction in spec:
            spec[direction] = [
                {**rule, "ports": [_port(each) for each in rule["ports"]]} if rule.get("ports") else rule
                for rule in spec[direction] or ()
            ]
    return {**policy, "spec": spec}


def _port(each: Any) -> Any:
    return {"protocol": each.get("protocol", "TCP")} if isinstance(each.get("port"), str) else each
