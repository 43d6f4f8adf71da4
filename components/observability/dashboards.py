"""Dashboards of a cluster: a folder for each tenant, and the platform's overview (G4)."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, platform_metadata
from components.tenancy.platform_namespace import PlatformNamespace
from settings import TenantPlan
from settings.monitoring.dashboards import PLATFORM, data_source, platform_dashboard, platform_source, tenant_dashboard
from settings.monitoring.tenant_proxy import PORT

DASHBOARD_LABEL, SOURCE_LABEL, FOLDER = "grafana_dashboard", "grafana_datasource", "grafana_folder"
"""By what the sidecar of Grafana's Helm chart finds ConfigMaps (`sidecar.dashboards.label`,
`sidecar.datasources.label`)
and where it files a dashboard (`sidecar.dashboards.folderAnnotation`, which has to be set to this)."""
PROMETHEUS_URL = "http://prometheus-operated.{namespace}.svc:9090"
TENANT_PROXY = "prometheus-tenants"
TENANT_URL = f"http://{TENANT_PROXY}.{{namespace}}.svc:{PORT}"
"""Of the proxy that keeps each query to the tenant of the data source's header."""


@dataclass(frozen=True, kw_only=True)
class DashboardsArgs:
    """Inputs of Dashboards.

    plans: of all tenants of the cluster, whichever stack holds them. namespace: where Grafana's sidecar looks.
    """

    plans: tuple[TenantPlan, ...]
    namespace: PlatformNamespace


class Dashboards(pulumi.ComponentResource):
    """What Grafana shows, once per cluster with monitoring (G4).

    Creates: in the platform's namespace, where no tenant has a right, ConfigMap `dashboard-platform`, for each tenant
    ConfigMap `dashboard-<namespace>` in a folder of its own, and ConfigMap `data-sources`: one source for each
    tenant, which says in a header whose it is, and the platform's. Who may open a folder is Grafana's to say: the
    team of a tenant has its folder and no other. A dashboard has about 20 kB.
    Outputs: dashboards (int), how many there are.
    """

    dashboards: int

    def __init__(self, name: str, args: DashboardsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:observability:Dashboards", name, {}, opts)
        self._name, self._namespace = name, args.namespace
        self._held("platform", DASHBOARD_LABEL, platform_dashboard(), folder=PLATFORM)
        for plan in args.plans:
            self._held(plan.namespace, DASHBOARD_LABEL, tenant_dashboard(plan), folder=plan.tenant.display_name)
        to = {"namespace": args.namespace.name}
        sources = [data_source(plan, TENANT_URL.format(**to)) for plan in args.plans]
        provisioned = {"apiVersion": 1, "datasources": [platform_source(PROMETHEUS_URL.format(**to)), *sources]}
        self._held("data-sources", SOURCE_LABEL, provisioned)
        self.dashboards = len(args.plans) + 1
        self.register_outputs({"dashboards": self.dashboards})

    def _held(self, what: str, label: str, document: dict[str, Any], *, folder: str | None = None) -> None:
        title = what if folder is None else f"dashboard-{what}"
        metadata = {**platform_metadata(title, "dashboards"), "namespace": self._namespace.name}
        metadata["labels"] = {**metadata["labels"], label: "1"}
        if folder is not None:
            metadata["annotations"] = {FOLDER: folder}
        text = json.dumps(document, separators=(",", ":"), sort_keys=True)
        core.ConfigMap(
            f"{self._name}-{what}",
            metadata=metadata,
            data={f"{what}.json": text},
            opts=in_namespace(self, self._namespace.namespace),
        )
