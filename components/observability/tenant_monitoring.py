"""What is scraped of a tenant's own pods, and which of its people are told (G1, G2)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core

from components.objects import Manifest, in_namespace, tenant_metadata
from components.observability.operator import ALPHA, API, steps
from settings import TenantPlan
from settings.monitoring import scrape_limits
from settings.monitoring.exporters import METRICS_PORT, TENANT_PODS
from settings.monitoring.relabel import TENANT_METRICS, TENANT_TARGET
from settings.monitoring.routes import mail_of, tenant_receiver, tenant_route


@dataclass(frozen=True, kw_only=True)
class TenantMonitoringArgs:
    """Inputs of TenantMonitoring.

    plan: the tenant; its quota of pods bounds what they may send, its file says who is told. namespace: where they are.
    """

    plan: TenantPlan
    namespace: core.Namespace


class TenantMonitoring(pulumi.ComponentResource):
    """Scrapes a tenant's pods, under the tenant's name and no other, and tells its people of its alerts (G1, G2).

    Creates: PodMonitor `tenant` (TCP 9464 of its pods that name that port; samples, targets, labels and bytes limited;
    `tenant` and `app` from where the pod is, whatever it sends) and, where the tenant's file names somebody,
    AlertmanagerConfig `tenant`.
    Outputs: sample_limit (int), of one pod.
    """

    sample_limit: int

    def __init__(self, name: str, args: TenantMonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:observability:TenantMonitoring", name, {}, opts)
        plan = args.plan
        child = in_namespace(self, args.namespace)
        spec = pod_monitor_spec(plan)
        CustomResource(
            name, api_version=API, kind="PodMonitor", metadata=tenant_metadata(plan, "tenant"), spec=spec, opts=child
        )
        # Told once, for all of its namespaces.
        routing = routing_spec(plan) if plan.child is None else None
        if routing is not None:
            CustomResource(
                f"{name}-routes",
                api_version=ALPHA,
                kind="AlertmanagerConfig",
                metadata=tenant_metadata(plan, "tenant"),
                spec=routing,
                opts=child,
            )
        self.sample_limit = spec["sampleLimit"]
        self.register_outputs({"sample_limit": self.sample_limit})


def pod_monitor_spec(plan: TenantPlan) -> Manifest:
    """Spec of the PodMonitor."""
    limits = scrape_limits(plan.quota.pods)
    return {
        "selector": {},
        "jobLabel": "",
        "podMetricsEndpoints": [
            {
                "portNumber": METRICS_PORT,
                "honorLabels": False,
                "honorTimestamps": False,
                "followRedirects": False,  # to whatever address the pod says
                "relabelings": [
                    *steps(TENANT_TARGET),
                    {"action": "replace", "targetLabel": "job", "replacement": TENANT_PODS},
                    {"action": "labeldrop", "regex": "container|endpoint"},
                ],
                "metricRelabelings": steps(TENANT_METRICS),
            }
        ],
        "sampleLimit": limits.samples,
        "targetLimit": limits.targets,
        "labelLimit": limits.labels,
        "labelNameLengthLimit": limits.label_name,
        "labelValueLengthLimit": limits.label_value,
        "bodySizeLimit": f"{limits.body_bytes >> 20}MiB",
        "keepDroppedTargets": 1,
    }


def routing_spec(plan: TenantPlan) -> Manifest | None:
    """Spec of the AlertmanagerConfig; None where nobody is to be told."""
    route = tenant_route(plan)
    if route is None:
        return None
    mails = [{"to": each, "sendResolved": True} for each in mail_of(plan)]
    receiver = {"name": tenant_receiver(plan.tenant.id), "emailConfigs": mails}
    return {"route": route.operated(), "receivers": [receiver]}
