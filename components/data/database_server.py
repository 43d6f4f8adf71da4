"""The PostgreSQL server of a cluster's tenants, run by CloudNativePG (F1, F2, F3)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.data.database_network import networks
from components.data.sql_job import SCRIPT, sql_job
from components.objects import in_namespace, platform_metadata
from components.tenancy.platform_namespace import PlatformNamespace
from settings import TenantPlan
from settings.cluster import Cluster
from settings.database import as_psql, platform_steps
from settings.database.server import API, SERVER, backup_spec, server_spec
from settings.database_server import DatabaseServer as Server

PART = "database-server"


@dataclass(frozen=True, kw_only=True)
class DatabaseServerArgs:
    """Inputs of DatabaseServer.

    cluster: its namespaces, and whether volumes can be copied in it. server: size and class. image: of PostgreSQL with
    psql, by digest. plans: of all tenants, whichever stack holds them. namespace: where the server is.
    """

    cluster: Cluster
    server: Server
    image: str
    plans: tuple[TenantPlan, ...]
    namespace: PlatformNamespace


class DatabaseServer(pulumi.ComponentResource):
    """A PostgreSQL server for all tenants of a cluster, once per cluster that runs its own (F1, F2, F3, E1).

    Creates: Cluster `tenantplane` of CloudNativePG (protected, and kept when the stack is destroyed; TLS 1.3, SCRAM
    only), where volumes can be copied ScheduledBackup `tenantplane` (every night), NetworkPolicies of servers, poolers
    and Jobs, ConfigMap and Job `sql-platform` (roles, the shared tables, all doors closed that PostgreSQL leaves open;
    the SQL of `settings.database`, run anew when it changes).
    Outputs: ready (Job), for depends_on of tenants' databases.
    """

    def __init__(self, name: str, args: DatabaseServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:data:DatabaseServer", name, {}, opts)
        namespace = args.namespace.namespace
        child = in_namespace(self, namespace)
        metadata = {**platform_metadata(SERVER, PART), "namespace": args.namespace.name}
        copied = args.cluster.has_snapshots
        for what, spec in networks().items():
            networking.NetworkPolicy(
                f"{name}-network-{what}", metadata={**metadata, "name": what}, spec=spec, opts=child
            )
        server = CustomResource(
            name,
            api_version=API,
            kind="Cluster",
            metadata=metadata,
            spec=server_spec(args.server, args.image, args.namespace.name, args.plans, copied=copied),
            # All tenants' data: no edit of a topology and no `destroy` may end it.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace], protect=True, retain_on_delete=True),
        )
        if copied:
            CustomResource(
                f"{name}-backup",
                api_version=API,
                kind="ScheduledBackup",
                metadata=metadata,
                spec=backup_spec(),
                opts=child,
            )
        script = as_psql(platform_steps())
        held = core.ConfigMap(
            f"{name}-sql", metadata={**metadata, "name": "sql-platform"}, data={SCRIPT: script}, opts=child
        )
        self.ready = sql_job(
            f"{name}-job",
            cluster=args.cluster,
            image=args.image,
            metadata={**metadata, "name": "sql-platform"},
            script={"config_map": {"name": "sql-platform"}},
            version=script,
            opts=in_namespace(self, namespace, server, held),
        )
        self.register_outputs({})
