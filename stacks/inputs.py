"""What a program reads before it registers anything: the catalogue, its cluster, the way to it (A1)."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pulumi

from settings import Catalogue, CatalogueError, Cluster, load_catalogue
from settings.dates import today
from settings.stack_config import StackConfig, kubeconfig_path, missing


def read_catalogue(config: StackConfig, root: Path) -> Catalogue:
    """The catalogue of the stack's environment. Errors: pulumi.RunError with a line for each mistake."""
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


def chosen_cluster(config: StackConfig, catalogue: Catalogue) -> Cluster:
    """The cluster that the stack is of. Errors: pulumi.RunError for one, or a shard, that the topology does not have,
    and for a cluster that is lost."""
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
    if cluster.lost:
        raise pulumi.RunError(
            f"cluster {cluster.name!r} is lost, says its topology, so nothing is applied to it; allowed: another "
            "cluster, or `lost` taken away once it is back"
        )
    return cluster


def kubeconfig_file(config: StackConfig, cluster: Cluster, root: Path) -> str:
    """The kubeconfig file of a cluster that has one before the stack. Errors: pulumi.RunError when it is not there."""
    path = kubeconfig_path(cluster, config, os.environ, root)
    if not path.is_file():
        raise pulumi.RunError(f"cluster {cluster.name!r} has no kubeconfig at {path}{missing(cluster, config)}")
    # Relative where it can be, so that a moved checkout is no change of the provider.
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
