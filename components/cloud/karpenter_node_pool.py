"""A pool whose nodes Karpenter makes (C6)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.compute.node_pool import NodePool, NodePoolArgs
from components.objects import platform_metadata
from settings.aws import EksCluster
from settings.aws.karpenter import NODE_CLASS_API, NODE_POOL_API, node_class_spec, node_pool_spec
from settings.aws.node_pools import zone_indexes
from settings.aws.policies import CLUSTER_TAG
from settings.aws.site import Site

PART = "node-pools"


@dataclass(frozen=True, kw_only=True)
class KarpenterNodePoolArgs(NodePoolArgs):
    """Inputs of KarpenterNodePool.

    site, cluster: which cluster, by its name in the topology. settings: what the topology says of it. profile: name of
    the nodes' instance profile. security_group, subnets: ids, of the cluster and of its region's private subnets by
    zone. volumes_key: ARN of the key of disks. tags: of instances and disks.
    """

    site: Site
    cluster: str
    settings: EksCluster
    profile: pulumi.Input[str]
    security_group: pulumi.Input[str]
    subnets: tuple[pulumi.Input[str], ...]
    volumes_key: pulumi.Input[str]


class KarpenterNodePool(NodePool):
    """A NodePool of Karpenter: what comes with its pods and goes with them, and a tenant's own nodes (C6, A6).

    Creates: EC2NodeClass and NodePool of the pool's name. Nodes have the same image, user data, metadata and disk as
    those of a managed node group. A tenant's own carry its label under node-restriction.kubernetes.io, which Karpenter
    sets and no node itself can.
    Outputs: those of every NodePool.
    """

    TYPE = "tenantplane:cloud:KarpenterNodePool"

    def __init__(self, name: str, args: KarpenterNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        pool, site = args.pool, args.site
        child = pulumi.ResourceOptions(parent=self)
        metadata = platform_metadata(pool.name, PART)
        tags = {**site.tags(PART, args.cluster), CLUSTER_TAG: args.cluster, "tenantplane:pool": pool.name}
        given = {
            "profile": args.profile,
            "subnets": [args.subnets[index] for index in zone_indexes(pool, site.region)],
            "security_group": args.security_group,
            "key": args.volumes_key,
            "tags": {**tags, "cluster.k8s.amazonaws.com/name": site.cluster_name(args.cluster)},
        }
        node_class = CustomResource(
            f"{name}-class",
            api_version=NODE_CLASS_API,
            kind="EC2NodeClass",
            metadata=metadata,
            spec=pulumi.Output.from_input(given).apply(
                lambda known: node_class_spec(pool, args.runtimes.values(), args.settings, known)
            ),
            opts=child,
        )
        CustomResource(
            name,
            api_version=NODE_POOL_API,
            kind="NodePool",
            metadata=metadata,
            spec=node_pool_spec(pool, site),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[node_class]),
        )
        self.made()
