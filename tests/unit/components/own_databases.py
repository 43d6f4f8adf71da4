"""The `local` stack with a PostgreSQL server of CloudNativePG's instead of localcloud's, rendered once."""

from dataclasses import replace
from functools import cache

import pulumi

from settings import Catalogue, plan_tenants
from settings.database_server import DatabaseServer
from stacks.layers import cluster_provider, platform_layer, tenants_layer
from tests.unit.authority import AUTHORITY
from tests.unit.components.local_stack import catalogue
from tests.unit.components.recorder import Recording, record

IMAGE = "registry.example/{}@sha256:" + "3" * 64


@cache
def with_own_databases() -> Catalogue:
    """The repository's catalogue, with `databases: cloudnative-pg`."""
    (cluster,) = catalogue().topology.clusters
    images = {"postgresql": IMAGE.format("postgresql"), "pgbouncer": IMAGE.format("pgbouncer")}
    changes = {
        "databases": "cloudnative-pg",
        "database_server": DatabaseServer.model_validate(
            {"volume": "100Gi", "volume_class": "tenantplane-enterprise", "authority": AUTHORITY}
        ),
        "addons": (*cluster.addons, "cloudnative-pg"),
        "images": cluster.images.model_copy(update=images),
    }
    topology = catalogue().topology.model_copy(update={"clusters": (cluster.model_copy(update=changes),)})
    return replace(catalogue(), topology=topology)


@cache
def own_databases() -> Recording:
    """Everything that it registers."""

    def program() -> None:
        made = with_own_databases()
        (cluster,) = made.topology.clusters
        provider = cluster_provider("local", cluster, "kubeconfig", None)
        platform = platform_layer(made, cluster, provider)
        pulumi.export("tenants", tenants_layer(plan_tenants(made), provider, platform))

    made = record(program)
    if made.error is not None:
        raise made.error
    return made
