"""Gives autoscalers the metrics of the cluster's Prometheus (C5, C9)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import yaml
from pulumi_kubernetes.apiregistration import v1 as aggregation
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking
from pulumi_kubernetes.rbac import v1 as rbac

from components.network.policy import API_SERVER_PORTS, both_ways, called, dns, pods, tcp, to_ports
from components.objects import Manifest, in_namespace, platform_metadata, running_in_namespace
from components.observability.monitoring_network import PROMETHEUS_PORT
from components.scheduling.placement import system_placement
from components.security.hardened_pod import hardened_pod
from components.security.platform_account import RBAC_GROUP, account_with_rights, role_name, subject
from components.tenancy.platform_namespace import PlatformNamespace
from settings.cluster import Cluster
from settings.monitoring import adapter_configuration
from settings.monitoring.exporters import SCRAPER

NAME = "metrics-adapter"
PRIORITY = "critical"
PORT = 6443
SERVED = ("custom.metrics.k8s.io", "external.metrics.k8s.io")
"""API groups that it serves, each in v1beta1."""
RULES: list[Manifest] = [{"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get", "list", "watch"]}]
"""What it may do besides asking who asks it: find the pods that an autoscaler means."""
DELEGATED = "system:auth-delegator"
AUTHENTICATION = "extension-apiserver-authentication-reader"


@dataclass(frozen=True, kw_only=True)
class MetricsAdapterArgs:
    """Inputs of MetricsAdapter.

    cluster: its system pools, which it runs in. image: sigs.k8s.io/prometheus-adapter 0.12, by digest. namespace: where
    it and the operator's Prometheus run. priority_classes: those that the same stack makes, by name.
    """

    cluster: Cluster
    image: str
    namespace: PlatformNamespace
    priority_classes: Mapping[str, pulumi.Resource] = field(default_factory=dict)


class MetricsAdapter(pulumi.ComponentResource):
    """Serves the metrics that autoscalers go by, once per cluster (C5, C9, G1).

    Creates: ConfigMap (the rules of `settings.monitoring.scaling`), ServiceAccount, ClusterRole (to see pods),
    ClusterRoleBindings of it and of `system:auth-delegator`, RoleBinding in kube-system (to read whom to believe),
    NetworkPolicy (in from the API server, out to it, to DNS and to Prometheus), Service, Deployment of two (Prometheus
    Adapter, hardened to `restricted`, in the system pools) and APIServices v1beta1 of `custom.metrics.k8s.io` and
    `external.metrics.k8s.io`.
    Each question is of one namespace, which is added to the query that Prometheus gets: an autoscaler reads what is of
    its own namespace alone. People of a tenant have no right in these API groups.
    The API server does not verify the certificate, which the adapter makes for itself: who sits between the two could
    invent a metric, and so scale within the bounds of an autoscaler, but not pass for anybody.
    Outputs: configuration (str), the rules as they are written.
    """

    configuration: str

    def __init__(self, name: str, args: MetricsAdapterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:observability:MetricsAdapter", name, {}, opts)
        child = in_namespace(self, args.namespace.namespace)
        metadata = {**platform_metadata(NAME, NAME), "namespace": args.namespace.name}
        self.configuration = yaml.safe_dump(adapter_configuration(), sort_keys=False, width=120)
        rules = core.ConfigMap(f"{name}-rules", metadata=metadata, data={"config.yaml": self.configuration}, opts=child)
        rights = self._rights(name, args.namespace)
        networking.NetworkPolicy(f"{name}-network", metadata=metadata, spec=network(), opts=child)
        service = core.Service(
            f"{name}-service",
            # Nobody waits for its endpoints: the APIServices say themselves whether it answers.
            metadata={**metadata, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "selector": {"app.kubernetes.io/name": NAME},
                "ports": [{"name": "https", "port": 443, "target_port": PORT, "protocol": "TCP"}],
            },
            opts=child,
        )
        priority = [args.priority_classes[PRIORITY]] if PRIORITY in args.priority_classes else []
        deployment = apps.Deployment(
            name,
            metadata=metadata,
            spec={
                "replicas": 2,
                "selector": {"match_labels": {"app.kubernetes.io/name": NAME}},
                "template": {
                    "metadata": {
                        "labels": metadata["labels"],
                        "annotations": {"tenantplane.dev/rules-hash": _digest(self.configuration)},
                    },
                    "spec": _pod(args),
                },
            },
            opts=running_in_namespace(self, args.namespace.namespace, rules, *rights, *priority),
        )
        for group in SERVED:
            aggregation.APIService(
                f"{name}-{group.split('.', maxsplit=1)[0]}",
                metadata=platform_metadata(f"v1beta1.{group}", NAME),
                spec=served(group, args.namespace.name),
                # Registered last and gone first: while nobody answers for a group, no namespace can be deleted.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment, service]),
            )
        self.register_outputs({"configuration": self.configuration})

    def _rights(self, name: str, namespace: PlatformNamespace) -> list[pulumi.Resource]:
        """Its account with its role, and the bindings that every server has to which the API server passes on."""
        title = role_name(NAME)
        of: Manifest = {"subjects": [subject(NAME, namespace)], "opts": pulumi.ResourceOptions(parent=self)}
        group = {"api_group": RBAC_GROUP}
        return [
            *account_with_rights(self, name, NAME, namespace, RULES),
            rbac.ClusterRoleBinding(
                f"{name}-delegated",
                metadata=platform_metadata(f"{title}-delegated", NAME),
                role_ref={**group, "kind": "ClusterRole", "name": DELEGATED},
                **of,
            ),
            rbac.RoleBinding(
                f"{name}-authentication",
                metadata={**platform_metadata(title, NAME), "namespace": "kube-system"},
                role_ref={**group, "kind": "Role", "name": AUTHENTICATION},
                **of,
            ),
        ]


def served(group: str, namespace: str) -> Manifest:
    """Spec of the APIService of a group."""
    return {
        "group": group,
        "version": "v1beta1",
        "service": {"name": NAME, "namespace": namespace, "port": 443},
        "group_priority_minimum": 100,
        "version_priority": 100,
        "insecure_skip_tls_verify": True,
    }


def network() -> Manifest:
    """Spec of the NetworkPolicy: in from the API server, wherever it is; out to it, to names and to Prometheus, which
    lets its namespace in."""
    prometheus = {"to": [pods(SCRAPER)], "ports": tcp(PROMETHEUS_PORT)}
    return both_ways(called(NAME), ingress=[to_ports(PORT)], egress=[to_ports(*API_SERVER_PORTS), dns(), prometheus])


def _pod(args: MetricsAdapterArgs) -> Manifest:
    probe = {"scheme": "HTTPS", "port": PORT}
    container = {
        "name": NAME,
        "image": args.image,
        "args": [
            f"--prometheus-url=http://prometheus-operated.{args.namespace.name}.svc:{PROMETHEUS_PORT}/",
            "--config=/rules/config.yaml",
            f"--secure-port={PORT}",
            "--cert-dir=/tmp",
            "--metrics-relist-interval=1m",
            # A metric that was seen in the last hour is known, though nobody has counted anything since.
            "--metrics-max-age=1h",
        ],
        "ports": [{"name": "https", "container_port": PORT, "protocol": "TCP"}],
        "readiness_probe": {"http_get": {"path": "/readyz", **probe}},
        "liveness_probe": {"http_get": {"path": "/livez", **probe}, "failure_threshold": 5},
        "resources": {"requests": {"cpu": "100m", "memory": "192Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}},
        "volume_mounts": [{"name": "rules", "mount_path": "/rules", "read_only": True}],
    }
    made = hardened_pod(
        service_account=NAME, priority_class=PRIORITY, placement=system_placement(args.cluster), containers=[container]
    )
    rules = {"name": "rules", "config_map": {"name": NAME}}
    return {**made, "automount_service_account_token": True, "volumes": [*made["volumes"], rules]}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
