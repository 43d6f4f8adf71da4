"""What is scraped: the platform's exporters, the metrics of them that the rules use, and tenants' pods (G1)."""

from dataclasses import dataclass
from typing import Any, Final

from settings.monitoring.relabel import (
    TENANT_METRICS,
    TENANT_OF_NAMESPACE,
    TENANT_TARGET,
    Relabel,
    of_platform,
)

TENANT_PODS: Final = "tenant-pods"
"""Job of tenants' own pods."""
METRICS_PORT: Final = 9464
"""TCP port on which a tenant's pods show their metrics; OpenTelemetry's for Prometheus exporters."""
SCRAPER: Final = {"operator.prometheus.io/name": "tenantplane"}
"""Labels of the pods of the cluster's Prometheus, which the operator puts on them."""
PERSIST_METRIC: Final = "agent_session_persist_duration_seconds"
"""A histogram that the reference workloads send, in seconds, by `mode` ("sync" or "async"). Its buckets have bounds at
1 and at 30 s."""

SESSIONS_METRIC: Final = "agent_sessions_total"
"""A counter that the reference workloads send: sessions that they began."""


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """An exporter of the platform.

    job: under which its series are; only the platform can give it. metrics: what is kept of it. source: of the names.
    tenant_from: the labels, with patterns, from which the tenant follows; none where it does not speak of tenants.
    selector, port, path: of its Service, for the operator. app: the app follows from the pod's name.
    """

    job: str
    metrics: tuple[str, ...]
    source: str
    selector: dict[str, str]
    port: str
    path: str = "/metrics"
    tenant_from: tuple[tuple[str, str], ...] = ()
    app: bool = False

    @property
    def relabelings(self) -> tuple[Relabel, ...]:
        """Steps for its metrics."""
        return of_platform(self.metrics, self.tenant_from, app=self.app)


_BY_NAMESPACE = (("namespace", TENANT_OF_NAMESPACE),)

EXPORTERS: Final = (
    Exporter(
        job="kube-state-metrics",
        metrics=("kube_resourcequota", "kube_node_status_allocatable"),
        source="kube-state-metrics, docs/metrics/policy/resourcequota-metrics.md and docs/metrics/cluster",
        selector={"app.kubernetes.io/name": "kube-state-metrics"},
        port="http-metrics",
        tenant_from=_BY_NAMESPACE,
    ),
    Exporter(
        job="cadvisor",
        metrics=(
            "container_cpu_usage_seconds_total",
            "container_memory_working_set_bytes",
            "container_fs_reads_total",
            "container_fs_writes_total",
            "container_fs_reads_bytes_total",
            "container_fs_writes_bytes_total",
        ),
        source="cAdvisor, docs/storage/prometheus.md, served by every kubelet",
        selector={"app.kubernetes.io/name": "kubelet"},
        port="https-metrics",
        path="/metrics/cadvisor",
        tenant_from=_BY_NAMESPACE,
        app=True,
    ),
    Exporter(
        job="dcgm-exporter",
        metrics=("DCGM_FI_PROF_SM_ACTIVE", "DCGM_FI_PROF_DRAM_ACTIVE"),
        source="NVIDIA dcgm-exporter, etc/dcp-metrics-included.csv; SM_ACTIVE must be added to its default counters",
        selector={"app.kubernetes.io/name": "dcgm-exporter"},
        port="metrics",
        tenant_from=_BY_NAMESPACE,
        app=True,
    ),
    Exporter(
        job="kueue",
        metrics=(
            "kueue_pending_workloads",
            "kueue_admitted_workloads_total",
            "kueue_ready_wait_time_seconds_bucket",
            "kueue_ready_wait_time_seconds_count",
        ),
        source="sigs.k8s.io/kueue v0.15.0, pkg/metrics/metrics.go",
        selector={"app.kubernetes.io/name": "kueue"},
        port="https",
        # The ClusterQueue of a tenant has the name of its namespace.
        tenant_from=(("cluster_queue", TENANT_OF_NAMESPACE),),
    ),
    Exporter(
        job="agent-sandbox",
        metrics=("agent_sandboxes", "agent_sandbox_claim_creation_total"),
        source="sigs.k8s.io/agent-sandbox v0.5.6, internal/metrics/metrics.go",
        selector={"app.kubernetes.io/name": "agent-sandbox-controller"},
        port="metrics",
        tenant_from=_BY_NAMESPACE,
    ),
    Exporter(
        job="envoy-gateway",
        metrics=(
            "envoy_cluster_upstream_rq_time_bucket",
            "envoy_cluster_upstream_rq_time_count",
            "envoy_cluster_upstream_rq_xx",
        ),
        source="Envoy's statistics under the cluster names of Envoy Gateway, httproute/<namespace>/<route>/rule/<n>",
        selector={"app.kubernetes.io/name": "envoy"},
        port="metrics",
        path="/stats/prometheus",
        tenant_from=(("envoy_cluster_name", rf"httproute/{TENANT_OF_NAMESPACE}/.+"),),
    ),
    Exporter(
        job="apiserver",
        metrics=("apiserver_validating_admission_policy_check_total", "pod_security_evaluations_total"),
        source="k8s.io/apiserver v0.34.1 and k8s.io/pod-security-admission v0.34.1, metrics.go of each",
        selector={"component": "apiserver"},
        port="https",
    ),
    Exporter(
        job="tetragon",
        metrics=("tetragon_policy_events_total", "tetragon_tracingpolicy_loaded"),
        source="Tetragon 1.7, docs/content/en/docs/reference/metrics.md; its default labels",
        selector={"app.kubernetes.io/name": "tetragon"},
        port="metrics",
    ),
    Exporter(
        job="calico",
        metrics=("calico_denied_packets",),
        source="Calico Enterprise and Cloud, policy metrics; the open-source Felix has no counter of denied packets",
        selector={"k8s-app": "calico-node"},
        port="calico-metrics-port",
    ),
)
"""The platform's exporters."""

OPTIONAL: Final = frozenset({"dcgm-exporter", "calico", "kueue", "agent-sandbox", "tetragon"})
"""Jobs that a cluster may lack: without GPUs, without Calico's paid edition, without the add-on."""


def scrape_config(exporter: Exporter) -> dict[str, Any]:
    """A job of Prometheus' own configuration, without its targets."""
    return {
        "job_name": exporter.job,
        "honor_labels": False,
        "metric_relabel_configs": [step.prometheus() for step in exporter.relabelings],
    }


def tenant_scrape_config(limits: "ScrapeLimits") -> dict[str, Any]:
    """The same for pods of tenants with such limits."""
    return {
        "job_name": TENANT_PODS,
        "honor_labels": False,
        "honor_timestamps": False,
        "relabel_configs": [step.prometheus() for step in TENANT_TARGET],
        "metric_relabel_configs": [step.prometheus() for step in TENANT_METRICS],
        "sample_limit": limits.samples,
        "target_limit": limits.targets,
        "label_limit": limits.labels,
        "label_name_length_limit": limits.label_name,
        "label_value_length_limit": limits.label_value,
        "body_size_limit": f"{limits.body_bytes}B",
    }


@dataclass(frozen=True, kw_only=True)
class ScrapeLimits:
    """What a tenant's own pods may send: beyond any of it the whole scrape is refused.

    samples: of one pod. targets: pods that are scraped. labels: of a series. label_name, label_value: characters.
    body_bytes: of one answer.
    """

    samples: int
    targets: int
    labels: int = 30
    label_name: int = 64
    label_value: int = 256
    body_bytes: int = 1 << 20


def scrape_limits(pods: int) -> ScrapeLimits:
    """Limits of a tenant that may have so many pods: each is a target, and all together may send 20,000 samples or
    500 a pod, whichever is less; 100 a pod at least. This project's own numbers."""
    return ScrapeLimits(samples=max(100, min(500, 20_000 // pods)), targets=pods)
