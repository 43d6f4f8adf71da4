"""What Prometheus and Alertmanager reach, and who reaches them, in the platform's closed namespace (E1, G1, G2)."""

from typing import Final

from components.network.tenant_network import dns
from components.objects import Manifest
from settings import names
from settings.monitoring.exporters import METRICS_PORT, SCRAPER

PROMETHEUS, ALERTMANAGER = "prometheus", "alertmanager"
PROMETHEUS_PORT, ALERTMANAGER_PORT, GOSSIP_PORT = 9090, 9093, 9094
NODES: Final = (443, 6443, 10250)
"""API server and kubelets, which are at addresses of nodes and of no pod."""
TELLERS: Final = {"alertmanager": "tenantplane"}
"""Labels of the pods of Alertmanager, which the operator puts on them."""
SMTP: Final = (465, 587)


def networks() -> dict[str, Manifest]:
    """Specs of the NetworkPolicies by name.

    Prometheus reaches tenants' pods on their metrics port and no other; the platform's own pods, kubelets and the API
    server, names, and Alertmanager. It is asked from within the platform's namespace alone.
    """
    of_tenants = {"key": names.TENANT_LABEL, "operator": "Exists"}
    of_others = {"key": names.TENANT_LABEL, "operator": "DoesNotExist"}
    return {
        PROMETHEUS: _policy(
            SCRAPER,
            ingress=[{"from_": [{"pod_selector": {}}], "ports": _tcp(PROMETHEUS_PORT)}],
            egress=[
                {"to": [{"namespace_selector": {"match_expressions": [of_tenants]}}], "ports": _tcp(METRICS_PORT)},
                {"to": [{"namespace_selector": {"match_expressions": [of_others]}}]},
                {"ports": _tcp(*NODES)},
            ],
        ),
        ALERTMANAGER: _policy(
            TELLERS,
            ingress=[
                {"from_": [_pods(SCRAPER)], "ports": _tcp(ALERTMANAGER_PORT)},
                {"from_": [_pods(TELLERS)], "ports": _gossip()},
            ],
            egress=[{"to": [_pods(TELLERS)], "ports": _gossip()}, dns(), {"ports": _tcp(*SMTP)}],
        ),
    }


def _policy(pods: dict[str, str], *, ingress: list[Manifest], egress: list[Manifest]) -> Manifest:
    return {
        "pod_selector": {"match_labels": dict(pods)},
        "policy_types": ["Ingress", "Egress"],
        "ingress": ingress,
        "egress": egress,
    }


def _pods(labels: dict[str, str]) -> Manifest:
    return {"pod_selector": {"match_labels": dict(labels)}}


def _tcp(*ports: int) -> list[Manifest]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _gossip() -> list[Manifest]:
    return [{"protocol": protocol, "port": GOSSIP_PORT} for protocol in ("TCP", "UDP")]
