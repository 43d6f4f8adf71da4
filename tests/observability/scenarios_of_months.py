"""How the alerts about a month come about (G6). What it comes to is given; how it is added up is test_metering's."""

from typing import Final

from tests.observability.series import Gauge, Scenario, named

CHATTY: Final = "hedgehog-cli"
"""Tier free, 1,000 sessions a month; a budget of 20 USD."""
FULL, OTHER = "gearbox-labs", "pelican-games"
"""Tier team, whose next is enterprise."""


def _month(series: str, bad: float, good: float, summary: str) -> Scenario:
    return Scenario(
        bad={named(series, tenant=CHATTY): Gauge(bad, good), named(series, tenant=OTHER): Gauge(good, good)},
        steady={},
        labels={"tenant": CHATTY, "tier": "free"},
        summary=summary,
    )


def _quota(tenant: str, kind: str) -> str:
    of = {"job": "kube-state-metrics", "tenant": tenant, "namespace": f"tenant-{tenant}", "resourcequota": "tenant"}
    return named("kube_resourcequota", **of, resource="requests.cpu", type=kind)


OF_MONTHS: Final[dict[str, Scenario]] = {
    "TenantSessionsNear": _month(
        "tenant:sessions:month", 810, 800, "hedgehog-cli has had 81% of its tier's sessions of this month"
    ),
    "TenantSessionsOver": _month(
        "tenant:sessions:month", 1080, 1000, "hedgehog-cli has had 108% of its tier's sessions of this month"
    ),
    "TenantBudgetNear": _month(
        "tenant:cost_usd:month",
        17,
        16,
        "hedgehog-cli has cost 17 USD this month, the part of its budget at which it is to be told",
    ),
    "TenantBudgetSpent": _month(
        "tenant:cost_usd:month", 21, 20, "hedgehog-cli has cost 21 USD this month, all of its budget"
    ),
    "TenantUpgradeSuggested": Scenario(
        bad={_quota(FULL, "used"): Gauge(95, 80), _quota(OTHER, "used"): Gauge(89, 89)},
        steady={_quota(tenant, "hard"): 100 for tenant in (FULL, OTHER)},
        labels={"tenant": FULL, "tier": "team", "next_tier": "enterprise"},
        summary="gearbox-labs has needed more than its tier for a day: tier enterprise costs 2445 USD a month more",
        bad_m=120,
        good_m=180,
    ),
}
