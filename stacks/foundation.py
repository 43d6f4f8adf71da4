"""What clusters at AWS stand on: names, networks, keys, control planes, database servers (H1, H2, F2).

A stack for each region, and one for the entrances of the clusters, which lead to others of several regions
as well.
"""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.cloud.cloud_cluster import CloudCluster, CloudClusterArgs
from components.cloud.cloud_region import CloudRegion, CloudRegionArgs
from components.cloud.cluster_entrance import ClusterEntrance, ClusterEntranceArgs, EntranceTarget
from components.cloud.cluster_health import ClusterHealth, ClusterHealthArgs
from components.cloud.cost_budget import CostBudget, CostBudgetArgs
from components.cloud.dns_zone import DnsZone, DnsZoneArgs
from settings import Catalogue, Cluster
from settings.aws import AwsAccount
from settings.aws.site import Site

ALL, NONE = 100, 0
"""Weights of a cluster that serves its tenants, and of one that stands by for it."""


def site_of(catalogue: Catalogue, region: str) -> Site:
    """An environment's part in a region. Errors: KeyError for one without a network."""
    account = account_of(catalogue)
    return Site(environment=catalogue.environment, account=account.account, region=account.region(region))


def account_of(catalogue: Catalogue) -> AwsAccount:
    """The environment's account, which one with clusters at AWS has."""
    if catalogue.topology.aws is None:
        raise KeyError("aws")
    return catalogue.topology.aws


def aws_provider(catalogue: Catalogue, region: str) -> aws.Provider:
    """The engine's way to a region. It refuses any other account than the topology's."""
    return aws.Provider(region, region=region, allowed_account_ids=[account_of(catalogue).account])


def foundation_layer(
    catalogue: Catalogue, region: str, provider: aws.Provider, zone_id: pulumi.Input[str] | None
) -> dict[str, Any]:
    """What a region's clusters share, and those clusters; the outputs that other stacks take from it.

    zone_id: of the environment's names; made here, with the account's budget, when None.
    """
    options = pulumi.ResourceOptions(providers=[provider])
    site, topology = site_of(catalogue, region), catalogue.topology
    first = zone_id is None
    if zone_id is None:
        zone_id = _account(catalogue, site, options)
    shared = CloudRegion(region, CloudRegionArgs(site=site, rotation=topology.key_rotation, first=first), options)
    made = {
        cluster.name: CloudCluster(
            cluster.name,
            CloudClusterArgs(
                site=site,
                cluster=cluster,
                eks=cluster.eks,
                aurora=cluster.aurora,
                region=shared,
                runtimes=catalogue.runtimes,
                domain=topology.domain,
                zone_id=zone_id,
                largest_rate=max(catalogue.tiers[tier].requests_per_minute for tier in cluster.tiers),
            ),
            options,
        )
        for cluster in topology.clusters
        if cluster.eks is not None and cluster.region == region
    }
    return {
        "zone": zone_id,
        "region": {
            "vpc": shared.network.vpc_id,
            "private": shared.network.private,
            "data": shared.network.data,
            "keys": dict(shared.keys),
        },
        "clusters": {
            name: {
                "endpoint": each.made.endpoint,
                "authority": each.made.authority,
                "dns_name": each.dns_name,
                "dns_zone": each.zone_id,
                "security_group": each.security_group,
                "profile": each.profile,
                "database": each.database,
            }
            for name, each in made.items()
        },
    }


def entrances_layer(
    catalogue: Catalogue, provider: aws.Provider, zone_id: pulumi.Input[str], clusters: Mapping[str, Mapping[str, Any]]
) -> None:
    """A name for each cluster that leads to it, and to those that stand by for it while it is lost (H3).

    clusters: outputs of the foundations, by cluster.
    """
    topology, options = catalogue.topology, pulumi.ResourceOptions(providers=[provider])
    site = site_of(catalogue, account_of(catalogue).regions[0].name)
    checks = {
        name: ClusterHealth(
            name, ClusterHealthArgs(site=site, cluster=name, dns_name=made["dns_name"]), options
        ).check_id
        for name, made in clusters.items()
    }
    for cluster in topology.clusters:
        if cluster.name not in clusters:
            continue
        targets = {
            each.name: EntranceTarget(
                dns_name=clusters[each.name]["dns_name"],
                zone_id=clusters[each.name]["dns_zone"],
                health_check=checks[each.name],
                weight=weight(each, cluster),
            )
            for each in topology.clusters
            if each.name in clusters and (each is cluster or cluster.name in each.stands_by_for)
        }
        args = ClusterEntranceArgs(
            site=site, cluster=cluster.name, domain=topology.domain, zone_id=zone_id, targets=targets
        )
        ClusterEntrance(cluster.name, args, options)


def weight(target: Cluster, cluster: Cluster) -> int:
    """A target's part of the requests for a cluster's tenants: all of them are the cluster's own, while it is there;
    none are a lost one's."""
    if target.lost:
        return NONE
    return ALL if target is cluster or cluster.lost else NONE


def _account(catalogue: Catalogue, site: Site, options: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """What the account has once: the zone of its names, which is returned, and a budget for all of it (G6)."""
    budget = account_of(catalogue).budget
    CostBudget(
        "account",
        CostBudgetArgs(
            budget=site.name("account"),
            monthly_usd=budget.monthly_usd,
            percent=budget.percent,
            mails=budget.mails,
            tags=site.tags("budget"),
        ),
        options,
    )
    return DnsZone("names", DnsZoneArgs(site=site, domain=catalogue.topology.domain), options).zone_id
