"""Which local clusters an environment has, from the catalogue (C6, H1)."""

from collections.abc import Mapping
from pathlib import Path

from localcloud.errors import LocalcloudError
from localcloud.nodes.generate import PoolLike
from localcloud.paths import checkout
from settings import CatalogueError, Cluster, load_catalogue


def local_clusters(environment: str, catalogue: Path | None = None) -> Mapping[str, tuple[PoolLike, ...]]:
    """Node pools of each cluster of provider localcloud in the environment's topology, by the cluster's name.

    catalogue: default `catalog` in the checkout.
    Raises LocalcloudError with every mistake when the catalogue is wrong.
    """
    return {cluster.name: tuple(cluster.node_pools) for cluster in _local(environment, catalogue)}


def local_addons(environment: str, catalogue: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """Add-ons of each of these clusters, by the cluster's name. Raises as `local_clusters` does."""
    return {cluster.name: tuple(cluster.addons) for cluster in _local(environment, catalogue)}


def _local(environment: str, catalogue: Path | None) -> tuple[Cluster, ...]:
    try:
        topology = load_catalogue(catalogue or checkout() / "catalog", environment).topology
    except CatalogueError as error:
        problems = "\n".join(f"  {problem}" for problem in error.problems)
        raise LocalcloudError(f"the catalogue is wrong, so nothing was started:\n{problems}") from error
    return tuple(cluster for cluster in topology.clusters if cluster.provider == "localcloud")
