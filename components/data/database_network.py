"""Who reaches the database server and the poolers in front of it: nobody but by the tenant's own pooler (E1, F1)."""

from components.data.sql_job import NAME as SQL
from components.network.policy import (
    API_SERVER_PORTS,
    TENANTS,
    both_ways,
    called,
    dns,
    labelled,
    namespace,
    tcp,
    to_ports,
)
from components.network.tenant_network import WORKLOADS
from components.objects import Manifest
from settings.database.server import POOLER_LABEL, POSTGRES_PORT, SERVER_LABEL, STATUS_PORT

OPERATOR_NAMESPACE = "cnpg-system"
"""Where CloudNativePG's manifests and chart install the operator."""

_SERVERS: Manifest = {
    **labelled(SERVER_LABEL),
    "match_expressions": [{"key": POOLER_LABEL, "operator": "DoesNotExist"}],
}
_POOLERS: Manifest = {"match_expressions": [{"key": POOLER_LABEL, "operator": "Exists"}]}
_JOBS: Manifest = called(SQL)


def networks() -> dict[str, Manifest]:
    """Specs of the NetworkPolicies by name. A pooler is reached by pods of tenants; that it is those of its own tenant
    alone is said where these are (TenantNetwork, GuardRails): they reach poolers with their own label and no others."""
    operator = namespace(OPERATOR_NAMESPACE)
    own, poolers, jobs = ({"pod_selector": each} for each in (_SERVERS, _POOLERS, _JOBS))
    to_server = {"to": [own], "ports": tcp(POSTGRES_PORT)}
    # The instance manager in every pod of the operator's asks the API server what it is to do.
    asks = to_ports(*API_SERVER_PORTS)
    return {
        "database-servers": both_ways(
            _SERVERS,
            ingress=[
                {"from_": [own, poolers, jobs], "ports": tcp(POSTGRES_PORT)},
                {"from_": [own, operator], "ports": tcp(STATUS_PORT)},
            ],
            egress=[{"to": [own], "ports": tcp(POSTGRES_PORT, STATUS_PORT)}, dns(), asks],
        ),
        "database-poolers": both_ways(
            _POOLERS,
            ingress=[{"from_": [{**TENANTS, "pod_selector": WORKLOADS}], "ports": tcp(POSTGRES_PORT)}],
            egress=[to_server, dns(), asks],
        ),
        "database-jobs": both_ways(_JOBS, egress=[to_server, dns()]),
    }
