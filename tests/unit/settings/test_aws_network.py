"""Subnets of any range do not overlap, lie in it, and hold what the pools grow to (H2)."""

import ipaddress
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from settings import NodePool
from settings.aws import AwsRegion
from settings.aws.network import (
    PREFIX,
    SHARED,
    addresses_needed,
    node_addresses,
    shortage,
    subnets,
)

ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")


@st.composite
def regions(draw: st.DrawFn) -> AwsRegion:
    """Any range that a region takes."""
    bits = draw(st.integers(16, 20))
    base, own = draw(st.sampled_from((("10.0.0.0", 8), ("172.16.0.0", 12), ("192.168.0.0", 16))))
    index = draw(st.integers(0, (1 << (bits - own)) - 1))
    start = int(ipaddress.IPv4Address(base)) + index * (1 << (32 - bits))
    try:
        return AwsRegion(name="eu-central-1", cidr=f"{ipaddress.IPv4Address(start)}/{bits}", zones=ZONES)
    except ValidationError:
        assume(False)
        raise


@st.composite
def pools(draw: st.DrawFn) -> NodePool:
    """Pools of any size, in any zones."""
    return NodePool.model_validate(
        {
            "name": "p",
            "kind": "cpu",
            "min_nodes": 0,
            "max_nodes": draw(st.integers(1, 200)),
            "zones": tuple(draw(st.sets(st.sampled_from(ZONES)))),
            "capacity": {
                "cpu": 8,
                "memory": "32Gi",
                "ephemeral_storage": "50Gi",
                "pods": draw(st.integers(1, 250)),
            },
        }
    )


@given(region=regions())
def test_subnets_lie_in_the_range_and_apart(region: AwsRegion) -> None:
    whole = ipaddress.ip_network(region.cidr)
    made = subnets(region)
    assert len(made) == 9
    assert len({each.name for each in made}) == 9
    ranges = [ipaddress.IPv4Network(each.cidr) for each in made]
    assert all(each.subnet_of(ipaddress.IPv4Network(whole)) for each in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))
    for kind in ("private", "public", "data"):
        assert [each.zone for each in made if each.kind == kind] == list(ZONES)
    # AWS takes no subnet below a /28, and a load balancer wants 8 free addresses.
    assert all(each.prefixlen <= 25 for each in ranges)
    private = sum(each.addresses for each in made if each.kind == "private")
    assert private > whole.num_addresses * 0.7


@given(pool=pools())
def test_a_node_has_an_address_for_each_of_its_pods_and_a_warm_prefix(pool: NodePool) -> None:
    assert node_addresses(pool) >= pool.capacity.pods + PREFIX


@given(region=regions(), grown=st.lists(pools(), max_size=6))
def test_no_zone_is_asked_for_more_than_is_told(region: AwsRegion, grown: list[NodePool]) -> None:
    """Whatever zones the nodes come up in, evenly over those that their pool may use, they have addresses."""
    needed = addresses_needed(region, grown)
    for pool in grown:
        zones = [zone for zone in ZONES if zone in pool.zones] or list(ZONES)
        placed = [zones[index % len(zones)] for index in range(pool.max_nodes)]
        for zone in zones:
            needed[zone] -= placed.count(zone) * node_addresses(pool)
    assert all(left >= SHARED for left in needed.values())
    held = {each.zone: each.addresses for each in subnets(region) if each.kind == "private"}
    full = addresses_needed(region, grown)
    assert (shortage(region, grown) is None) == all(full[zone] <= held[zone] for zone in ZONES)
