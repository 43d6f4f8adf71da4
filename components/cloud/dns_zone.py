"""The names of an environment (B2, H3)."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.objects import keeps_everybodys_data
from settings.aws.site import Site

PART = "names"


@dataclass(frozen=True, kw_only=True)
class DnsZoneArgs:
    """Inputs of DnsZone.

    site: of the environment's first region; names have none. domain: tenants are hosts under it.
    """

    site: Site
    domain: str


class DnsZone(pulumi.ComponentResource):
    """The zone of an environment's domain; whoever holds the parent domain points to its name servers (H3).

    Creates: Zone (protected: with another one the name servers change, and nobody finds a tenant), a Record that lets
    only Amazon issue certificates.
    Outputs: zone_id (str); name_servers (list of str), to be set at the parent domain.
    """

    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[list[str]]

    def __init__(self, name: str, args: DnsZoneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:DnsZone", name, {}, opts)
        zone = route53.Zone(
            name,
            name=args.domain,
            comment=f"tenantplane {args.site.environment}",
            force_destroy=False,
            tags=args.site.tags(PART),
            opts=keeps_everybodys_data(self),
        )
        route53.Record(
            f"{name}-issuers",
            zone_id=zone.zone_id,
            name=args.domain,
            type="CAA",
            ttl=3600,
            records=['0 issue "amazon.com"', '0 issuewild "amazon.com"'],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.zone_id, self.name_servers = zone.zone_id, zone.name_servers
        self.register_outputs({"zone_id": self.zone_id, "name_servers": self.name_servers})
