"""A PostgreSQL server run by CloudNativePG, and each tenant's way to it (F1, F2, E1).

One server holds all tenants of a cluster. Each reaches it through a pooler of its own, whose pods carry the tenant's
label: that is what network policies can tell apart, and it bounds a tenant's connections before they are the server's.
"""

from collections.abc import Iterable
from typing import Any, Final

from settings.database.planned import database_of
from settings.database.record import recorded, stays
from settings.database.statements import as_psql
from settings.database.tenant import login_steps, tenant_steps
from settings.database_server import DatabaseServer
from settings.plan import TenantPlan
from settings.quantities import format_bytes
from settings.storage import snapshot_class_name

API: Final = "postgresql.cnpg.io/v1"
SERVER: Final = "tenantplane"
SERVER_LABEL: Final = {"cnpg.io/cluster": SERVER}
POOLER_LABEL: Final = "cnpg.io/poolerName"
SUPERUSER_SECRET: Final = f"{SERVER}-superuser"
"""Made by the operator: `username` and `password` of the superuser."""
CA_SECRET: Final = f"{SERVER}-authority"
"""Made by the platform's people before the server: `ca.crt`, the `authority` of the topology, and `ca.key`, by which
the operator signs and renews the server's certificate."""
POSTGRES_PORT, STATUS_PORT = 5432, 8000
"""Where an instance answers queries, and where it tells the operator how it is."""
PLATFORM_CONNECTIONS: Final = 50
"""For replicas, the operator, the poolers' own look-ups and the platform's people, beside those of all tenants."""
BACKUP_AT: Final = "0 30 2 * * *"
"""With seconds first, as CloudNativePG reads it: half past two every night, UTC."""

Manifest = dict[str, Any]


def pooler_name(tenant: str) -> str:
    """Name of a tenant's pooler and of its Service, `tenant-<id>`; no server has it, which is called `tenantplane`."""
    return f"tenant-{tenant}"


def server_spec(
    server: DatabaseServer, image: str, namespace: str, plans: Iterable[TenantPlan], *, copied: bool
) -> Manifest:
    """Spec of the Cluster: TLS 1.3 for whoever connects, passwords by SCRAM alone, instances in zones apart.

    image: of PostgreSQL, by digest. namespace: where it is. plans: of all tenants, whose logins may have so many
    sessions. copied: whether volumes can be copied in this cluster.
    """
    sessions = sum(2 * database_of(plan).limits.connections for plan in plans)
    spec: Manifest = {
        "instances": server.instances,
        "imageName": image,
        "enableSuperuserAccess": True,  # for the Jobs that make tenants' databases
        "storage": {"size": format_bytes(server.volume_bytes), "storageClass": server.volume_class},
        "postgresql": {
            "parameters": {
                "max_connections": str(PLATFORM_CONNECTIONS + sessions),
                "password_encryption": "scram-sha-256",
                "ssl_min_protocol_version": "TLSv1.3",
                "ssl_max_protocol_version": "TLSv1.3",
                "log_connections": "on",
                "log_disconnections": "on",
            },
            "pg_hba": ["hostssl all all all scram-sha-256", "hostnossl all all all reject"],
        },
        # A tenant's pooler answers under a name of its own.
        "certificates": {"serverCASecret": CA_SECRET, "serverAltDNSNames": [f"*.{namespace}.svc"]},
        "affinity": {"topologyKey": "topology.kubernetes.io/zone", "podAntiAffinityType": "preferred"},
    }
    if copied:
        spec["backup"] = {"volumeSnapshot": {"className": snapshot_class_name(), "online": False}}
    return spec


def backup_spec() -> Manifest:
    """Spec of the ScheduledBackup: every night the volume of a replica that rests meanwhile."""
    return {
        "schedule": BACKUP_AT,
        "method": "volumeSnapshot",
        "target": "prefer-standby",
        "online": False,
        "backupOwnerReference": "none",
        "cluster": {"name": SERVER},
    }


def pooler_spec(plan: TenantPlan, image: str) -> Manifest:
    """Spec of a tenant's Pooler: one pod with the tenant's labels, or none while it is not active (A7). Sessions are
    the
    client's own from end to end, so that what one sets is never there for the next. image: of PgBouncer, by digest."""
    connections = database_of(plan).limits.connections
    amount = {"cpu": "50m", "memory": "64Mi"}
    return {
        "cluster": {"name": SERVER},
        "instances": int(plan.active),
        "type": "rw",
        "pgbouncer": {
            "poolMode": "session",
            "parameters": {
                "max_client_conn": str(2 * connections),
                "max_db_connections": str(connections),
                "client_tls_sslmode": "require",
            },
        },
        "template": {
            "metadata": {"labels": plan.labels},
            "spec": {
                "automountServiceAccountToken": True,
                "containers": [
                    {
                        "name": "pgbouncer",
                        "image": image,
                        "resources": {"requests": amount, "limits": {"cpu": "500m", "memory": "128Mi"}},
                    }
                ],
            },
        },
    }


def tenant_script(plan: TenantPlan, verifier: str) -> str:
    """What the tenant's Job feeds to psql. It changes nothing and fails when the tenant's data are elsewhere: they are
    moved, and never left behind. verifier: of the current login's password, never the password."""
    wanted = database_of(plan)
    steps = (
        stays(wanted.tenant, wanted.model),
        *tenant_steps(wanted),
        *login_steps(wanted, verifier),
        recorded(wanted.tenant, wanted.model),
    )
    return as_psql(steps)
