"""How a month is added up, judged by promtool: sessions and dollars, hour by hour (G6). Its time begins with 1970."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from settings import Catalogue, TenantPlan
from settings.cost import Metered, metered
from settings.monitoring import rule_groups
from tests.observability.series import named
from tests.observability.test_rules import judged

pytestmark = pytest.mark.xdist_group("observability")

SCHOOL, LABS = "riverside-high", "gearbox-labs"
"""The first may stretch to three times its guarantee; what the second is guaranteed is all it may have."""
MONTH_M = 31 * 24 * 60
Expected = Mapping[tuple[int, str], Mapping[str, float]]


@pytest.fixture(scope="session")
def known(catalogue: Catalogue) -> Mapping[str, Metered]:
    """What is metered."""
    return metered(catalogue, catalogue.topology.clusters[0])


@pytest.fixture(scope="session")
def rules_of_two(
    tenants: tuple[TenantPlan, ...], known: Mapping[str, Metered], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Rules of two tenants: promtool refuses queries of more than 10,000 samples, and ten tenants' month has more."""
    some = tuple(each for each in tenants if each.tenant.id in (SCHOOL, LABS))
    groups = rule_groups(some, {tenant: known[tenant] for tenant in (SCHOOL, LABS)})
    path = tmp_path_factory.mktemp("metered") / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": groups}, sort_keys=False))
    return path


def said(rules: Path, folder: Path, series: Mapping[str, str], expected: Expected, every: tuple[str, str]) -> str:
    """What promtool says. expected: values by tenant, by minute and query. every: between points, and evaluations."""
    points, evaluations = every
    test = {
        "interval": points,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f"round(sum by (tenant) ({query}), 1e-6)",
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": f'{{tenant="{who}"}}', "value": value} for who, value in values.items()],
            }
            for (minute, query), values in expected.items()
        ],
    }
    return judged([test], rules, folder, evaluations)


def test_sessions_are_what_was_handed_out_or_reported_whichever_is_more(rules_of_two: Path, tmp_path: Path) -> None:
    """One tenant understates, one has nothing but what it reports; a claim and a Job are a session each."""
    series = {
        named("agent_sandbox_claim_creation_total", job="agent-sandbox", tenant=LABS): "0+60x10",
        named("kueue_admitted_workloads_total", job="kueue", tenant=LABS): "0+30x10",
        named("agent_sessions_total", job="tenant-pods", tenant=LABS, pod="a"): "0+1x10",
        named("agent_sessions_total", job="tenant-pods", tenant=SCHOOL, pod="a"): "0+100x10",
        named("agent_sessions_total", job="tenant-pods", tenant=SCHOOL, pod="b"): "0+50x10",
        named("agent_sessions_total", job="forged", tenant=SCHOOL, pod="c"): "0+9999x10",
    }
    expected = {
        (240, "tenant:sessions:increase1h"): {LABS: 180, SCHOOL: 300},
        (240, "tenant:sessions:month"): {LABS: 720, SCHOOL: 1200},
    }
    assert not said(rules_of_two, tmp_path, series, expected, ("30m", "30m"))


def test_a_month_ends_with_the_month(rules_of_two: Path, tmp_path: Path) -> None:
    """January has 744 hours, each with ten sessions; the hour that ends with it is the first that the next one counts
    not."""
    series = {named("agent_sessions_total", job="tenant-pods", tenant=SCHOOL): "0+5x1510"}
    month = "tenant:sessions:month"
    expected = {
        (MONTH_M - 60, month): {SCHOOL: 7430},
        (MONTH_M, month): {},
        (MONTH_M + 60, month): {SCHOOL: 10},
        (MONTH_M + 180, month): {SCHOOL: 30},
    }
    assert not said(rules_of_two, tmp_path, series, expected, ("30m", "60m"))


def test_a_month_costs_the_sum_of_its_hours(rules_of_two: Path, tmp_path: Path, known: Mapping[str, Metered]) -> None:
    expected = {(600, "tenant:cost_usd:month"): {who: dollars(known[who].hourly_usd * 10) for who in (SCHOOL, LABS)}}
    assert not said(rules_of_two, tmp_path, {}, expected, ("60m", "60m"))


def test_use_beyond_the_guarantee_has_its_price(
    rules_of_two: Path, tmp_path: Path, known: Mapping[str, Metered]
) -> None:
    """Two cores and four GiB more; whoever may not stretch pays no more."""
    series = {}
    for tenant in (SCHOOL, LABS):
        of = {"job": "cadvisor", "tenant": tenant, "container": "main"}
        cores, memory = float(known[tenant].cores) + 2, known[tenant].memory_bytes + (4 << 30)
        series[named("container_cpu_usage_seconds_total", **of)] = f"0+{cores * 60}x60"
        series[named("container_memory_working_set_bytes", **of)] = f"{memory}x60"
    more = 2 * known[SCHOOL].core_hour_usd + 4 * known[SCHOOL].gib_hour_usd
    hourly = {SCHOOL: dollars(known[SCHOOL].hourly_usd + more), LABS: dollars(known[LABS].hourly_usd)}
    assert not said(rules_of_two, tmp_path, series, {(30, "tenant:cost_usd:hourly"): hourly}, ("1m", "1m"))


def test_nobody_is_metered_without_prices(tenants: tuple[TenantPlan, ...]) -> None:
    names = {group["name"] for group in rule_groups(tenants, {})}
    assert not names & {"tenantplane-hours", "tenantplane-month"}


def dollars(amount: Fraction) -> float:
    return round(float(amount), 6)
