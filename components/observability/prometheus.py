"""Specs of the cluster's Prometheus and Alertmanager, safe with many tenants (G1, G2)."""

from typing import Final

from components.objects import Manifest
from components.observability.operator import MANAGED, NAME, OF_TENANTS
from settings import Cluster
from settings.alert_mail import AlertMail
from settings.monitoring import Exporter
from settings.monitoring.exporters import OPTIONAL
from settings.monitoring.routes import PAGE, TICKET, platform_routes, quieted
from settings.tier import Tier

MOST_SAMPLES: Final = 2_000_000
"""Of one scrape, the platform's exporters included: kube-state-metrics of a large cluster sends about a million."""
MOST_LABELS, MOST_LABEL_NAME, MOST_LABEL_VALUE = 64, 128, 1024
TOKEN: Final = "prometheus-token"  # noqa: S105  a Secret's name
"""Secret with key `token`: a service account's that may read the metrics of kubelets and of the API server."""

HARDENED: Manifest = {
    "runAsNonRoot": True,
    "runAsUser": 65534,
    "fsGroup": 65534,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def present(exporter: Exporter, cluster: Cluster) -> bool:
    """Whether the cluster has what the exporter tells of."""
    there = {
        "dcgm-exporter": any(pool.gpu is not None for pool in cluster.node_pools),
        "kueue": cluster.has_queues,
        "agent-sandbox": cluster.has_sandboxes,
        "calico": cluster.has_guard_rails,
        "tetragon": cluster.has_detection,
    }
    return exporter.job not in OPTIONAL or there[exporter.job]


def prometheus_spec(cluster: Cluster, image: str) -> Manifest:
    """Spec of the Prometheus.

    What a tenant's objects could ask of it and may not: labels of others (overrideHonorLabels, enforcedNamespaceLabel),
    samples of the past (overrideHonorTimestamps), targets in other namespaces (ignoreNamespaceSelectors), files of the
    pod such as its token (arbitraryFSAccessThroughSMs), as many samples as it likes (the limits). Rules, scrape
    configurations and monitors of services are read from the platform's namespace alone; of tenants' namespaces only
    PodMonitors.
    """
    own = {"matchLabels": {"kubernetes.io/metadata.name": cluster.system_namespace}}
    return {
        "image": image,
        "replicas": 2,
        "retention": "35d",  # a month of error budget
        "scrapeInterval": "30s",
        "evaluationInterval": "1m",
        "externalLabels": {"cluster": cluster.name, "region": cluster.region},
        "serviceAccountName": NAME,
        "securityContext": HARDENED,
        "enforcedNamespaceLabel": "namespace",
        "excludedFromEnforcement": [
            {"group": "monitoring.coreos.com", "resource": kind, "namespace": cluster.system_namespace}
            for kind in ("prometheusrules", "scrapeconfigs")
        ],
        "ignoreNamespaceSelectors": True,
        "overrideHonorLabels": True,
        "overrideHonorTimestamps": True,
        "arbitraryFSAccessThroughSMs": {"deny": True},
        "enforcedSampleLimit": MOST_SAMPLES,
        "enforcedLabelLimit": MOST_LABELS,
        "enforcedLabelNameLengthLimit": MOST_LABEL_NAME,
        "enforcedLabelValueLengthLimit": MOST_LABEL_VALUE,
        "enforcedKeepDroppedTargets": 100,
        "podMonitorNamespaceSelector": OF_TENANTS,
        "podMonitorSelector": MANAGED,
        "ruleNamespaceSelector": own,
        "ruleSelector": MANAGED,
        "scrapeConfigNamespaceSelector": own,
        "scrapeConfigSelector": MANAGED,
        # Left out, a selector chooses nothing: ServiceMonitors and Probes could name any address of the cluster.
        "alerting": {
            "alertmanagers": [{"namespace": cluster.system_namespace, "name": "alertmanager-operated", "port": "web"}]
        },
    }


def alertmanager_spec(mail: AlertMail, image: str) -> Manifest:
    """Spec of the Alertmanager. The routes of tenants match by the alert's tenant, which comes from the platform's
    rules, and not by a label `namespace`, which alerts over all namespaces of a tenant do not have."""
    return {
        "image": image,
        "replicas": 2,
        "securityContext": HARDENED,
        "alertmanagerConfigNamespaceSelector": OF_TENANTS,
        "alertmanagerConfigSelector": MANAGED,
        "alertmanagerConfigMatcherStrategy": {"type": "None"},
        "alertmanagerConfiguration": {
            "name": NAME,
            "global": {
                "smtp": {
                    "from": mail.sender,
                    "smartHost": {"host": mail.smarthost, "port": str(mail.port)},
                    "requireTLS": True,
                }
            },
        },
    }


def platform_routing(tiers: tuple[Tier, ...], mail: AlertMail) -> Manifest:
    """Spec of the AlertmanagerConfig that tells the platform's people."""
    return {
        "route": {"receiver": TICKET, "routes": [each.operated() for each in platform_routes(tiers)]},
        "receivers": [
            {"name": name, "emailConfigs": [{"to": mail.on_call, "sendResolved": True}]} for name in (PAGE, TICKET)
        ],
        "inhibitRules": [
            {
                "sourceMatch": [each.operated() for each in source],
                "targetMatch": [each.operated() for each in target],
                "equal": ["tenant", "slo"],
            }
            for source, target in quieted()
        ],
    }


def scrape_config_spec(exporter: Exporter) -> Manifest:
    """Spec of the ScrapeConfig of one of the platform's exporters, in whatever namespace it runs but a tenant's."""
    secure = exporter.port in ("https", "https-metrics")
    labels = ",".join(f"{key}={value}" for key, value in exporter.selector.items())
    spec: dict[str, object] = {
        "jobName": exporter.job,
        "metricsPath": exporter.path,
        "honorLabels": False,
        "kubernetesSDConfigs": [
            {"role": "EndpointSlice", "selectors": [{"role": "EndpointSlice", "label": labels}]},
        ],
        "relabelings": [
            # A Service of a tenant's with the same labels must not pass for the platform's exporter.
            {"action": "drop", "sourceLabels": ["__meta_kubernetes_namespace"], "regex": "tenant-.+"},
            {
                "action": "keep",
                "sourceLabels": ["__meta_kubernetes_endpointslice_port_name"],
                "regex": exporter.port,
            },
        ],
        "metricRelabelings": [each.operator() for each in exporter.relabelings],
    }
    if secure:
        spec |= {
            "scheme": "HTTPS",
            "authorization": {"credentials": {"name": TOKEN, "key": "token"}},
            "tlsConfig": {"ca": {"configMap": {"name": "kube-root-ca.crt", "key": "ca.crt"}}},
        }
    return spec
