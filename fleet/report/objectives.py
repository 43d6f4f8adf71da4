"""What a Prometheus has measured: error budgets, alerts that fire, months (G3, G6). What was not is not made up."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from math import isfinite
from typing import Any, Final

from settings.monitoring import SLOS

TIMEOUT_S: Final = 10.0
QUERIES: Final = {
    "budget": "tenant:slo_budget_left:ratio",
    "alerts": 'ALERTS{alertstate="firing"}',
    "sessions": "tenant:sessions:month",
    "cost": "tenant:cost_usd:month",
}
UNASKED: Final = "No Prometheus was asked. Give its address with --prometheus to see error budgets and alerts."


def definitions() -> list[dict[str, Any]]:
    """The objectives themselves."""
    return [{"id": each.id, "title": each.title, "objective": each.objective} for each in SLOS]


def measured(url: str | None) -> dict[str, Any]:
    """What a Prometheus says now, by tenant; or why nothing is known.

    url: of its HTTP API, without `/api/v1`. Only series are read; an answer that is none is a reason as well.
    """
    if url is None:
        return {"known": False, "why": UNASKED}
    if not url.startswith(("http://", "https://")):
        return {"known": False, "why": f"{url!r} is no address of a Prometheus: http:// or https:// is missing."}
    try:
        found = {name: _query(url, promql) for name, promql in QUERIES.items()}
    except (urllib.error.URLError, TimeoutError, ValueError, KeyError, OSError) as error:
        return {"known": False, "why": f"The Prometheus at {url} does not answer as one: {error}."}
    budget: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for labels, value in found["budget"]:
        budget[labels.get("tenant", "")][labels.get("slo", "")] = value
    alerts = sorted(
        {
            (labels.get("alertname", ""), labels.get("tenant", ""), labels.get("severity", ""))
            for labels, _ in found["alerts"]
        }
    )
    return {
        "known": True,
        "budget": budget,
        "alerts": [{"name": name, "tenant": tenant, "severity": severity} for name, tenant, severity in alerts],
        "sessions": {labels.get("tenant", ""): value for labels, value in found["sessions"]},
        "cost": {labels.get("tenant", ""): value for labels, value in found["cost"]},
    }


def _query(url: str, promql: str) -> list[tuple[dict[str, str], float]]:
    address = f"{url.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': promql})}"
    with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310  the operator's own address
        result = json.load(answer)["data"]["result"]
    pairs = [(each["metric"], float(each["value"][1])) for each in result]
    return [(labels, value) for labels, value in pairs if isfinite(value)]
