"""A real Prometheus on the loopback interface, in which time runs sixty times as fast."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from settings import TenantPlan, names
from settings.cost import Metered
from settings.monitoring import EXPORTERS, rule_groups
from settings.monitoring.exporters import scrape_config, scrape_limits, tenant_scrape_config
from tests.observability.processes import prometheus
from tests.observability.synthetic import NOISY, TENANTS, Synthetic, serve
from tests.observability.tools import program

FASTER = 60
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


def faster(duration: str) -> str:
    """A duration of Prometheus, sixty times as short."""
    return f"{max(1, int(duration[:-1]) * _SECONDS[duration[-1]] // FASTER)}s"


def hurried(group: dict[str, Any]) -> dict[str, Any]:
    """A rule group whose windows and holds are sixty times as short, worked out every second. What is added up hour by
    hour over a month is added up every ten seconds over ten minutes: nobody waits for an hour, not even a short one."""
    made = {**group, "interval": "1s", "rules": [dict(rule) for rule in group["rules"]]}
    for rule in made["rules"]:
        rule["expr"] = re.sub(
            r"\[(\d+[mhd])(:\d+[mhd])?]",
            lambda found: "[10m:10s]" if found[2] else f"[{faster(found[1])}]",
            rule["expr"],
        )
        if rule.get("for", "0m") != "0m":
            rule["for"] = faster(rule["for"])
    return made


def synthetic_plans(plan: TenantPlan) -> tuple[TenantPlan, ...]:
    """Plans of the synthetic tenants, each as that of a tenant that has everything."""
    return tuple(
        replace(plan, tenant=plan.tenant.model_copy(update={"id": tenant}), namespace=names.namespace(tenant))
        for tenant in TENANTS
    )


def synthetic_metered() -> dict[str, Metered]:
    """What their months are held against. One has bought next to no sessions."""
    return {
        tenant: Metered(
            tenant=tenant,
            sessions=1 if tenant == NOISY else 10_000_000,
            budget_usd=10_000,
            alert_usd=Fraction(8_000),
            hourly_usd=Fraction(1, 4),
            core_hour_usd=Fraction(1, 32),
            gib_hour_usd=Fraction(1, 256),
            cores=Fraction(2),
            memory_bytes=4 << 30,
            elastic=True,
            next_tier="enterprise",
            upgrade_usd=Fraction(100),
        )
        for tenant in TENANTS
    }


def configuration(target: str, rules: Path) -> dict[str, Any]:
    """Of Prometheus: the jobs as the platform has them, with their targets."""
    jobs = [
        {**scrape_config(each), "metrics_path": f"/{each.job}", "static_configs": [{"targets": [target]}]}
        for each in EXPORTERS
    ]
    pods = [
        {
            "targets": [target],
            "labels": {
                "__metrics_path__": f"/pod/{tenant}",
                "__meta_kubernetes_namespace": names.namespace(tenant),
                "__meta_kubernetes_pod_name": f"homework-5d9f8c7b6d-{tenant}",
                "__meta_kubernetes_pod_label_app": "homework",
            },
        }
        for tenant in TENANTS
    ]
    stranger = {
        "targets": [target],
        "labels": {"__metrics_path__": "/pod/x", "__meta_kubernetes_namespace": "kube-system"},
    }
    limited = {**tenant_scrape_config(scrape_limits(40)), "target_limit": 0}  # that of one tenant; here are sixty
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)],
        "scrape_configs": [*jobs, {**limited, "static_configs": [*pods, stranger]}],
    }


@dataclass(frozen=True)
class Live:
    """A running Prometheus. synthetic: what it scrapes."""

    url: str
    synthetic: Synthetic

    def ask(self, path: str, **query: str) -> Any:
        """The data of an answer of its API. Raises urllib.error.HTTPError for a query that it refuses."""
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310  loopback
            return json.load(answer)["data"]

    def query(self, promql: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The value of each series now, by its labels without its name."""
        data = self.ask("query", query=promql)
        assert data["resultType"] == "vector", promql
        return {
            tuple(sorted((k, v) for k, v in each["metric"].items() if k != "__name__")): float(each["value"][1])
            for each in data["result"]
        }

    def by_tenant(self, promql: str) -> dict[str, float]:
        """The value for each tenant."""
        return {dict(labels)["tenant"]: value for labels, value in self.query(promql).items()}

    def firing(self) -> set[tuple[str, str]]:
        """Name and tenant of each alert that fires."""
        return {
            (each["labels"]["alertname"], each["labels"].get("tenant", ""))
            for each in self.ask("alerts")["alerts"]
            if each["state"] == "firing"
        }


@contextmanager
def running(plan: TenantPlan, directory: Path) -> Iterator[Live]:
    """Prometheus with the rules of sixty tenants, scraping them, until the end of the block."""
    program("prometheus")  # or the test is skipped before anything is started
    synthetic = Synthetic()
    server = serve(synthetic)
    rules = directory / "rules.yml"
    groups = [hurried(group) for group in rule_groups(synthetic_plans(plan), synthetic_metered())]
    rules.write_text(yaml.safe_dump({"groups": groups}, sort_keys=False))
    try:
        with prometheus(configuration(f"127.0.0.1:{server.server_port}", rules), directory) as url:
            yield Live(url, synthetic)
    finally:
        server.shutdown()
        server.server_close()
