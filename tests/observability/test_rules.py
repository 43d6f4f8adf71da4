"""Every alert, judged by promtool: it fires, it does not fire, it is over (G2, G3)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings.monitoring import ALERTS, BURN_WINDOWS, SLOS
from settings.monitoring.slos import WINDOW_SECONDS
from tests.observability import observability_page
from tests.observability.scenarios import SCENARIOS
from tests.observability.tools import run

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

pytestmark = pytest.mark.xdist_group("observability")


def judged(tests: list[dict[str, Any]], rule_file: Path, directory: Path, every: str = "1m") -> str:
    """What promtool says of the tests; empty when all pass. Of the rules it gets those that the tests need."""
    file, rules = directory / "tests.yml", directory / "rules.yml"
    groups = yaml.load(rule_file.read_text(), LOADER)["groups"]  # noqa: S506  a safe loader, in C
    rules.write_text(yaml.safe_dump({"groups": needed(groups, tests)}))
    # Left to itself, promtool evaluates groups in an order of chance; with evaluations further apart than the five
    # minutes that a sample is good for, a group must follow what it is worked out from.
    order = [group["name"] for group in groups]
    content = {"rule_files": [str(rules)], "evaluation_interval": every, "group_eval_order": order, "tests": tests}
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    done = run("promtool", "test", "rules", file)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def needed(groups: list[dict[str, Any]], tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups with the alerts and series that the tests ask about, and whatever those are worked out from, as far as
    the tests do not give it. All rules take promtool two minutes."""
    asked = " ".join(each["alertname"] for test in tests for each in test.get("alert_rule_test", ()))
    asked += " " + " ".join(each["expr"] for test in tests for each in test.get("promql_expr_test", ()))
    given = {each["series"].partition("{")[0] for test in tests for each in test.get("input_series", ())}
    rules = [rule for group in groups for rule in group["rules"] if rule.get("record") not in given]
    chosen: list[dict[str, Any]] = []
    while more := [rule for rule in rules if rule not in chosen and _is_asked(rule, asked)]:
        chosen += more
        asked = " ".join(rule["expr"] for rule in chosen)
    return [{**group, "rules": [rule for rule in group["rules"] if rule in chosen]} for group in groups]


def _is_asked(rule: dict[str, Any], asked: str) -> bool:
    name = rule.get("alert") or rule["record"]
    return re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", asked) is not None


def test_prometheus_accepts_the_rules(rule_file: Path) -> None:
    done = run("promtool", "check", "rules", "--lint-fatal", rule_file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_scenario() -> None:
    assert {alert.name for alert in ALERTS} == SCENARIOS.keys()
    assert len(ALERTS) == len(SCENARIOS)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_fires_and_is_over(alert: Any, rule_file: Path, tmp_path: Path) -> None:
    scenario = SCENARIOS[alert.name]
    tests = scenario.tests(alert.name, alert.severity, alert.requirement, alert.action)
    assert not judged(tests, rule_file, tmp_path, "1m" if scenario.good_m < 120 else "5m")


def test_a_job_that_is_gone_is_as_bad_as_one_that_is_down(rule_file: Path, tmp_path: Path) -> None:
    """An exporter that nobody scrapes any more has no `up` to be 0."""
    alert = next(each for each in ALERTS if each.name == "MonitoringBlind")
    scenario = SCENARIOS["MonitoringBlind"]
    tests = scenario.tests(alert.name, alert.severity, alert.requirement, alert.action)[:1]
    for series in tests[0]["input_series"]:
        if "cadvisor" in series["series"]:
            series["values"] = f"_x{scenario.bad_m} 1x{scenario.good_m}"
    assert not judged(tests, rule_file, tmp_path)


def test_the_first_event_of_a_sign_is_enough(rule_file: Path, tmp_path: Path) -> None:
    """G5: Tetragon's counter is not there before, so that nothing was seen to increase."""
    event = (
        'tetragon_policy_events_total{job="tetragon",policy="tenantplane-metadata",namespace="tenant-acme-robotics",'
        'pod="p",binary="/x",hook="kprobe:tcp_connect",workload="w"}'
    )
    alert = next(each for each in ALERTS if each.name == "IsolationSignSeen")
    fired = {
        "exp_labels": {
            "severity": "page",
            "requirement": "G2",
            "policy": "tenantplane-metadata",
            "namespace": "tenant-acme-robotics",
        },
        "exp_annotations": {
            "summary": "tenantplane-metadata: 1 within 10 minutes in tenant-acme-robotics",
            "action": alert.action,
        },
    }
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": event, "values": "_x20 1+0x40"}],
            "alert_rule_test": [
                {"eval_time": "19m", "alertname": alert.name, "exp_alerts": []},
                {"eval_time": "21m", "alertname": alert.name, "exp_alerts": [fired]},
                {"eval_time": "40m", "alertname": alert.name, "exp_alerts": []},
            ],
        }
    ]
    assert not judged(tests, rule_file, tmp_path)


def test_a_tenant_nobody_knows_raises_no_alert(rule_file: Path, tmp_path: Path) -> None:
    scenario = SCENARIOS["TenantGpuBusy"]
    tests = scenario.tests("TenantGpuBusy", "ticket", "G2", "-")[:1]
    for series in tests[0]["input_series"]:
        series["series"] = series["series"].replace("acme-robotics", "somebody-else")
    tests[0]["alert_rule_test"][0]["exp_alerts"] = []
    assert not judged(tests, rule_file, tmp_path)


def test_a_single_bad_event_burns_no_budget(rule_file: Path, tmp_path: Path) -> None:
    """Ten requests a day, one of them slow: a tenth is too many, and still nobody is woken."""
    base = 'envoy_cluster_upstream_rq_time_{}job="envoy-gateway",tenant="hedgehog-cli"{}'
    tests = [
        {
            "interval": "1m",
            "input_series": [
                {"series": base.format("count{", "}"), "values": "0x10 1x60"},
                {"series": base.format("bucket{", ',le="500"}'), "values": "0x70"},
            ],
            "alert_rule_test": [{"eval_time": "14m", "alertname": "SloInteractiveBurnsFast", "exp_alerts": []}],
            "promql_expr_test": [
                {
                    "expr": 'tenant:slo_errors:ratio1h{slo="interactive"}',
                    "eval_time": "14m",
                    "exp_samples": [
                        {
                            "labels": 'tenant:slo_errors:ratio1h{slo="interactive",tenant="hedgehog-cli"}',
                            "value": 1,
                        }
                    ],
                }
            ],
        }
    ]
    assert not judged(tests, rule_file, tmp_path)


def test_the_budget_goes_as_fast_as_the_windows_say() -> None:
    """Workbook, table 5-8: the part of 30 days' budget that a burn rate spends within its long window."""
    month = WINDOW_SECONDS["30d"]
    for window in BURN_WINDOWS:
        assert window.rate * WINDOW_SECONDS[window.long] / month == pytest.approx(window.spent)
        assert WINDOW_SECONDS[window.long] == 12 * WINDOW_SECONDS[window.short]
    assert {slo.objective for slo in SLOS if slo.id == "success"} == {0.995}


def test_the_budget_that_is_left_is_recorded(rule_file: Path, tmp_path: Path) -> None:
    """Of 600 requests a minute 0.5 % are slow: half of the budget of 1 % is gone."""
    labels = 'job="envoy-gateway",tenant="acme-robotics"'
    tests = [
        {
            "interval": "1m",
            "input_series": [
                {"series": f"envoy_cluster_upstream_rq_time_count{{{labels}}}", "values": "0+600x60"},
                {"series": f'envoy_cluster_upstream_rq_time_bucket{{{labels},le="500"}}', "values": "0+597x60"},
            ],
            "promql_expr_test": [
                {
                    "expr": 'round(tenant:slo_budget_left:ratio{slo="interactive"}, 0.001)',
                    "eval_time": "60m",
                    "exp_samples": [{"labels": '{slo="interactive",tenant="acme-robotics"}', "value": 0.5}],
                }
            ],
        }
    ]
    assert not judged(tests, rule_file, tmp_path)


def test_the_page_is_that_of_the_rules() -> None:
    page = observability_page.PAGE.read_text()
    assert page == observability_page.page(), "run `python -m tests.observability.observability_page`"
