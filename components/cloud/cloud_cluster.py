"""All that a cluster of the topology is made of at AWS (H1, H2, F2)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.cloud.audit_shipper import AuditShipper, AuditShipperArgs
from components.cloud.aurora_database import AuroraDatabase, AuroraDatabaseArgs
from components.cloud.cloud_region import CloudRegion
from components.cloud.cluster_addons import ClusterAddons, ClusterAddonsArgs
from components.cloud.cluster_controllers import ClusterControllers, ClusterControllersArgs
from components.cloud.load_balancer import LoadBalancer, LoadBalancerArgs
from components.cloud.managed_cluster import ManagedCluster, ManagedClusterArgs
from components.cloud.managed_node_group import ManagedNodeGroup, ManagedNodeGroupArgs
from components.cloud.web_firewall import WebFirewall, WebFirewallArgs
from settings import Cluster, Runtime
from settings.aws import Aurora, EksCluster
from settings.aws.node_pools import maker, pool_problems
from settings.aws.site import Site

PART = "databases"


@dataclass(frozen=True, kw_only=True)
class CloudClusterArgs:
    """Inputs of CloudCluster.

    site: where it is. cluster: its entry in the topology. eks, aurora: what that says of both; no databases where
    aurora is None. region: what it shares with the other clusters there. runtimes: of the catalogue, by id. domain,
    zone_id: of the environment. largest_rate: requests a minute of the tier that may have most.
    """

    site: Site
    cluster: Cluster
    eks: EksCluster
    aurora: Aurora | None
    region: CloudRegion
    runtimes: Mapping[str, Runtime]
    domain: str
    zone_id: pulumi.Input[str]
    largest_rate: int


class CloudCluster(pulumi.ComponentResource):
    """A cluster: control plane, nodes, add-ons, edge, audit and databases (H2, C6, B2, F2, G5).

    Pools of Karpenter are objects in the cluster and come with what is applied there (KarpenterNodePool).
    Creates: ManagedCluster, a ManagedNodeGroup for each pool that is not Karpenter's, ClusterAddons, LoadBalancer,
    WebFirewall, ClusterControllers, AuditShipper, where it has databases AuroraDatabase.
    Outputs: name, endpoint, authority (str), of the control plane; dns_name, zone_id (str), of the load balancer;
    security_group (str), of nodes; profile (str), of Karpenter's nodes; database (dict), `host` and `port` of the
    tenants' databases, empty without.
    Errors: pulumi.RunError with a line for each pool that cannot be made on EKS.
    """

    database: Mapping[str, pulumi.Input[str | int]]

    def __init__(self, name: str, args: CloudClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:CloudCluster", name, {}, opts)
        site, cluster, region = args.site, args.cluster, args.region
        if problems := pool_problems(cluster.node_pools, args.eks):
            raise pulumi.RunError("\n  ".join([f"cluster {cluster.name!r} cannot be made on EKS:", *problems]))
        child = pulumi.ResourceOptions(parent=self)
        made = ManagedCluster(
            name,
            ManagedClusterArgs(
                site=site,
                cluster=cluster.name,
                settings=args.eks,
                network=region.network,
                service_range=cluster.service_ranges[0],
                addons=cluster.addons,
                secrets_key=region.keys["secrets"],
                logs_key=region.keys["logs"],
            ),
            child,
        )
        self.made = made
        groups = self._node_groups(name, args)
        ClusterAddons(
            f"{name}-addons",
            ClusterAddonsArgs(
                site=site,
                cluster=cluster.name,
                made=made,
                versions=args.eks.addons,
                volumes_key=region.keys["volumes"],
                calico=cluster.has_guard_rails,
                nodes=groups,
            ),
            child,
        )
        AuditShipper(
            f"{name}-audit",
            AuditShipperArgs(
                site=site, cluster=cluster.name, made=made, key=region.keys["logs"], ready=region.audit_ready
            ),
            child,
        )
        self._edge(name, args)
        self.database = self._databases(name, args)
        self.security_group = made.security_group
        self.register_outputs(
            {
                "name": made.name,
                "endpoint": made.endpoint,
                "authority": made.authority,
                "dns_name": self.dns_name,
                "zone_id": self.zone_id,
                "security_group": self.security_group,
                "profile": self.profile,
                "database": self.database,
            }
        )

    def _node_groups(self, name: str, args: CloudClusterArgs) -> tuple[ManagedNodeGroup, ...]:
        return tuple(
            ManagedNodeGroup(
                f"{name}-{pool.name}",
                ManagedNodeGroupArgs(
                    pool=pool,
                    runtimes=args.runtimes,
                    site=args.site,
                    cluster=args.cluster.name,
                    settings=args.eks,
                    made=self.made,
                    network=args.region.network,
                    service_range=args.cluster.service_ranges[0],
                    volumes_key=args.region.keys["volumes"],
                ),
                pulumi.ResourceOptions(parent=self),
            )
            for pool in args.cluster.node_pools
            if maker(pool, args.eks) == "managed"
        )

    def _edge(self, name: str, args: CloudClusterArgs) -> None:
        site, cluster, child = args.site, args.cluster.name, pulumi.ResourceOptions(parent=self)
        balancer = LoadBalancer(
            f"{name}-edge",
            LoadBalancerArgs(
                site=site,
                cluster=cluster,
                network=args.region.network,
                nodes=self.made.security_group,
                domain=args.domain,
                zone_id=args.zone_id,
            ),
            child,
        )
        WebFirewall(
            f"{name}-firewall",
            WebFirewallArgs(
                site=site,
                cluster=cluster,
                guarded=balancer.arn,
                largest_rate=args.largest_rate,
                logs_key=args.region.keys["logs"],
            ),
            child,
        )
        controllers = ClusterControllers(
            f"{name}-controllers",
            ClusterControllersArgs(
                site=site,
                cluster=cluster,
                made=self.made,
                target_group=balancer.target_group,
                karpenter=args.eks.karpenter,
            ),
            child,
        )
        self.dns_name, self.zone_id, self.profile = balancer.dns_name, balancer.zone_id, controllers.profile

    def _databases(self, name: str, args: CloudClusterArgs) -> Mapping[str, pulumi.Input[str | int]]:
        if args.aurora is None:
            return {}
        made = AuroraDatabase(
            f"{name}-database",
            AuroraDatabaseArgs(
                site=args.site,
                owner=args.cluster.name,
                settings=args.aurora,
                vpc_id=args.region.network.vpc_id,
                subnets=args.region.network.data,
                clients={"pods": self.made.security_group},
                key=args.region.keys["databases"],
                tags=args.site.tags(PART, args.cluster.name),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        return {"host": made.endpoint, "port": made.port}
