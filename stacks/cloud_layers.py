"""What a cluster at AWS and its tenants have beside the objects in the cluster (B1, C6, F2, F4, G6)."""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from components.cloud.cluster_entrance import cluster_host
from components.cloud.karpenter_node_pool import KarpenterNodePool, KarpenterNodePoolArgs
from components.cloud.tenant_cloud import Reached, Shared, TenantCloud, TenantCloudArgs
from components.data.tenant_database import DatabaseAddress
from settings import Catalogue, Cluster, TenantPlan
from settings.aws.node_pools import maker
from settings.homing import may_be_taken_over
from stacks.foundation import account_of, aws_provider, site_of


def karpenter_pools(
    catalogue: Catalogue, cluster: Cluster, outputs: Mapping[str, Any], provider: pulumi.ProviderResource
) -> None:
    """The pools whose nodes Karpenter makes. outputs: of the region's foundation."""
    if cluster.eks is None:
        return
    made, region = outputs["clusters"][cluster.name], outputs["region"]
    for pool in cluster.node_pools:
        if maker(pool, cluster.eks) != "karpenter":
            continue
        args = KarpenterNodePoolArgs(
            pool=pool,
            runtimes=catalogue.runtimes,
            site=site_of(catalogue, cluster.region),
            cluster=cluster.name,
            settings=cluster.eks,
            profile=made["profile"],
            security_group=made["security_group"],
            subnets=tuple(region["private"]),
            volumes_key=region["keys"]["volumes"],
        )
        KarpenterNodePool(f"karpenter-{pool.name}", args, pulumi.ResourceOptions(providers=[provider]))


def tenants(
    catalogue: Catalogue, cluster: Cluster, plans: Iterable[TenantPlan], outputs: Mapping[str, Any]
) -> dict[str, DatabaseAddress]:
    """What each tenant has at AWS. Returns where its databases are, by id. outputs: of the region's foundation."""
    region = outputs["region"]
    shared = Shared(
        vpc_id=region["vpc"],
        subnets=region["data"],
        nodes=outputs["clusters"][cluster.name]["security_group"],
        key=region["keys"]["objects"],
        zone_id=outputs["zone"],
    )
    made = outputs["clusters"][cluster.name]
    balancer = Reached(name=made["dns_name"], zone_id=made["dns_zone"])
    entrance = Reached(name=cluster_host(cluster.name, catalogue.topology.domain), zone_id=outputs["zone"])
    options = pulumi.ResourceOptions(providers=[aws_provider(catalogue, cluster.region)])
    common = outputs["clusters"][cluster.name]["database"]
    databases: dict[str, DatabaseAddress] = {}
    for plan in plans:
        args = TenantCloudArgs(
            site=site_of(catalogue, cluster.region),
            plan=plan,
            rotation=catalogue.topology.key_rotation,
            aurora=cluster.aurora,
            shared=shared,
            reached=entrance if may_be_taken_over(plan.tenant, cluster, catalogue.topology) else balancer,
            mails=account_of(catalogue).budget.mails,
        )
        where: Mapping[str, Any] = TenantCloud(f"{plan.tenant.id}-cloud", args, options).database or common
        if where:
            databases[plan.tenant.id] = DatabaseAddress(host=where["host"], port=where["port"])
    return databases
