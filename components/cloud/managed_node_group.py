"""A pool whose nodes EKS makes (C2, C6, C7, H2)."""

import base64
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, eks

from components.cloud.managed_cluster import ManagedCluster
from components.cloud.network import Network
from components.compute.node_pool import NodePool, NodePoolArgs
from settings.aws import EksCluster
from settings.aws.node_pools import (
    EFFECTS,
    autoscaler_tags,
    disk_gib,
    group_name,
    runtimes_on,
    wants_nesting,
    zone_indexes,
)
from settings.aws.policies import CLUSTER_TAG
from settings.aws.site import Site
from settings.nodeconfig import NodeCluster, al2023, registered_labels

PART = "node-pools"
DISK = "/dev/xvda"


@dataclass(frozen=True, kw_only=True)
class ManagedNodeGroupArgs(NodePoolArgs):
    """Inputs of ManagedNodeGroup.

    site, cluster: which cluster, by its name in the topology. settings: what the topology says of it. made: its control
    plane. network: of its region. service_range: of its Services. volumes_key: ARN of the key of disks. after: what
    nodes need before they come.
    """

    site: Site
    cluster: str
    settings: EksCluster
    made: ManagedCluster
    network: Network
    service_range: str
    volumes_key: pulumi.Input[str]
    after: tuple[pulumi.Resource, ...] = ()


class ManagedNodeGroup(NodePool):
    """A managed node group for a pool: what keeps its least nodes, and what divides GPUs (C6, C7, H2).

    Creates: LaunchTemplate (the topology's image; user data of settings.nodeconfig with containerd, kubelet and
    runtimes; metadata by IMDSv2 and no hop further, so that no pod reaches it; encrypted disk; tags on instance, disk
    and interface), NodeGroup of one instance type in the pool's zones. How many nodes there are is the autoscaler's
    after the start. A change of machine or zones makes a new group before the old one ends; a change of image or user
    data rolls the nodes.
    Outputs: those of every NodePool.
    """

    TYPE = "tenantplane:cloud:ManagedNodeGroup"

    def __init__(self, name: str, args: ManagedNodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        pool, site = args.pool, args.site
        image = (args.settings.images.gpu if pool.gpu else None) or args.settings.images.standard
        template = self._template(name, args, image)
        eks.NodeGroup(
            name,
            cluster_name=args.made.name,
            node_group_name=group_name(pool, site.region, "gpu" if pool.gpu else "cpu"),
            node_role_arn=args.made.node_role_arn,
            subnet_ids=[args.network.private[index] for index in zone_indexes(pool, site.region)],
            ami_type="CUSTOM",
            capacity_type="SPOT" if pool.lifecycle == "spot" else "ON_DEMAND",
            instance_types=[pool.instance_type or ""],
            launch_template={"id": template.id, "version": template.latest_version.apply(str)},
            labels=registered_labels(pool),
            taints=[
                {"key": each.key, "value": each.value, "effect": EFFECTS[each.effect]} for each in pool.node_taints()
            ],
            scaling_config={"min_size": pool.min_nodes, "max_size": pool.max_nodes, "desired_size": pool.nodes},
            update_config={"max_unavailable_percentage": 33},
            node_repair_config={"enabled": True},
            tags={**args.made.tags, **autoscaler_tags(pool), "tenantplane:pool": pool.name},
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[args.made.ready, *args.after],
                ignore_changes=["scalingConfig.desiredSize"],
            ),
        )
        self.made()

    def _template(self, name: str, args: ManagedNodeGroupArgs, image: str) -> ec2.LaunchTemplate:
        pool, site = args.pool, args.site
        runtimes = tuple(args.runtimes.values())
        tags = {**args.made.tags, CLUSTER_TAG: args.cluster, "tenantplane:pool": pool.name}
        on_interface = {**tags, "cluster.k8s.amazonaws.com/name": args.made.name}
        kinds = {"instance": tags, "volume": tags, "network-interface": on_interface}

        def user_data(told: list[str]) -> str:
            joined = NodeCluster(
                name=args.made.name, endpoint=told[0], authority=told[1], service_cidr=args.service_range
            )
            text = al2023(pool, runtimes_on(pool, runtimes, args.settings), joined, args.settings.downloads())
            return base64.b64encode(text.encode()).decode()

        nested: dict[str, Any] = {}
        if wants_nesting(pool, runtimes, args.settings):
            nested = {"cpu_options": {"nested_virtualization": "enabled"}}
        return ec2.LaunchTemplate(
            name,
            name=site.name(args.cluster, pool.name),
            description=f"Nodes of pool {pool.name}",
            image_id=image,
            user_data=pulumi.Output.all(args.made.endpoint, args.made.authority).apply(user_data),
            vpc_security_group_ids=[args.made.security_group],
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
                "instance_metadata_tags": "disabled",
            },
            block_device_mappings=[
                {
                    "device_name": DISK,
                    "ebs": {
                        "volume_size": disk_gib(pool),
                        "volume_type": "gp3",
                        "encrypted": "true",
                        "kms_key_id": args.volumes_key,
                        "delete_on_termination": "true",
                    },
                }
            ],
            tag_specifications=[{"resource_type": kind, "tags": said} for kind, said in kinds.items()],
            update_default_version=True,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
            **nested,
        )
