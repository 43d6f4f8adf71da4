"""What Prometheus and Alertmanager reach, and who reaches them, in the platform's closed namespace (E1, G1, G2)."""

from typing import Final

from components.network.policy import API_SERVER_PORTS, both_ways, dns, labelled, pods, tcp, to_ports
from components.objects import Manifest
from settings import names
from settings.monitoring.exporters import METRICS_PORT, SCRAPER

PROMETHEUS, ALERTMANAGER = "prometheus", "alertmanager"
PROMETHEUS_PORT, ALERTMANAGER_PORT, GOSSIP_PORT = 9090, 9093, 9094
NODES: Final = (*API_SERVER_PORTS, 10250)
"""API server and kubelets, which are at addresses of nodes and of no pod."""
TELLERS: Final = {"alertmanager": "tenantplane"}
"""Labels of the pods of Alertmanager, which the operator puts on them."""
SMTP: Final = (465, 587)


def networks() -> dict[str, Manifest]:
    """Specs of the NetworkPolicies by name.

    Prometheus reaches tenants' pods on their metrics port and no other; the platform's own pods, kubelets and the API
    server, names, and Alertmanager. It is asked from within the platform's namespace alone.
    """
    of_others = {"key": names.TENANT_LABEL, "operator": "DoesNotExist"}
    return {
        PROMETHEUS: both_ways(
            labelled(SCRAPER),
            ingress=[{"from_": [{"pod_selector": {}}], "ports": tcp(PROMETHEUS_PORT)}],
            egress=[
                {
                    "to": [{"namespace_selector": {"match_expressions": [names.of_tenants()]}}],
                    "ports": tcp(METRICS_PORT),
                },
                {"to": [{"namespace_selector": {"match_expressions": [of_others]}}]},
                to_ports(*NODES),
            ],
        ),
        ALERTMANAGER: both_ways(
            labelled(TELLERS),
            ingress=[
                {"from_": [pods(SCRAPER)], "ports": tcp(ALERTMANAGER_PORT)},
                {"from_": [pods(TELLERS)], "ports": _gossip()},
            ],
            egress=[{"to": [pods(TELLERS)], "ports": _gossip()}, dns(), to_ports(*SMTP)],
        ),
    }


def _gossip() -> list[Manifest]:
    return [{"protocol": protocol, "port": GOSSIP_PORT} for protocol in ("TCP", "UDP")]
