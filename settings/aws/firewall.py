"""What never reaches a gateway: rules of AWS WAF, in the SDK's words (B2)."""

from typing import Any

RATE_WINDOW_S = 60
ADDRESS_RATE = 3_000
"""Requests a minute of one address: three times B2's rate of a tenant, since a whole school comes from one address."""
HOST_HEADROOM = 2
"""A tenant's host may be asked so many times what its gateway admits: the gateway refuses with words of its own, the
firewall only keeps a flood from it."""
MANAGED = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
)
COUNTED = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}
"""Rules that only count: bodies above 8 KiB are homework; how large one may be says the gateway, by tier."""


def firewall_rules(largest_rate: int) -> list[dict[str, Any]]:
    """Rules in their order. largest_rate: requests a minute of the tier that may have most (B2)."""
    per_host = {
        "aggregate_key_type": "CUSTOM_KEYS",
        "custom_keys": [{"header": {"name": "host", "text_transformations": [{"priority": 0, "type": "LOWERCASE"}]}}],
    }
    rules = [
        _rated("rate-of-an-address", ADDRESS_RATE, {"aggregate_key_type": "IP"}),
        _rated("rate-of-a-host", HOST_HEADROOM * largest_rate, per_host),
        *(_managed(name) for name in MANAGED),
    ]
    return [{**rule, "priority": priority} for priority, rule in enumerate(rules)]


def visibility(name: str) -> dict[str, Any]:
    """Metrics under that name. No samples: a sample has the header of somebody's token in it."""
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": False}


def redacted() -> list[dict[str, Any]]:
    """Headers that no log has (I5)."""
    return [{"single_header": {"name": name}} for name in ("authorization", "cookie")]


def _rated(name: str, limit: int, by: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "action": {"block": {}},
        "statement": {"rate_based_statement": {"limit": limit, "evaluation_window_sec": RATE_WINDOW_S, **by}},
        "visibility_config": visibility(name),
    }


def _managed(name: str) -> dict[str, Any]:
    group: dict[str, Any] = {"vendor_name": "AWS", "name": name}
    if name in COUNTED:
        group["rule_action_overrides"] = [{"name": each, "action_to_use": {"count": {}}} for each in COUNTED[name]]
    return {
        "name": name,
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": group},
        "visibility_config": visibility(name),
    }
