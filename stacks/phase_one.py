"""Phase one: one cluster, a namespace per tenant (H1)."""

from pathlib import Path

from settings import Catalogue
from settings.stack_config import StackConfig
from stacks.inputs import chosen_cluster, kubeconfig_file
from stacks.layers import cluster_provider
from stacks.one_cluster import OneCluster, Recorded


def phase_one(config: StackConfig, catalogue: Catalogue, root: Path, recorded: Recorded) -> None:
    """Everything, or the layer and shard that the configuration names, of one cluster that is there already.

    root: the project's folder, which paths start at.
    Errors: pulumi.RunError before anything is registered, for a cluster that is not there, and for each tenant that
    would be lost without an applied off-boarding (A7).
    """
    cluster = chosen_cluster(config, catalogue)
    layers = OneCluster(config, catalogue, cluster, root, recorded)
    kubeconfig = kubeconfig_file(config, cluster, root)
    layers.register(cluster_provider(config.environment, cluster, kubeconfig, config.context or cluster.context))
