"""Which local clusters an environment has, from the catalogue (C6, H1)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localcloud.errors import LocalcloudError
from localcloud.nodes.generate import PoolLike
from localcloud.paths import checkout
from settings import CatalogueError, Topology, load_catalogue, names
from settings.dates import today


@dataclass(frozen=True)
class LocalCluster:
    """What a cluster of provider localcloud is started with: its node pools and its add-ons."""

    pools: tuple[PoolLike, ...]
    addons: tuple[str, ...]
    databases: bool = False
    """Whether a PostgreSQL server runs beside it (F1)."""


def local_clusters(environment: str, catalogue: Path | None = None) -> Mapping[str, LocalCluster]:
    """Each cluster of provider localcloud in the environment's topology, by its name.

    catalogue: default `catalog` in the checkout.
    Raises LocalcloudError with every mistake when the catalogue is wrong.
    """
    topology = _topology(environment, catalogue)
    return {
        cluster.name: LocalCluster(
            tuple(cluster.node_pools), tuple(cluster.addons), databases=cluster.databases == "local"
        )
        for cluster in topology.clusters
        if cluster.provider == "localcloud"
    }


@dataclass(frozen=True)
class AtAws:
    """What an environment has at AWS. clusters: their names there. here: whether that is the AWS of this machine."""

    clusters: tuple[str, ...]
    here: bool


def at_aws(environment: str, catalogue: Path | None = None) -> AtAws | None:
    """What the stacks of an environment make at AWS; None for one that has nothing there. Raises as local_clusters
    does."""
    topology = _topology(environment, catalogue)
    if topology.aws is None:
        return None
    made = (names.cloud(environment, each.name) for each in topology.clusters if each.provider == "eks")
    return AtAws(tuple(made), topology.aws.is_local)


def _topology(environment: str, catalogue: Path | None) -> Topology:
    folder = catalogue or checkout() / "catalog"
    try:
        return load_catalogue(folder, environment, today(os.environ, datetime.now(UTC))).topology
    except CatalogueError as error:
        problems = "\n".join(f"  {problem}" for problem in error.problems)
        raise LocalcloudError(f"the catalogue is wrong, so nothing was started:\n{problems}") from error
