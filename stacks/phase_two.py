"""Phase two: clusters per tier, each with a stack for its platform and one for each shard of its tenants (H1).

The stacks of a cluster know each other by StackReferences: tenants are not put on a cluster whose platform has not been
applied whole, since without its priority classes and admission rules they would be neither started nor contained.
"""

from pathlib import Path

import pulumi

from settings import Catalogue, Cluster, names
from settings.plan_hash import OUTPUT as PLAN
from settings.stack_config import StackConfig
from stacks.inputs import chosen_cluster, kubeconfig_file
from stacks.layers import cluster_provider
from stacks.one_cluster import OneCluster, Recorded
from stacks.references import Reference


def phase_two(config: StackConfig, catalogue: Catalogue, root: Path, recorded: Recorded) -> None:
    """The layer, and of tenants the shard, that the configuration names.

    root: the project's folder, which paths start at.
    Errors: pulumi.RunError before anything is registered, for a cluster that is not in the topology, is lost or is not
    there, for tenants without their platform, and for each tenant that would be lost without an applied off-boarding
    (A7).
    """
    cluster = chosen_cluster(config, catalogue)
    platform = _platform(config, cluster) if config.layer == "tenants" else None
    layers = OneCluster(config, catalogue, cluster, root, recorded)
    kubeconfig = kubeconfig_file(config, cluster, root)
    if platform is not None:
        platform.register()
    layers.register(cluster_provider(config.environment, cluster, kubeconfig, config.context or cluster.context))


def _platform(config: StackConfig, cluster: Cluster) -> Reference | None:
    """The platform that the tenants stand on; None in the preview of one that is not there yet."""
    found = Reference.to(names.platform_stack(config.environment, cluster.name))
    if PLAN in found.outputs:
        return found
    what = f"the platform of cluster {cluster.name!r} has not been applied whole (stack {found.stack})"
    if pulumi.runtime.is_dry_run():
        pulumi.warn(f"{what}: its tenants would be refused now, and can be applied after it")
        return None
    raise pulumi.RunError(f"{what}; apply it first: `pulumi up -s {found.stack}`, or `python -m fleet up` for both")
