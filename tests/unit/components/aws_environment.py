"""A phase-two environment on AWS, small and whole: two regions, a cluster in the first, three kinds of tenant."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.cloud.cloud_cluster import CloudCluster, CloudClusterArgs
from components.cloud.cloud_region import CloudRegion, CloudRegionArgs
from components.cloud.cluster_entrance import ClusterEntrance, ClusterEntranceArgs, EntranceTarget
from components.cloud.cluster_health import ClusterHealth, ClusterHealthArgs
from components.cloud.cost_budget import CostBudget, CostBudgetArgs
from components.cloud.dns_zone import DnsZone, DnsZoneArgs
from components.cloud.karpenter_node_pool import KarpenterNodePool, KarpenterNodePoolArgs
from components.cloud.tenant_cloud import Reached, Shared, TenantCloud, TenantCloudArgs
from settings import Catalogue, Cluster, TenantPlan, plan_tenants
from settings.aws import Aurora, AwsAccount, EksCluster
from settings.aws.node_pools import maker
from settings.aws.site import Site
from settings.volume import KeyRotation
from tests.unit.components.local_stack import catalogue
from tests.unit.components.recorder import Recording, record
from tests.unit.settings.test_aws import ACCOUNT, AURORA, EKS

ENVIRONMENT = "local"
DOMAIN = "tenants.localhost"
TENANTS = ("hedgehog-cli", "gearbox-labs", "acme-robotics")
"""One in the shared bucket, one with a bucket and a key, one with a database of its own as well."""
LARGEST_RATE = 20_000
RUNNER = "sg-0a1b2c3d4e5f60718"
ADMINISTERED_FROM = ("10.64.12.0/24", RUNNER, "10.64.13.0/24")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What is made. Every field can be replaced by a test. nat: of the first region."""

    account: AwsAccount
    eks: EksCluster
    aurora: Aurora
    cluster: Cluster
    tenants: tuple[str, ...] = TENANTS
    catalogue: Catalogue

    def site(self, region: str) -> Site:
        return Site(environment=ENVIRONMENT, account=self.account.account, region=self.account.region(region))

    def plans(self) -> tuple[TenantPlan, ...]:
        return tuple(each for each in plan_tenants(self.catalogue) if each.tenant.id in self.tenants)


def environment(**changes: Any) -> Environment:
    """The environment, with fields replaced."""
    local = moved(catalogue(), "gearbox-labs", "eu-central-1")
    made = Environment(
        account=AwsAccount.model_validate(ACCOUNT),
        eks=EksCluster.model_validate(
            {
                **EKS,
                "images": {"standard": "ami-0a1b2c3d4e5f60718", "gpu": "ami-0a1b2c3d4e5f60719"},
                "karpenter": True,
                "karpenter_pools": ("general", "gpu-a100-whole"),
            }
        ),
        aurora=Aurora.model_validate({**AURORA, "own_for": ("enterprise",), "administered_from": ADMINISTERED_FROM}),
        cluster=local.topology.clusters[0],
        catalogue=local,
    )
    return replace(made, **changes)


def moved(local: Catalogue, tenant: str, region: str) -> Catalogue:
    """The catalogue with a tenant that lives elsewhere: the local cluster plays all regions, one of AWS does not."""
    there = {"region": region, "residency": (region,)}
    tenants = tuple(each.model_copy(update=there) if each.id == tenant else each for each in local.tenants)
    return replace(local, tenants=tenants)


def real(region: str, wanted: Environment) -> aws.Provider:
    """A provider of a region, for this account and no other."""
    return aws.Provider(region, region=region, allowed_account_ids=[wanted.account.account])


def program(wanted: Environment) -> None:
    """The stack: what a region has, what a cluster has, what its tenants have."""
    names: dict[str, DnsZone] = {}
    regions: dict[str, CloudRegion] = {}
    providers: dict[str, pulumi.ResourceOptions] = {}
    for region in wanted.account.regions:
        site = wanted.site(region.name)
        opts = pulumi.ResourceOptions(providers={"aws": real(region.name, wanted)})
        providers[region.name] = opts
        if not names:
            names["zone"] = DnsZone("names", DnsZoneArgs(site=site, domain=DOMAIN), opts)
            budget = wanted.account.budget
            CostBudget(
                "account",
                CostBudgetArgs(
                    budget=site.name("account"),
                    monthly_usd=budget.monthly_usd,
                    percent=budget.percent,
                    mails=budget.mails,
                ),
                opts,
            )
        regions[region.name] = CloudRegion(
            region.name, CloudRegionArgs(site=site, rotation=KeyRotation(), first=not regions), opts
        )
    where = wanted.cluster.region
    made = cluster_of(wanted, regions[where], names["zone"], providers[where])
    karpenter_pools(wanted, regions[where], made)


def cluster_of(wanted: Environment, region: CloudRegion, zone: DnsZone, opts: pulumi.ResourceOptions) -> CloudCluster:
    """The cluster, the names of its tiers, and its tenants."""
    site, cluster = wanted.site(wanted.cluster.region), wanted.cluster
    made = CloudCluster(
        cluster.name,
        CloudClusterArgs(
            site=site,
            cluster=cluster,
            eks=wanted.eks,
            aurora=wanted.aurora,
            region=region,
            runtimes=wanted.catalogue.runtimes,
            domain=DOMAIN,
            zone_id=zone.zone_id,
            largest_rate=LARGEST_RATE,
        ),
        opts,
    )
    health = ClusterHealth(
        cluster.name, ClusterHealthArgs(site=site, cluster=cluster.name, dns_name=made.dns_name), opts
    )
    target = EntranceTarget(dns_name=made.dns_name, zone_id=made.zone_id, health_check=health.check_id, weight=100)
    entrance = ClusterEntrance(
        cluster.name,
        ClusterEntranceArgs(
            site=site, cluster=cluster.name, domain=DOMAIN, zone_id=zone.zone_id, targets={cluster.name: target}
        ),
        opts,
    )
    shared = Shared(
        vpc_id=region.network.vpc_id,
        subnets=region.network.data,
        nodes=made.security_group,
        key=region.keys["objects"],
        zone_id=zone.zone_id,
        after=(made.made.ready, entrance),
    )
    for plan in wanted.plans():
        TenantCloud(
            plan.tenant.id,
            TenantCloudArgs(
                site=site,
                plan=plan,
                rotation=KeyRotation(),
                aurora=wanted.aurora,
                shared=shared,
                reached=Reached(name=entrance.host, zone_id=zone.zone_id),
                mails=wanted.account.budget.mails,
            ),
            opts,
        )
    return made


def karpenter_pools(wanted: Environment, region: CloudRegion, made: CloudCluster) -> None:
    """Pools whose objects are in the cluster."""
    inside = kubernetes.Provider("inside", kubeconfig="kubeconfig")
    for pool in wanted.cluster.node_pools:
        if maker(pool, wanted.eks) == "karpenter":
            KarpenterNodePool(
                f"karpenter-{pool.name}",
                KarpenterNodePoolArgs(
                    pool=pool,
                    runtimes=wanted.catalogue.runtimes,
                    site=wanted.site(wanted.cluster.region),
                    cluster=wanted.cluster.name,
                    settings=wanted.eks,
                    profile=made.profile,
                    security_group=made.security_group,
                    subnets=tuple(region.network.private),
                    volumes_key=region.keys["volumes"],
                ),
                pulumi.ResourceOptions(providers={"kubernetes": inside}),
            )


def rendered(wanted: Environment) -> Recording:
    """Everything that the environment registers. Raises what its program ended with."""
    made = record(lambda: program(wanted))
    if made.error is not None:
        raise made.error
    return made


@cache
def aws_stack() -> Recording:
    """The environment as it is, rendered once."""
    return rendered(environment())
