"""Images of what the platform itself runs in a cluster (G7)."""

from pydantic import ValidationInfo, field_validator

from settings.fields import Image, Model, refuse


class PlatformImages(Model):
    """Images of what the platform itself runs in a cluster, by digest (G7); what has none is not made.

    pause: a program that sleeps, for the placeholders that hold 5 % of the pools (D5).
    descheduler: sigs.k8s.io/descheduler 0.36, which relieves nodes above 90 % (D5).
    kubectl: Kubernetes' own command and a shell, for the schedule of the snapshots; within one minor version of the
    cluster (F4).
    postgresql, pgbouncer: those two, run by CloudNativePG; needed with `databases: cloudnative-pg` (F2).
    trivy: aquasecurity/trivy 0.50 or newer with a shell, which looks weekly for known flaws in all images (G7).
    prometheus, alertmanager: those two, 2.42 and 0.25 or newer, run by the Prometheus operator (G1, G2).
    metrics_adapter: sigs.k8s.io/prometheus-adapter 0.12, which gives autoscalers Prometheus' metrics (C9); with
    prometheus only.
    label_proxy: prometheus-community/prom-label-proxy 0.11, which keeps tenants' dashboards to their tenant (G4); with
    prometheus only.
    vcluster, vcluster_kubernetes, vcluster_dns: vCluster's control plane, the Kubernetes programs that it starts, and
    CoreDNS, for tenants with a virtual control plane (A6).
    """

    pause: Image | None = None
    descheduler: Image | None = None
    kubectl: Image | None = None
    trivy: Image | None = None
    postgresql: Image | None = None
    pgbouncer: Image | None = None
    prometheus: Image | None = None
    alertmanager: Image | None = None
    metrics_adapter: Image | None = None
    label_proxy: Image | None = None

    @field_validator("metrics_adapter", "label_proxy")
    @classmethod
    def _beside_prometheus(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("prometheus") is None:
            what = {"metrics_adapter": "adapt"}.get(str(info.field_name), "ask")
            raise refuse(
                f"{info.field_name} without prometheus: there is nothing to {what}", "an image of prometheus too"
            )
        return value

    vcluster: Image | None = None
    vcluster_kubernetes: Image | None = None
    vcluster_dns: Image | None = None
