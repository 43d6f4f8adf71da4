"""Where a cluster's tenants are reached, and who is asked in its place when it is lost (H3)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from settings.aws.site import Site


@dataclass(frozen=True, kw_only=True)
class EntranceTarget:
    """A cluster that an entrance leads to. dns_name, zone_id: of its load balancer. health_check: id of its
    HealthCheck. weight: 0 to 255; its part of all weights is its part of the requests, and 0 is none for as long as one
    of those with more is healthy."""

    dns_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    health_check: pulumi.Input[str]
    weight: int


@dataclass(frozen=True, kw_only=True)
class ClusterEntranceArgs:
    """Inputs of ClusterEntrance.

    site: of the environment. cluster, domain: of the topology. zone_id: of the domain's zone. targets: by cluster: the
    cluster itself, and those that stand by for it.
    """

    site: Site
    cluster: str
    domain: str
    zone_id: pulumi.Input[str]
    targets: Mapping[str, EntranceTarget]


class ClusterEntrance(pulumi.ComponentResource):
    """The name that all tenants of a cluster point to: one edit of a weight moves them all, and none of their names
    (H3).

    Creates: weighted Record `<cluster>.clusters.<domain>` for the cluster and for each that stands by for it. A
    stand-by has weight 0: Route 53 gives its address while no other target is healthy (Route 53 Developer Guide,
    "Weighted records and health checks"). A cluster whose gateway has no healthy pod is left out as well.
    Outputs: host (str).
    """

    host: str

    def __init__(self, name: str, args: ClusterEntranceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:ClusterEntrance", name, {}, opts)
        self.host = cluster_host(args.cluster, args.domain)
        for cluster, target in args.targets.items():
            route53.Record(
                f"{name}-{cluster}",
                zone_id=args.zone_id,
                name=self.host,
                type="A",
                set_identifier=cluster,
                weighted_routing_policies=[{"weight": target.weight}],
                health_check_id=target.health_check,
                aliases=[{"name": target.dns_name, "zone_id": target.zone_id, "evaluate_target_health": True}],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"host": self.host})


def cluster_host(cluster: str, domain: str) -> str:
    """Name of a cluster's entrance, one label deeper than any tenant's host."""
    return f"{cluster}.clusters.{domain}"
