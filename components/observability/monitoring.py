"""Monitoring of a cluster: what is scraped, worked out and told, for all tenants at once (G1-G3)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.networking import v1 as networking

from components.objects import in_namespace, platform_metadata
from components.observability.monitoring_network import networks
from components.observability.operator import platform_object
from components.observability.prometheus import (
    alertmanager_spec,
    platform_routing,
    present,
    prometheus_spec,
    scrape_config_spec,
)
from components.tenancy.platform_namespace import PlatformNamespace
from settings import Cluster, TenantPlan, Tier
from settings.alert_mail import AlertMail
from settings.cost import Metered
from settings.monitoring import EXPORTERS, rule_objects
from settings.monitoring.rules import OF_ALL


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """Inputs of Monitoring.

    cluster: whose exporters are scraped; its images say whether Prometheus and Alertmanager are run. alerts: how
    alerts leave it. tiers: all of the catalogue, of which some wake somebody. plans: of all tenants of the cluster,
    whichever stack holds them. metered: by tenant, what its month is held against (G6). namespace: where all of it is.
    """

    cluster: Cluster
    alerts: AlertMail
    tiers: tuple[Tier, ...]
    plans: tuple[TenantPlan, ...]
    metered: Mapping[str, Metered]
    namespace: PlatformNamespace


class Monitoring(pulumi.ComponentResource):
    """Scrapes the platform's exporters and works out use, objectives and alerts of every tenant, once per cluster.

    Creates: in the platform's namespace a ScrapeConfig for each exporter that the cluster has, PrometheusRules
    (recording and alerting rules of `settings.monitoring`: one for all tenants, and as many for what names a tenant as
    keep each below 400 kB), AlertmanagerConfig (who of the platform is told), NetworkPolicies of Prometheus and
    Alertmanager and, where the topology names their images, Prometheus (two replicas, 35 days) and Alertmanager (two
    replicas), which the operator runs. A tenant costs the rules one or two constant series and no object of its own.
    Outputs: rules (int), how many there are.
    """

    rules: int

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:observability:Monitoring", name, {}, opts)
        namespace, images = args.namespace.name, args.cluster.images
        child = in_namespace(self, args.namespace.namespace)
        for each in EXPORTERS:
            if present(each, args.cluster):
                spec = scrape_config_spec(each)
                platform_object(f"{name}-{each.job}", "ScrapeConfig", namespace, spec, name=each.job, opts=child)
        rules = rule_objects(args.plans, args.metered)
        for title, groups in rules.items():
            logical = f"{name}-rules{title.removeprefix(OF_ALL)}"
            platform_object(logical, "PrometheusRule", namespace, {"groups": groups}, name=title, opts=child)
        routing = platform_routing(args.tiers, args.alerts)
        platform_object(f"{name}-routes", "AlertmanagerConfig", namespace, routing, opts=child)
        for what, spec in networks().items():
            metadata = {**platform_metadata(what, "monitoring"), "namespace": namespace}
            networking.NetworkPolicy(f"{name}-network-{what}", metadata=metadata, spec=spec, opts=child)
        if images.prometheus is not None:
            spec = prometheus_spec(args.cluster, images.prometheus)
            platform_object(f"{name}-prometheus", "Prometheus", namespace, spec, opts=child)
        if images.alertmanager is not None:
            spec = alertmanager_spec(args.alerts, images.alertmanager)
            platform_object(f"{name}-alertmanager", "Alertmanager", namespace, spec, opts=child)
        self.rules = sum(len(group["rules"]) for groups in rules.values() for group in groups)
        self.register_outputs({"rules": self.rules})
