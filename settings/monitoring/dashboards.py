"""Grafana dashboards: one of the platform, and one for each tenant that shows that tenant alone (G4).

A tenant's queries are each one recorded series with the tenant's id in it: no variable, nothing to edit away, and no
function whose arguments could go further. Its data source sends the id as a header, for a Prometheus that is reached
through a proxy which enforces it; so that the queries a person writes anew are kept to the tenant as well.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from settings.plan import TenantPlan

PLATFORM: Final = "tenantplane-platform"
"""Data source and folder of the platform's own people."""
TENANT_HEADER: Final = "X-Scope-OrgID"


@dataclass(frozen=True)
class Shown:
    """A panel. series: a recorded series, or for the platform any PromQL. unit: Grafana's. legend: of each line."""

    title: str
    series: str
    unit: str = "percentunit"
    legend: str = ""


TENANT_PANELS: Final = (
    Shown("CPU of the quota", "tenant:cpu_quota:ratio"),
    Shown("Memory of the quota", "tenant:memory_quota:ratio"),
    Shown("Requested of the quota", "tenant:quota_use:ratio", legend="{{resource}}"),
    Shown("GPU multiprocessors busy", "tenant:gpu_sm_active:avg"),
    Shown("GPU memory busy", "tenant:gpu_dram_active:avg"),
    Shown("I/O operations", "tenant:io_operations:rate5m", "iops"),
    Shown("I/O throughput", "tenant:io_bytes:rate5m", "Bps"),
    Shown("Sandboxes ready", "tenant:warm_sandboxes:ready", "short"),
    Shown("Jobs that wait", "tenant:queue_pending:count", "short"),
    Shown("Events of each objective", "tenant:slo_total:rate5m", "reqps", "{{slo}}"),
    Shown("Bad events, last hour", "tenant:slo_errors:ratio1h", legend="{{slo}}"),
    Shown("Error budget left of 30 days", "tenant:slo_budget_left:ratio", legend="{{slo}}"),
    Shown("Sessions this month", "tenant:sessions:month", "short"),
    Shown("Cost this month", "tenant:cost_usd:month", "currencyUSD"),
    Shown("Of the month's limits", "tenant:month_used:ratio", legend="{{of}}"),
)
_WAITING: Final = "sum by (tier) (tenant:queue_pending:count * on (tenant) group_left (tier) tenant:info)"
_REFUSED: Final = (
    'sum by (policy) (rate(apiserver_validating_admission_policy_check_total{enforcement_action="deny"}[5m]))'
)
PLATFORM_PANELS: Final = (
    Shown("Tenants", "count(tenant:info)", "short"),
    Shown("Most CPU of the cluster", "topk(10, tenant:cluster_cpu_share:ratio)", legend="{{tenant}}"),
    Shown("Most memory of the cluster", "topk(10, tenant:cluster_memory_share:ratio)", legend="{{tenant}}"),
    Shown("Most CPU of their quota", "topk(10, tenant:cpu_quota:ratio)", legend="{{tenant}}"),
    Shown("Fullest quotas", "topk(10, max by (tenant) (tenant:quota_use:ratio))", legend="{{tenant}}"),
    Shown("Least error budget left", "bottomk(10, tenant:slo_budget_left:ratio)", legend="{{tenant}} {{slo}}"),
    Shown("Most of their budget", 'topk(10, tenant:month_used:ratio{of="budget"})', legend="{{tenant}}"),
    Shown("Jobs that wait, by tier", _WAITING, "short", "{{tier}}"),
    Shown("Refused by policy", _REFUSED, "reqps", "{{policy}}"),
    Shown("Alerts that fire", 'count by (alertname) (ALERTS{alertstate="firing"})', "short", "{{alertname}}"),
    Shown("Exporters", "min by (job) (up)", "short", "{{job}}"),
)


def tenant_query(shown: Shown, tenant: str) -> str:
    """The query of a panel of a tenant."""
    return f'{shown.series}{{tenant="{tenant}"}}'


def tenant_dashboard(plan: TenantPlan) -> dict[str, Any]:
    """The dashboard of a tenant, as Grafana imports it."""
    tenant = plan.tenant.id
    panels = ((each, tenant_query(each, tenant)) for each in TENANT_PANELS)
    return _dashboard(plan.namespace, plan.tenant.display_name, plan.namespace, panels)


def platform_dashboard() -> dict[str, Any]:
    """The overview of the platform, as Grafana imports it."""
    return _dashboard(PLATFORM, "Platform overview", PLATFORM, ((each, each.series) for each in PLATFORM_PANELS))


def data_source(plan: TenantPlan, url: str) -> dict[str, Any]:
    """The data source of a tenant, as Grafana's provisioning files have it. url: of the proxy before Prometheus that
    keeps queries to the tenant of the header."""
    return {
        "name": plan.tenant.display_name,
        "uid": plan.namespace,
        "type": "prometheus",
        "access": "proxy",
        "url": url,
        "editable": False,
        "jsonData": {"httpHeaderName1": TENANT_HEADER},
        "secureJsonData": {"httpHeaderValue1": plan.tenant.id},
    }


def platform_source(url: str) -> dict[str, Any]:
    """The data source of the platform's own people. url: of Prometheus itself."""
    return {
        "name": "Platform",
        "uid": PLATFORM,
        "type": "prometheus",
        "access": "proxy",
        "url": url,
        "editable": False,
    }


def _dashboard(uid: str, title: str, source: str, panels: Iterable[tuple[Shown, str]]) -> dict[str, Any]:
    # Grafana's uids have at most 40 characters; a tenant's namespace has 39.
    made = dashboard.Dashboard(title).uid(uid).tags(["tenantplane"]).readonly().refresh("1m").time("now-6h", "now")
    for shown, query in panels:
        target = prometheus.Dataquery().expr(query).legend_format(shown.legend).ref_id("A")
        panel = timeseries.Panel().title(shown.title).unit(shown.unit).height(8).span(12)
        made = made.with_panel(panel.datasource(DataSourceRef("prometheus", source)).with_target(target))
    built: dict[str, Any] = json.loads(JSONEncoder(sort_keys=True).encode(made.build()))
    return built
