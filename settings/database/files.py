"""What a service of a tenant finds in its file system to get into its database (B4, F3, F5).

Files and not variables: the kubelet changes them when the credential is rotated, within about a minute and a half, and
the pod goes on. Whoever opens a session reads them anew; the login before stays valid meanwhile.
"""

from typing import Any, Final

from settings.database.planned import database_of
from settings.plan import TenantPlan

FOLDER: Final = "/var/run/tenantplane/database"
SECRET: Final = "database"  # noqa: S105  a name
SERVICES_FILE: Final = "pg_service.conf"
AUTHORITY: Final = "ca.crt"
SERVICE: Final = "tenantplane"
"""Of libpq: the first of the tenant's databases. Each has a service of its own name besides."""
OF_CLUSTER: Final = "kube-root-ca.crt"
"""ConfigMap that Kubernetes keeps in every namespace: whom the cluster's own certificates are signed by. localcloud
signs the certificate of its PostgreSQL by the same."""
READABLE: Final = 0o440
"""By the pod's user, through its group, and by nobody else."""
VARIABLES: Final = {
    "PGSERVICEFILE": f"{FOLDER}/{SERVICES_FILE}",
    "PGSERVICE": SERVICE,
    "TENANTPLANE_DATABASE": FOLDER,
}
"""Of a service's container: with the first two, whatever is built on libpq connects without being told anything."""


def services(plan: TenantPlan, host: str, port: int, user: str, password: str) -> str:
    """Services of libpq: the tenant's databases, with TLS to a server that proves its name. On a managed service no
    login can be given `app.tenant_id`, so the session brings it (B4)."""
    homes = [home.database for home in database_of(plan).homes]
    named = ((SERVICE, homes[0]), *((each, each) for each in homes))
    told = f"options=-c app.tenant_id={plan.tenant.id}\n" if plan.cluster.aurora is not None else ""
    lines = (
        f"[{name}]\nhost={host}\nport={port}\ndbname={database}\nuser={user}\npassword={password}\n"
        f"sslmode=verify-full\nsslrootcert={FOLDER}/{AUTHORITY}\n{told}"
        for name, database in named
    )
    return "\n".join(lines)


def authority(plan: TenantPlan) -> dict[str, str]:
    """What the Secret holds besides: whom its server's certificate is signed by, unless that is in the namespace."""
    server = plan.cluster.database_server or plan.cluster.aurora
    return {} if server is None or server.authority is None else {AUTHORITY: server.authority}


def volume(plan: TenantPlan) -> dict[str, Any]:
    """The projected volume, in the SDK's words: the Secret and, where it has none, the authority of the cluster."""
    sources: list[dict[str, Any]] = [{"secret": {"name": SECRET}}]
    if not authority(plan):
        sources.append({"config_map": {"name": OF_CLUSTER, "items": [{"key": AUTHORITY, "path": AUTHORITY}]}})
    return {"sources": sources, "default_mode": READABLE}
