"""Which clusters a tier is reached at, and which one takes over (H3)."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.cloud.load_balancer import ALIVE
from settings.aws.site import Site

PART = "names"


@dataclass(frozen=True, kw_only=True)
class EntranceTarget:
    """A cluster that serves a tier. dns_name, zone_id: of its load balancer. weight: 0 to 255; its part of all weights
    is its part of the requests, and 0 is none."""

    dns_name: pulumi.Input[str]
    zone_id: pulumi.Input[str]
    weight: int


@dataclass(frozen=True, kw_only=True)
class TierEntranceArgs:
    """Inputs of TierEntrance.

    site: of the environment. tier, domain: of the topology. zone_id: of the domain's zone. targets: by cluster.
    """

    site: Site
    tier: str
    domain: str
    zone_id: pulumi.Input[str]
    targets: Mapping[str, EntranceTarget]


class TierEntrance(pulumi.ComponentResource):
    """The name that all tenants of a tier point to: one edit of a weight moves them all, and none of their names (H3).

    Creates: for each cluster HealthCheck of its load balancer (every 10 s, from outside; three misses take it out) and
    weighted Record `<tier>.tiers.<domain>`. A cluster whose gateway has no healthy pod is left out as well.
    Outputs: host (str).
    """

    host: str

    def __init__(self, name: str, args: TierEntranceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:TierEntrance", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.host = tier_host(args.tier, args.domain)
        for cluster, target in args.targets.items():
            check = route53.HealthCheck(
                f"{name}-{cluster}",
                type="HTTPS",
                fqdn=target.dns_name,
                port=443,
                resource_path=ALIVE,
                enable_sni=True,
                request_interval=10,
                failure_threshold=3,
                tags=args.site.tags(PART, cluster, Name=args.site.name(args.tier, cluster)),
                opts=child,
            )
            route53.Record(
                f"{name}-{cluster}",
                zone_id=args.zone_id,
                name=self.host,
                type="A",
                set_identifier=cluster,
                weighted_routing_policies=[{"weight": target.weight}],
                health_check_id=check.id,
                aliases=[{"name": target.dns_name, "zone_id": target.zone_id, "evaluate_target_health": True}],
                opts=child,
            )
        self.register_outputs({"host": self.host})


def tier_host(tier: str, domain: str) -> str:
    """Name of a tier's entrance, one label deeper than any tenant's host."""
    return f"{tier}.tiers.{domain}"
