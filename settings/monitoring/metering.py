"""Metering: sessions and dollars of the month, held against what a tenant bought and what it wants to spend (G6).

A month is one of the calendar, in UTC. Whole hours are added up, each as it was at its end, so that a month is up to an
hour behind; an hour in which Prometheus did not run is not counted.

Sessions are counted by the platform where it hands one out, a claimed sandbox or an admitted Job, which no tenant can
understate. Services that hold sessions without either report them; the larger of the two counts.

Limits are numbers in the rules and not series of their own: a tenant has few series.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from settings.cost.metered import Metered
from settings.monitoring.alert import SHARE, Alert
from settings.monitoring.exporters import SESSIONS_METRIC, TENANT_PODS

Rule = dict[str, Any]

MONTH_START: Final = "platform:month_start:seconds"
_REPORTED: Final = f'sum by (tenant) (increase({SESSIONS_METRIC}{{job="{TENANT_PODS}",tenant!=""}}[1h]))'
_HANDED_OUT: Final = (
    'sum by (tenant) (increase(agent_sandbox_claim_creation_total{job="agent-sandbox",tenant!=""}[1h])'
    ' or increase(kueue_admitted_workloads_total{job="kueue",tenant!=""}[1h]))'
)
SATURATED: Final = 0.9
"""Part of a quota that is full for a day on end before somebody is offered more. This project's own number."""
_FULL: Final = (
    f'max by (tenant) (avg_over_time(tenant:quota_use:ratio{{resource=~"requests\\\\.(cpu|memory)|pods"}}[1d]))'
    f" > {SATURATED}"
)
_OVER: Final = 'max by (tenant) (tenant:month_used:ratio{of="sessions"}) > 1'


def _of_month(series: str) -> str:
    """Sum over the hours that ended in this month. Steps of a subquery are at whole hours."""
    return f"sum_over_time(({series} and on () (vector(time()) > ({MONTH_START} @ end())))[31d:1h])"


HOURLY: Final[tuple[tuple[str, str], ...]] = (
    (MONTH_START, "time() - (day_of_month() - 1) * 86400 - hour() * 3600 - minute() * 60 - time() % 60"),
    ("tenant:sessions:increase1h", f"{_REPORTED} >= {_HANDED_OUT} or {_HANDED_OUT} or {_REPORTED}"),
)
MONTHLY: Final[tuple[tuple[str, str], ...]] = (
    ("tenant:sessions:month", _of_month("tenant:sessions:increase1h")),
    ("tenant:cost_usd:month", _of_month("tenant:cost_usd:hourly")),
)
"""What is recorded of each tenant, by the name of the series."""


METERING_ALERTS: Final = (
    Alert(
        name="TenantSessionsNear",
        requirement="G6",
        expr='max by (tenant) (tenant:month_used:ratio{of="sessions"}) > 0.8',
        hold="5m",
        severity="ticket",
        summary=f"{{{{ $labels.tenant }}}} has had {SHARE} of its tier's sessions of this month",
        action="Tell its people before the month is over, or offer the next tier.",
    ),
    Alert(
        name="TenantSessionsOver",
        requirement="G6",
        expr=_OVER,
        hold="5m",
        severity="ticket",
        summary=f"{{{{ $labels.tenant }}}} has had {SHARE} of its tier's sessions of this month",
        action="Nothing is refused; agree on the next tier, or on sessions_per_month in its file with a reason.",
    ),
    Alert(
        name="TenantBudgetNear",
        requirement="G6",
        expr='tenant:cost_usd:month and on (tenant) tenant:month_used:ratio{of="budget_alert"} > 1',
        hold="5m",
        severity="ticket",
        summary='{{ $labels.tenant }} has cost {{ $value | printf "%.0f" }} USD this month, the part of its budget '
        "at which it is to be told",
        action="Tell its people; `fleet cost` shows what it pays for.",
    ),
    Alert(
        name="TenantBudgetSpent",
        requirement="G6",
        expr='tenant:cost_usd:month and on (tenant) tenant:month_used:ratio{of="budget"} > 1',
        hold="5m",
        severity="ticket",
        summary='{{ $labels.tenant }} has cost {{ $value | printf "%.0f" }} USD this month, all of its budget',
        action="Nothing is stopped; agree on a larger budget or a smaller quota, each a change of its file.",
    ),
    Alert(
        name="TenantUpgradeSuggested",
        requirement="G6",
        expr=f"tenant:upgrade_usd:month and on (tenant) ({_FULL} or {_OVER})",
        hold="1h",
        severity="ticket",
        summary="{{ $labels.tenant }} has needed more than its tier for a day: tier {{ $labels.next_tier }} costs "
        '{{ $value | printf "%.0f" }} USD a month more',
        action="Offer it: the tier in the tenant's file is one reviewed change (A7). Or a burst with an end.",
    ),
)
"""About the month; a tenant without a limit, or at the top of its family, has none of the one kind or the other."""


SELDOM: Final = "4m"
"""How often weeks of hours are read: still within the five minutes that a sample is good for."""


def metering_groups() -> list[dict[str, Any]]:
    """Groups of recording rules that are the same for all tenants."""
    return [
        {"name": "tenantplane-hours", "rules": _records(HOURLY)},
        {"name": "tenantplane-month", "interval": SELDOM, "rules": _records(MONTHLY)},
    ]


def tenant_metering_groups(metered: Mapping[str, Metered]) -> list[dict[str, Any]]:
    """Groups of those that name one of these tenants; none where nobody is metered."""
    if not metered:
        return []
    known = tuple(metered.values())
    return [
        {"name": "tenantplane-tenants-hours", "rules": [rule for each in known for rule in _of(each)]},
        {"name": "tenantplane-tenants-month", "interval": SELDOM, "rules": _used(known)},
    ]


def _records(rules: Iterable[tuple[str, str]]) -> list[Rule]:
    return [{"record": name, "expr": expr} for name, expr in rules]


def _of(each: Metered) -> list[Rule]:
    """What one tenant costs an hour, use beyond its guarantee included; and what the next tier would."""
    who = {"tenant": each.tenant}
    expr = f"vector({_number(each.hourly_usd)})"
    if each.elastic:
        expr += _beyond("tenant:cpu_usage_cores:rate5m", each, each.cores, each.core_hour_usd)
        by_byte = each.gib_hour_usd / (1 << 30)
        expr += _beyond("tenant:memory_working_set_bytes:sum", each, Fraction(each.memory_bytes), by_byte)
    made: list[Rule] = [{"record": "tenant:cost_usd:hourly", "expr": expr, "labels": who}]
    if each.next_tier is not None:
        labels = {**who, "next_tier": each.next_tier}
        offer = f"vector({_number(each.upgrade_usd)})"
        made.append({"record": "tenant:upgrade_usd:month", "expr": offer, "labels": labels})
    return made


def _beyond(series: str, each: Metered, guaranteed: Fraction, price: Fraction) -> str:
    use = f'sum({series}{{tenant="{each.tenant}"}})'
    return f" + (clamp_min({use} - {_number(guaranteed)}, 0) * {_number(price)} or vector(0))"


def _used(known: Iterable[Metered]) -> list[Rule]:
    """Parts of the month's limits that are used: of its sessions, of its budget, and of what of that is to be told."""
    known = tuple(known)
    limits: dict[str, list[tuple[Metered, Fraction]]] = {
        "sessions": [(each, Fraction(each.sessions)) for each in known if each.sessions is not None],
        "budget": [(each, Fraction(each.budget_usd)) for each in known],
        "budget_alert": [(each, each.alert_usd) for each in known],
    }
    made: list[Rule] = []
    for of, pairs in limits.items():
        series = "tenant:sessions:month" if of == "sessions" else "tenant:cost_usd:month"
        by_limit: defaultdict[Fraction, list[str]] = defaultdict(list)
        for each, limit in pairs:
            by_limit[limit].append(each.tenant)
        parts = [
            f'{series}{{tenant=~"{"|".join(sorted(tenants))}"}} / {_number(limit)}'
            for limit, tenants in sorted(by_limit.items())
        ]
        if parts:
            made.append({"record": "tenant:month_used:ratio", "expr": " or ".join(parts), "labels": {"of": of}})
    return made


def _number(amount: Fraction) -> str:
    return f"{float(amount):.10g}"
