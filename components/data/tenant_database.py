"""How a tenant's services get into its database (F1, F3, F5)."""

from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core

from components.data.sql_job import SCRIPT, sql_job
from components.objects import in_namespace, tenant_metadata
from settings import TenantPlan
from settings.database import database_of, scram_verifier
from settings.database.files import SECRET, SERVICES_FILE, authority, services
from settings.database.server import API, pooler_name, pooler_spec, tenant_script

SECRET_NAME = SECRET
PORT = 5432
PASSWORD_LENGTH = 32
"""Letters and digits: 190 random bits, and nothing that a connection URI or a shell would read as its own."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """Where a database server answers: host, port."""

    host: pulumi.Input[str]
    port: pulumi.Input[int]


@dataclass(frozen=True, kw_only=True)
class TenantDatabaseArgs:
    """Inputs of TenantDatabase.

    plan: the tenant; its cluster says which PostgreSQL there is, its file which credential is the current one.
    namespace: of the tenant, where its services read the credential. after: what is there before, of the same stack:
    the server and what it has for all. address: of a server that is not in the cluster; needed where the cluster's
    databases are on Aurora.
    """

    plan: TenantPlan
    namespace: core.Namespace
    after: tuple[pulumi.Resource, ...] = ()
    address: DatabaseAddress | None = None


class TenantDatabase(pulumi.ComponentResource):
    """The credential of a tenant's database, on a cluster that has databases (F1, F3, F5, I5).

    Creates: RandomPassword (32 letters and digits, new with every number of `database.credential` in the tenant's
    file), Secret `database` in the tenant's namespace (host, port, user, password, sslmode, and where its tables are:
    `databases`, the first of them as `database`; the same as services of libpq, and whom to trust, for the workloads
    that mount it: settings.database.files). The password is a secret of the engine: encrypted in the state, never shown
    in a preview. Where CloudNativePG runs the server, in the namespace of the databases: Pooler `tenant-<id>`, the
    tenant's own way to it, and Secret and Job `sql-<id>`, which make its database (the script holds SCRAM's verifier of
    the password). On a local cluster nothing answers at the host: its server is on loopback, and fleet runs the SQL.
    Where the databases are on Aurora, host and port are its endpoint's, of the tenant's own or of the cluster's.
    The database itself, its roles, grants and limits are SQL and no resources: they are made by settings.database, and
    nothing that a stack deletes ever drops one. A rotation makes the other of two logins the current one and leaves
    this one valid, so that no session ends.
    Errors: ValueError where the databases are on Aurora and `address` is missing.
    Outputs: user (str), the login that the Secret names. Attribute `secret`, for depends_on of what mounts it.
    """

    user: str
    secret: core.Secret

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
        if plan.cluster.databases == "cloudnative-pg":
            self._reached_and_made(name, args, password)
        databases = [home.database for home in wanted.homes]
        pooler = f"{pooler_name(plan.tenant.id)}.{plan.cluster.database_namespace}.svc"
        if args.address is None and plan.cluster.aurora is not None:
            raise ValueError(f"no address of the Aurora that {plan.tenant.id} is on")
        address = args.address or DatabaseAddress(host=pooler, port=PORT)
        told = pulumi.Output.all(address.host, address.port, password.result)
        self.secret = core.Secret(
            f"{name}-secret",
            metadata=tenant_metadata(plan, SECRET),
            type="Opaque",
            string_data={
                "host": address.host,
                "port": told.apply(lambda each: str(int(each[1]))),
                "user": self.user,
                "password": password.result,
                "sslmode": "verify-full",
                "database": databases[0],
                "databases": ",".join(databases),
                "credential": str(wanted.credential),
                SERVICES_FILE: told.apply(
                    lambda each: services(plan, str(each[0]), int(each[1]), self.user, str(each[2]))
                ),
                **authority(plan),
            },
            opts=in_namespace(self, args.namespace),
        )
        self.register_outputs({"user": self.user})

    def _reached_and_made(self, name: str, args: TenantDatabaseArgs, password: random.RandomPassword) -> None:
        plan, user = args.plan, self.user
        images = plan.cluster.images
        # The topology has both with such databases.
        pgbouncer, postgresql = str(images.pgbouncer), str(images.postgresql)
        child = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        metadata = {
            **tenant_metadata(plan, pooler_name(plan.tenant.id)),
            "namespace": plan.cluster.database_namespace,
        }
        CustomResource(
            f"{name}-pooler",
            api_version=API,
            kind="Pooler",
            metadata=metadata,
            spec=pooler_spec(plan, pgbouncer),
            opts=child,
        )
        named = {**metadata, "name": f"sql-{plan.tenant.id}"}
        script = core.Secret(
            f"{name}-sql",
            metadata=named,
            type="Opaque",
            string_data={SCRIPT: password.result.apply(lambda clear: tenant_script(plan, scram_verifier(user, clear)))},
            opts=child,
        )
        sql_job(
            f"{name}-job",
            cluster=plan.cluster,
            image=postgresql,
            metadata=named,
            script={"secret": {"secret_name": named["name"]}},
            # Whose password it is, stands for the password: a new credential has a new number.
            version=tenant_script(plan, f"SCRAM-SHA-256$credential {plan.tenant.database.credential}"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.after, script]),
        )
