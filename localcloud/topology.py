"""Which local clusters an environment has, from the catalogue."""

from localcloud.nodes import Pool
from localcloud.nodes.generate import PoolLike


def local_clusters(environment: str) -> dict[str, tuple[PoolLike, ...]]:
    """Node pools of each cluster of provider localcloud in the environment's topology."""
    return {environment: (Pool("system", 2), Pool("cpu", 4))}
