"""Phase two: clusters per tier, each with a stack for its platform and one for each shard of its tenants; where the
clusters are at AWS, a stack for each region that they stand on, and one for the entrances of the clusters (H1, H2, H3).

Stacks know each other by StackReferences, and refuse to be applied before what they stand on was applied whole: without
the platform's priority classes and admission rules tenants would be neither started nor contained.
"""

from pathlib import Path

import pulumi

from settings import Catalogue, names
from settings.control_plane import identity
from settings.plan_hash import OUTPUT as PLAN
from settings.plan_hash import plan_hash
from settings.stack_config import StackConfig
from stacks.inputs import chosen_cluster, kubeconfig_file
from stacks.layers import cluster_provider
from stacks.made_anew import warn_if_another
from stacks.one_cluster import OneCluster, Recorded
from stacks.recorded_plan import RecordedPlan
from stacks.references import Reference


def phase_two(config: StackConfig, catalogue: Catalogue, root: Path, recorded: Recorded) -> None:
    """The layer, and of tenants the shard, that the configuration names.

    root: the project's folder, which paths start at.
    Errors: pulumi.RunError before anything is registered, for a cluster or a region that is not in the topology, is
    lost or is not there, for what was not applied and is stood on, and for each tenant that would be lost without an
    applied off-boarding (A7).
    """
    if config.is_of_the_cloud:
        _cloud(config, catalogue, root)
        return
    cluster = chosen_cluster(config, catalogue)
    stands_on = {}
    if cluster.provider == "eks":
        stands_on["foundation"] = _applied(
            names.foundation_stack(config.environment, cluster.region), f"the foundation of {cluster.region}"
        )
    if config.layer == "tenants":
        platform = names.platform_stack(config.environment, cluster.name)
        stands_on["platform"] = _applied(platform, f"the platform of cluster {cluster.name!r}")
    layers = OneCluster(config, catalogue, cluster, root, recorded)
    if stands_on.get("foundation", cluster) is None:  # only in a preview, and there is no way to the cluster yet
        return
    kubeconfig = kubeconfig_file(config, cluster, root)
    for each in stands_on.values():
        if each is not None:
            each.register()
    provider = cluster_provider(config.environment, cluster, kubeconfig, config.context or cluster.context)
    on_it, databases = None, {}
    if (foundation := stands_on.get("foundation")) is not None:
        from stacks import cloud_layers  # noqa: PLC0415  AWS's SDK is large, and most clusters are without it

        on_it = identity(foundation.outputs["clusters"][cluster.name])
        warn_if_another(cluster.name, on_it)
        if config.has_platform:
            cloud_layers.karpenter_pools(catalogue, cluster, foundation.outputs, provider)
        if config.has_tenants:
            databases = cloud_layers.tenants(catalogue, cluster, layers.plans, foundation.outputs)
    layers.register(provider, on_it, databases)


def _cloud(config: StackConfig, catalogue: Catalogue, root: Path) -> None:
    """A region's foundation, or the entrances. What is of AWS is imported here alone: its SDK is large."""
    from stacks import foundation  # noqa: PLC0415

    account = catalogue.topology.aws
    regions = [each.name for each in account.regions] if account is not None else []
    if config.layer == "foundation" and config.region not in regions:
        listed = ", ".join(regions) or "none"
        raise pulumi.RunError(
            f"tenantplane:region: {config.region!r} has no network in the topology; allowed: {listed}"
        )
    if not regions:
        raise pulumi.RunError(f"layer {config.layer}: the topology of {config.environment!r} has no clusters at AWS")
    first, environment = regions[0], config.environment
    wanted = [first] if config.layer == "foundation" else sorted({each.region for each in catalogue.topology.clusters})
    needed = (
        {}
        if config.region == first
        else {
            region: _applied(names.foundation_stack(environment, region), f"the foundation of {region}")
            for region in wanted
            if region in regions
        }
    )
    found = [each for each in needed.values() if each is not None]
    if len(found) < len(needed):  # only in a preview
        return
    applied = RecordedPlan()
    for each in found:
        each.register()
    zone = next((each.outputs["zone"] for each in found if "zone" in each.outputs), None)
    provider = foundation.aws_provider(catalogue, str(config.region or first))
    if config.layer == "foundation":
        for key, value in foundation.foundation_layer(catalogue, str(config.region), provider, zone).items():
            pulumi.export(key, value)
    else:
        clusters = {name: made for each in found for name, made in each.outputs["clusters"].items()}
        foundation.entrances_layer(catalogue, provider, str(zone), clusters)
    applied.export(plan_hash(catalogue, config, root))


def _applied(stack: str, what: str) -> Reference | None:
    """A stack that others stand on; None in the preview of one that is not there yet."""
    found = Reference.to(stack)
    if PLAN in found.outputs:
        return found
    told = f"{what} has not been applied whole (stack {found.stack})"
    if pulumi.runtime.is_dry_run():
        pulumi.warn(f"{told}: what stands on it would be refused now, and can be applied after it")
        return None
    raise pulumi.RunError(f"{told}; apply it first: `pulumi up -s {found.stack}`, or `python -m fleet up` for both")
