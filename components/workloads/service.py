"""What every service of a tenant is made of; the reference workloads differ in a profile only (C9, C10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.policy import v1 as policy

from components.objects import PATCH_FORCE, Manifest, compute, in_namespace, running_in_namespace, tenant_metadata
from components.scheduling.placement import placement
from components.security.hardened_pod import hardened_pod
from components.tenancy.access import WORKLOAD_ACCOUNT
from components.workloads.meshed import environment, pod_metadata, program_port, target_port
from settings import ResolvedWorkload, TenantPlan, names
from settings.database.files import FOLDER, VARIABLES, volume
from settings.monitoring.exporters import METRICS_PORT
from settings.monitoring.scaling import REQUESTS, requests_per_pod_m
from settings.quantities import format_count

ROUTE_PORT = 80
"""Port of the Service; its pods listen on 8080 (C10)."""
CPU_TARGET_PERCENT = 70
"""Mean CPU use, in percent of the request, that the autoscaler keeps (C9)."""
DATABASE = "database"
"""The volume with what opens the tenant's database."""
SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
"""Do not wait for an address or endpoints: a route has none without a gateway, nor a service of a suspended tenant.
That the pods run is what the Deployment waits for."""


@dataclass(frozen=True, kw_only=True)
class ServiceProfile:
    """Where one reference workload differs from another.

    health_path: HTTP path that answers 200 once the service can take requests. grace_s: seconds it gets to finish what
    it has begun, 30 by default. environment: variables on top of the tenant's identity.
    """

    health_path: str = "/healthz"
    grace_s: int = 30
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TenantServiceArgs:
    """Inputs of every service of a tenant.

    plan: the tenant. workload: one of its workloads, resolved: image by digest, requests, limits, bounds of replicas
    that fit the quota, node pools. namespace: where it runs. prerequisites: cluster-wide objects that its pods name
    and that the same stack makes; empty where another stack has made them.
    """

    plan: TenantPlan
    workload: ResolvedWorkload
    namespace: core.Namespace
    prerequisites: tuple[pulumi.Resource, ...] = ()


class TenantService(pulumi.ComponentResource):
    """Base of the reference workloads (C4, C6, C8-C10); use one of its subclasses.

    Creates: Deployment (hardened to `restricted`, in the node pools of the plan, at the tier's priority), Service 80 to
    8080, PodDisruptionBudget (one pod at a time), while the tenant is active HorizontalPodAutoscaler (CPU 70 % and,
    where MetricsAdapter serves it, `http_requests_per_second`; the plan's bounds), and on a cluster without Envoy
    Gateway an Ingress on the tenant's host under `/<name of the workload>`; with it that is TenantEntrance's. On a
    cluster with databases the tenant's credential and whom to trust are files of its pods, which change under them when
    it is rotated (F5), and libpq's variables name them: settings.database.files. On a cluster in a mesh its pods have a
    proxy on 8080, which hands on to the program on 8081 and takes its HTTP requests (E3). The
    Deployment names no number of replicas while the autoscaler sets it: two managers would take turns. Suspended or
    leaving, it has no autoscaler and zero replicas (A7).
    Outputs: url (str), where the gateway routes to it.
    """

    TYPE: ClassVar[str]
    url: str

    def profile(self, plan: TenantPlan) -> ServiceProfile:
        """Where this workload differs; by default nowhere."""
        del plan
        return ServiceProfile()

    def __init__(self, name: str, args: TenantServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(self.TYPE, name, {}, opts)
        plan, app = args.plan, args.workload.name
        child = in_namespace(self, args.namespace)
        selector: Manifest = {"match_labels": {"app": app}}
        apps.Deployment(
            name,
            metadata=tenant_metadata(plan, app, component=app, annotations=None if plan.active else PATCH_FORCE),
            spec=self._deployment(args, selector),
            opts=running_in_namespace(self, args.namespace, *args.prerequisites),
        )
        core.Service(
            f"{name}-service",
            metadata=tenant_metadata(plan, app, component=app, annotations=SKIP_AWAIT),
            spec={
                "type": "ClusterIP",
                "selector": {"app": app},
                "ports": [{"name": "http", "port": ROUTE_PORT, "target_port": target_port(plan), "protocol": "TCP"}],
            },
            opts=child,
        )
        if not plan.cluster.has_gateway:  # whose route is the tenant's, and not each service's
            networking.Ingress(
                f"{name}-route",
                metadata=tenant_metadata(plan, app, component=app, annotations=SKIP_AWAIT),
                spec=_route(plan, app),
                opts=child,
            )
        policy.PodDisruptionBudget(
            f"{name}-disruption",
            metadata=tenant_metadata(plan, app, component=app),
            spec={"max_unavailable": 1, "selector": selector, "unhealthy_pod_eviction_policy": "AlwaysAllow"},
            opts=child,
        )
        if plan.active:
            autoscaling.HorizontalPodAutoscaler(
                f"{name}-autoscaler",
                metadata=tenant_metadata(plan, app, component=app),
                spec=autoscaler(args.workload, _requests_m(args)),
                # Not before the quota either: it would end pods that a refused quota leaves as they are.
                opts=in_namespace(self, args.namespace, *args.prerequisites),
            )
        self.url = f"https://{plan.host}/{app}"
        self.register_outputs({"url": self.url})

    def _deployment(self, args: TenantServiceArgs, selector: Manifest) -> Manifest:
        plan, workload = args.plan, args.workload
        spec: Manifest = {
            "revision_history_limit": 2,
            "selector": selector,
            "strategy": {"type": "RollingUpdate", "rolling_update": _rolling(workload)},
            "template": {
                "metadata": pod_metadata(plan, {**workload.labels, names.WORKLOAD_LABEL: workload.kind}),
                "spec": self._pod(args),
            },
        }
        if not plan.active:
            spec["replicas"] = 0
        return spec

    def _pod(self, args: TenantServiceArgs) -> Manifest:
        plan, workload = args.plan, args.workload
        profile = self.profile(plan)
        identity = {"TENANT_ID": plan.tenant.id, "TENANT_TIER": plan.tier.id, "PORT": str(program_port(plan))}
        probe = {"http_get": {"path": profile.health_path, "port": "http"}}
        stored = plan.cluster.has_databases
        variables = {**identity, **environment(plan), **profile.environment, **(VARIABLES if stored else {})}
        container = {
            "name": workload.name,
            "image": workload.image,
            "image_pull_policy": "Always",
            "ports": [
                {"name": "http", "container_port": program_port(plan), "protocol": "TCP"},
                {"name": "metrics", "container_port": METRICS_PORT, "protocol": "TCP"},
            ],
            "env": [{"name": key, "value": value} for key, value in variables.items()],
            "resources": _resources(workload),
            "capabilities": workload.capabilities,
            "readiness_probe": {**probe, "period_seconds": 5},
            "liveness_probe": {**probe, "period_seconds": 20, "failure_threshold": 3},
        }
        if stored:
            container["volume_mounts"] = [{"name": DATABASE, "mount_path": FOLDER, "read_only": True}]
        return {
            **hardened_pod(
                service_account=WORKLOAD_ACCOUNT,
                priority_class=plan.tier.priority_class,
                placement=placement(
                    plan, workload.node_selector, workload.tolerations, pods_like={"app": workload.name}
                ),
                containers=[container],
                volumes=[{"name": DATABASE, "projected": volume(plan)}] if stored else [],
            ),
            **({} if workload.runtime is None else {"runtime_class_name": workload.runtime.id}),
            "termination_grace_period_seconds": profile.grace_s,
        }


def _resources(workload: ResolvedWorkload) -> Manifest:
    """Requests and limits of the container; GPUs are the same in both, as Kubernetes wants it."""
    gpus = {resource: format_count(count) for resource, count in workload.gpus.items()}
    return {"requests": {**compute(workload.requests), **gpus}, "limits": {**compute(workload.limits), **gpus}}


def _rolling(workload: ResolvedWorkload) -> Manifest:
    """One pod more during an update where the quota has room for it, else one pod less: an update never waits for
    ever."""
    return {"max_surge": workload.max_surge, "max_unavailable": 1 - workload.max_surge}


def _route(plan: TenantPlan, app: str) -> Manifest:
    backend = {"service": {"name": app, "port": {"number": ROUTE_PORT}}}
    return {
        "ingress_class_name": plan.cluster.ingress_class,
        "rules": [
            {"host": plan.host, "http": {"paths": [{"path": f"/{app}", "path_type": "Prefix", "backend": backend}]}}
        ],
    }


def _requests_m(args: TenantServiceArgs) -> int | None:
    return requests_per_pod_m(args.plan, args.workload) if args.plan.cluster.has_scaling_metrics else None


def autoscaler(workload: ResolvedWorkload, requests_m: int | None = None) -> Manifest:
    """Spec of the HorizontalPodAutoscaler: CPU 70 %, the bounds of the plan, which the quota admits (C9).

    requests_m: thousandths of a request a second that a pod is kept at; None on a cluster that has no such metric,
    where an autoscaler that asked for it would never scale down.
    """
    requests = {
        "type": "Pods",
        "pods": {
            "metric": {"name": REQUESTS.name},
            "target": {"type": "AverageValue", "average_value": f"{requests_m}m"},
        },
    }
    return {
        "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": workload.name},
        "min_replicas": workload.min_replicas,
        "max_replicas": workload.max_replicas,
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "average_utilization": CPU_TARGET_PERCENT},
                },
            },
            *([] if requests_m is None else [requests]),
        ],
    }
