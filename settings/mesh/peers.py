"""Which clusters a cluster is joined with (E3, H3)."""

from settings.cluster import Cluster
from settings.topology import Topology


def peers_of(cluster: Cluster, topology: Topology) -> tuple[Cluster, ...]:
    """The other clusters of its mesh, without those that are lost. The topology's file has been held to a mesh having
    clusters of one set of tiers alone."""
    if cluster.mesh is None:
        return ()
    return tuple(
        each
        for each in topology.clusters
        if each.mesh is not None and each.mesh.name == cluster.mesh.name and each.name != cluster.name and not each.lost
    )
