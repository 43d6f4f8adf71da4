"""A review as JSON, for other programs (I2)."""

import json
from typing import Any

from fleet.diff import property_lines
from fleet.preview.review import Delta, Entry, Review


def as_json(review: Review) -> str:
    """Everything in the review. `tenant` is empty for what belongs to the platform; amounts are dollars a month."""
    return json.dumps(as_data(review), indent=2, sort_keys=True)


def as_data(review: Review) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "environment": review.environment,
        "base": review.base,
        "mode": "live" if review.live else "offline",
        "verdict": review.verdict,
        "exit_code": review.exit_code,
        "stacks": {"affected": list(review.stacks), "all": review.all_stacks},
        "counts": dict(review.counts()),
        "tenants": {"new": list(review.tenants_new), "gone": list(review.tenants_gone)},
        "problems": list(review.problems),
        "refusals": list(review.refusals),
        "warnings": list(review.warnings),
        "dangers": [{"tenant": tenant, "why": why} for tenant, why in review.dangers],
        "changes": [_entry(each) for each in review.entries],
        "findings": [vars(each) for each in review.findings],
        "unevaluated": list(review.unevaluated),
        "quotas": [_delta(each) for each in review.quotas],
        "costs": [_delta(each) for each in review.costs],
        "files": [_delta(each) for each in review.about],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    change = entry.change
    return {
        "op": change.op,
        "level": entry.level,
        "why": entry.why,
        "tenant": change.tenant,
        "type": change.type,
        "name": change.name,
        "urn": change.urn,
        "properties": property_lines(change),
    }


def _delta(delta: Delta) -> dict[str, Any]:
    return {"tenant": delta.tenant, "what": delta.what, "before": delta.before, "after": delta.after}
