"""How a region's range is divided: subnets that do not overlap and that hold what the pools may grow to (H2)."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from settings.aws.account import ZONES, AwsRegion
from settings.nodepool import NodePool

SubnetKind = Literal["private", "public", "data"]
RESERVED = 5
"""Addresses of every subnet that AWS keeps (Amazon VPC User Guide, "Subnet sizing")."""
PREFIX = 16
"""Addresses that the VPC CNI takes at once: a /28 (Amazon EKS User Guide, "Assign more IP addresses with prefixes")."""
INTERFACES = 4
"""Own addresses of a node's network interfaces, counted high; most nodes need two."""
SHARED = 64
"""Of each private subnet, for what is no node: interface endpoints, load balancers and EKS' own interfaces, of which a
cluster wants at least 6 and better 16 in each subnet (Amazon EKS User Guide, "VPC and subnet considerations")."""


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet. kind: "private" for nodes and pods; "public" for load balancers and NAT; "data" for databases, from
    which nothing leads out. zone: of the region. cidr: its range."""

    kind: SubnetKind
    zone: str
    cidr: str

    @property
    def name(self) -> str:
        """Unique within the region: `<kind>-<last letter of the zone>`."""
        return f"{self.kind}-{self.zone[-1]}"

    @property
    def addresses(self) -> int:
        """What can be given out."""
        return ipaddress.ip_network(self.cidr).num_addresses - RESERVED


def balancer_ranges(region: AwsRegion) -> tuple[str, ...]:
    """Where load balancers have their addresses: they alone are in public subnets, besides NAT."""
    return tuple(each.cidr for each in subnets(region) if each.kind == "public")


def subnets(region: AwsRegion) -> tuple[Subnet, ...]:
    """Private, public and data subnets, one each for every zone, in that order.

    The range is cut in quarters. Three are the private subnets, since pods take most addresses; the fourth is cut in
    eight, of which three are public, three for data, and two left for what is to come.
    """
    *private, rest = ipaddress.IPv4Network(region.cidr).subnets(prefixlen_diff=2)
    small = list(rest.subnets(prefixlen_diff=3))
    cut: dict[SubnetKind, list[ipaddress.IPv4Network]] = {
        "private": private,
        "public": small[:ZONES],
        "data": small[ZONES : 2 * ZONES],
    }
    return tuple(
        Subnet(kind=kind, zone=zone, cidr=str(cidr))
        for kind, ranges in cut.items()
        for zone, cidr in zip(region.zones, ranges, strict=True)
    )


def node_addresses(pool: NodePool) -> int:
    """Addresses that a node of the pool takes: prefixes for its pods, one more kept warm, and its own."""
    return PREFIX * (-(-pool.capacity.pods // PREFIX) + 1) + INTERFACES


def addresses_needed(region: AwsRegion, pools: Iterable[NodePool]) -> dict[str, int]:
    """By zone, what the private subnet has to hold when every pool has its most nodes, in its zones or in all."""
    made = dict.fromkeys(region.zones, SHARED)
    for pool in pools:
        zones = [zone for zone in region.zones if zone in pool.zones] or list(region.zones)
        for zone in zones:
            made[zone] += -(-pool.max_nodes // len(zones)) * node_addresses(pool)
    return made


def shortage(region: AwsRegion, pools: Iterable[NodePool]) -> str | None:
    """Why the pools of the region's clusters cannot grow to their bounds; None when they can."""
    needed = addresses_needed(region, pools)
    for each in subnets(region):
        if each.kind == "private" and needed[each.zone] > each.addresses:
            return (
                f"the pools may grow to {needed[each.zone]} addresses in {each.zone}, and its subnet {each.cidr} has "
                f"{each.addresses}"
            )
    return None
