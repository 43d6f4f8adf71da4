"""Phase one: one cluster, a namespace per tenant (H1)."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pulumi

from settings import Catalogue, CatalogueError, Cluster, load_catalogue, plan_tenants
from settings.dates import today
from settings.plan_hash import plan_hash
from settings.stack_config import StackConfig, kubeconfig_path
from stacks.field_manager import own_fields
from stacks.layers import Platform, cluster_provider, platform_layer, tenants_layer
from stacks.recorded_plan import RecordedPlan
from stacks.removal_guard import OUTPUT, recorded_tenants, unapproved_removals


def phase_one(config: StackConfig, root: Path) -> None:
    """Everything, or the layer and shard that the configuration names, of one cluster.

    root: the project's folder, which paths start at.
    Errors: pulumi.RunError before anything is registered, with a line for each mistake of the catalogue, for a cluster
    that is not there, and for each tenant that would be lost without an applied off-boarding (A7).
    """
    if config.has_tenants:
        # Exported first: however the program ends, the record of who is here stays, and with it the guard.
        recorded = recorded_tenants()
        pulumi.export(OUTPUT, recorded)
    catalogue = _catalogue(config, root)
    cluster = _cluster(config, catalogue)
    plans = plan_tenants(catalogue, cluster.name, config.shard) if config.has_tenants else ()
    if config.has_tenants and (lost := unapproved_removals(recorded, plans)):
        raise pulumi.RunError("a tenant may not be removed (A7):\n  " + "\n  ".join(lost))

    pulumi.runtime.register_stack_transformation(own_fields)
    applied = RecordedPlan()
    provider = cluster_provider(
        config.environment, cluster, _kubeconfig(config, cluster, root), config.context or cluster.context
    )
    platform = platform_layer(catalogue, cluster, provider) if config.has_platform else Platform()
    if config.has_tenants:
        pulumi.export(OUTPUT, tenants_layer(plans, provider, platform))
    applied.export(plan_hash(catalogue, config, root))


def _catalogue(config: StackConfig, root: Path) -> Catalogue:
    try:
        day = today(os.environ, datetime.now(UTC))
    except ValueError as error:
        raise pulumi.RunError(str(error)) from None
    try:
        return load_catalogue(root / config.catalog, config.environment, day)
    except CatalogueError as error:
        count = len(error.problems)
        head = f"the catalogue {config.catalog!r} has {count} mistake{'s' if count > 1 else ''}; nothing was changed:"
        raise pulumi.RunError("\n  ".join([head, *map(str, error.problems)])) from None


def _cluster(config: StackConfig, catalogue: Catalogue) -> Cluster:
    clusters = {each.name: each for each in catalogue.topology.clusters}
    listed = ", ".join(sorted(clusters))
    if config.cluster is None:
        if len(clusters) > 1:
            raise pulumi.RunError(f"tenantplane:cluster: is not set; allowed: {listed}")
        cluster = next(iter(clusters.values()))
    elif config.cluster in clusters:
        cluster = clusters[config.cluster]
    else:
        raise pulumi.RunError(f"tenantplane:cluster: {config.cluster!r} is not in the topology; allowed: {listed}")
    if config.shard is not None and config.shard >= cluster.shards:
        raise pulumi.RunError(f"tenantplane:shard: {config.shard} is not a shard; allowed: 0 to {cluster.shards - 1}")
    return cluster


def _kubeconfig(config: StackConfig, cluster: Cluster, root: Path) -> str:
    path = kubeconfig_path(cluster, config, os.environ, root)
    if not path.is_file():
        start = (
            f"; start it with `python -m localcloud start {cluster.name}`" if cluster.provider == "localcloud" else ""
        )
        raise pulumi.RunError(f"cluster {cluster.name!r} has no kubeconfig at {path}{start}")
    # Relative where it can be, so that a moved checkout is no change of the provider.
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
