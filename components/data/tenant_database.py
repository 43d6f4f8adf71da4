"""How a tenant's services get into its database (F1, F3, F5)."""

from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, tenant_metadata
from settings import TenantPlan
from settings.database import database_of

SECRET_NAME = "database"  # noqa: S105  a name
PORT = 5432
PASSWORD_LENGTH = 32
"""Letters and digits: 190 random bits, and nothing that a connection URI or a shell would read as its own."""


@dataclass(frozen=True, kw_only=True)
class TenantDatabaseArgs:
    """Inputs of TenantDatabase.

    plan: the tenant; its cluster says which PostgreSQL there is, its file which credential is the current one.
    namespace: of the tenant, where its services read the credential.
    """

    plan: TenantPlan
    namespace: core.Namespace


class TenantDatabase(pulumi.ComponentResource):
    """The credential of a tenant's database, on a cluster that has databases (F1, F3, F5, I5).

    Creates: RandomPassword (32 letters and digits, new with every number of `database.credential` in the tenant's
    file), Secret `database` in the tenant's namespace (host, port, user, password, sslmode, and where its tables are:
    `databases`, the first of them as `database`). Nothing answers at the host of a local cluster, in which no pod runs:
    its server is on loopback. The password is a secret of
    the engine: encrypted in the state, never shown in a preview.
    The database itself, its roles, grants and limits are SQL and no resources: they are made by settings.database, and
    nothing that a stack deletes ever drops one. A rotation makes the other of two logins the current one and leaves
    this one valid, so that no session ends.
    Outputs: user (str), the login that the Secret names.
    """

    user: str

    def __init__(self, name: str, args: TenantDatabaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:data:TenantDatabase", name, {}, opts)
        plan = args.plan
        wanted = database_of(plan)
        self.user = wanted.current_login
        password = random.RandomPassword(
            f"{name}-password",
            length=PASSWORD_LENGTH,
            special=False,
            keepers={"credential": str(wanted.credential)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        databases = [home.database for home in wanted.homes]
        core.Secret(
            f"{name}-secret",
            metadata=tenant_metadata(plan, SECRET_NAME),
            type="Opaque",
            string_data={
                "host": f"tenantplane-rw.{plan.cluster.database_namespace}.svc",
                "port": str(PORT),
                "user": self.user,
                "password": password.result,
                "sslmode": "verify-full",
                "database": databases[0],
                "databases": ",".join(databases),
                "credential": str(wanted.credential),
            },
            opts=in_namespace(self, args.namespace),
        )
        self.register_outputs({"user": self.user})
