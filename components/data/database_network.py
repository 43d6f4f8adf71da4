"""Who reaches the database server and the poolers in front of it: nobody but by the tenant's own pooler (E1, F1)."""

from components.data.sql_job import NAME as SQL
from components.network.tenant_network import WORKLOADS, dns
from components.objects import Manifest
from settings import names
from settings.database.server import POOLER_LABEL, POSTGRES_PORT, SERVER_LABEL, STATUS_PORT

API_PORTS = (443, 6443)
"""The instance manager in every pod of the operator's asks the API server what it is to do."""
OPERATOR_NAMESPACE = "cnpg-system"
"""Where CloudNativePG's manifests and chart install the operator."""

_SERVERS: Manifest = {
    "match_labels": dict(SERVER_LABEL),
    "match_expressions": [{"key": POOLER_LABEL, "operator": "DoesNotExist"}],
}
_POOLERS: Manifest = {"match_expressions": [{"key": POOLER_LABEL, "operator": "Exists"}]}
_JOBS: Manifest = {"match_labels": {"app.kubernetes.io/name": SQL}}


def networks() -> dict[str, Manifest]:
    """Specs of the NetworkPolicies by name. A pooler is reached by pods of tenants; that it is those of its own tenant
    alone is said where these are (TenantNetwork, GuardRails): they reach poolers with their own label and no others."""
    tenants = {"namespace_selector": {"match_expressions": [{"key": names.TENANT_LABEL, "operator": "Exists"}]}}
    operator = {"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": OPERATOR_NAMESPACE}}}
    own, poolers, jobs = ({"pod_selector": each} for each in (_SERVERS, _POOLERS, _JOBS))
    to_server = {"to": [own], "ports": _tcp(POSTGRES_PORT)}
    asks = {"ports": _tcp(*API_PORTS)}
    return {
        "database-servers": _policy(
            _SERVERS,
            ingress=[
                {"from_": [own, poolers, jobs], "ports": _tcp(POSTGRES_PORT)},
                {"from_": [own, operator], "ports": _tcp(STATUS_PORT)},
            ],
            egress=[{"to": [own], "ports": _tcp(POSTGRES_PORT, STATUS_PORT)}, dns(), asks],
        ),
        "database-poolers": _policy(
            _POOLERS,
            ingress=[{"from_": [{**tenants, "pod_selector": WORKLOADS}], "ports": _tcp(POSTGRES_PORT)}],
            egress=[to_server, dns(), asks],
        ),
        "database-jobs": _policy(_JOBS, ingress=[], egress=[to_server, dns()]),
    }


def _policy(pods: Manifest, *, ingress: list[Manifest], egress: list[Manifest]) -> Manifest:
    return {"pod_selector": pods, "policy_types": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}


def _tcp(*ports: int) -> list[Manifest]:
    return [{"protocol": "TCP", "port": port} for port in ports]
