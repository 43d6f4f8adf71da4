"""Lets a tenant's dashboards ask Prometheus about that tenant alone (G4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.policy import v1 as policy

from components.network.policy import both_ways, called, dns, pods, tcp
from components.objects import Manifest, in_namespace, platform_metadata, running_in_namespace
from components.observability.dashboards import PROMETHEUS_URL, TENANT_PROXY
from components.observability.monitoring_network import PROMETHEUS_PORT
from components.scheduling.placement import system_placement
from components.security.hardened_pod import hardened_pod
from components.tenancy.platform_namespace import PlatformNamespace
from settings.cluster import Cluster
from settings.monitoring.exporters import SCRAPER
from settings.monitoring.tenant_proxy import PORT, arguments

PRIORITY = "critical"
GRAFANA: Manifest = {"app.kubernetes.io/name": "grafana"}
"""Labels of Grafana's pods, as its Helm chart sets them: who may say whose a question is."""


@dataclass(frozen=True, kw_only=True)
class TenantProxyArgs:
    """Inputs of TenantProxy.

    cluster: its system pools, which it runs in. image: prom-label-proxy 0.11, by digest. namespace: where it, the
    operator's Prometheus and Grafana run. priority_classes: those that the same stack makes, by name.
    """

    cluster: Cluster
    image: str
    namespace: PlatformNamespace
    priority_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)


class TenantProxy(pulumi.ComponentResource):
    """Keeps each question to the tenant of its header, once per cluster (G4).

    Creates: NetworkPolicy (in from Grafana's pods alone, out to Prometheus and names),
    PodDisruptionBudget, Service `prometheus-tenants` and Deployment of two (prom-label-proxy, hardened to `restricted`,
    in the system pools, without a token). The data sources of tenants point here and send the tenant's id in
    `X-Scope-OrgID`; Grafana holds that value and its users neither see nor set it. Whoever else could reach the proxy
    could say any tenant: that is what the NetworkPolicy is for.
    Outputs: url (str), for data sources.
    """

    url: str

    def __init__(self, name: str, args: TenantProxyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:observability:TenantProxy", name, {}, opts)
        child = in_namespace(self, args.namespace.namespace)
        metadata = {**platform_metadata(TENANT_PROXY, TENANT_PROXY), "namespace": args.namespace.name}
        selector: Manifest = called(TENANT_PROXY)
        networking.NetworkPolicy(f"{name}-network", metadata=metadata, spec=network(), opts=child)
        policy.PodDisruptionBudget(
            f"{name}-disruption", metadata=metadata, spec={"max_unavailable": 1, "selector": selector}, opts=child
        )
        core.Service(
            f"{name}-service",
            metadata={**metadata, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "selector": selector["match_labels"],
                "ports": [{"name": "http", "port": PORT, "target_port": "http", "protocol": "TCP"}],
            },
            opts=child,
        )
        priority = [args.priority_classes[PRIORITY]] if PRIORITY in args.priority_classes else []
        apps.Deployment(
            name,
            metadata=metadata,
            spec={
                "replicas": 2,
                "selector": selector,
                "template": {"metadata": {"labels": metadata["labels"]}, "spec": _pod(args)},
            },
            opts=running_in_namespace(self, args.namespace.namespace, *priority),
        )
        self.url = f"http://{TENANT_PROXY}.{args.namespace.name}.svc:{PORT}"
        self.register_outputs({"url": self.url})


def network() -> Manifest:
    """Spec of the NetworkPolicy."""
    return both_ways(
        called(TENANT_PROXY),
        ingress=[{"from_": [pods(GRAFANA)], "ports": tcp(PORT)}],
        egress=[dns(), {"to": [pods(SCRAPER)], "ports": tcp(PROMETHEUS_PORT)}],
    )


def _pod(args: TenantProxyArgs) -> Manifest:
    probe = {"http_get": {"path": "/healthz", "port": "http"}}
    container = {
        "name": TENANT_PROXY,
        "image": args.image,
        "args": list(arguments(PROMETHEUS_URL.format(namespace=args.namespace.name), f"0.0.0.0:{PORT}")),
        "ports": [{"name": "http", "container_port": PORT, "protocol": "TCP"}],
        "readiness_probe": probe,
        "liveness_probe": {**probe, "failure_threshold": 5},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
    }
    return hardened_pod(
        service_account="default",
        priority_class=PRIORITY,
        placement=system_placement(args.cluster),
        containers=[container],
    )
