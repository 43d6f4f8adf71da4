"""Mistakes about what a tenant may reach outside. One row each, with the message it gets (E2)."""

from tests.unit.settings.flip import ACME, TOPOLOGY, Flip
from tests.unit.settings.small_catalogue import WITH_EGRESS

LINE = len(WITH_EGRESS[ACME].splitlines())
RANGE = "a range such as 203.0.113.0/24 or 2001:db8::/32, of at most a /8 or for IPv6 a /16"
WITHOUT = (
    "egress: cluster 'main' does not have the addon calico-policy; allowed: a cluster with addons: [calico-policy]"
)


def flip(name: str, new: str, said: str, *, allowed: str = RANGE) -> Flip:
    """A mistake in the first of the two ranges."""
    expected = f"{ACME}:{LINE}: egress{said}; allowed: {allowed}"
    return Flip(name, ACME, "203.0.113.0/24", new, (expected,), WITH_EGRESS)


FLIPS = (
    flip("a domain name", "example.com", "[0]: 'example.com' has no length"),
    flip("an address", "203.0.113.7", "[0]: '203.0.113.7' has no length"),
    flip("a domain name with a length", "example.com/24", "[0]: 'example.com/24' is not a range of addresses"),
    flip("a length too long", "203.0.113.0/33", "[0]: '203.0.113.0/33' is not a range of addresses"),
    flip("bits beyond the length", "203.0.113.7/24", "[0]: '203.0.113.7/24' has bits set beyond its length"),
    flip("everything", "0.0.0.0/0", "[0]: '0.0.0.0/0' is too wide"),
    flip("half of everything", "128.0.0.0/1", "[0]: '128.0.0.0/1' is too wide"),
    flip("everything of IPv6", "'::/0'", "[0]: '::/0' is too wide"),
    flip("a number", "7", "[0]: 7 is not text"),
    flip("a range twice", "2001:db8::/32", ": '2001:db8::/32' is listed twice", allowed="each value once"),
    Flip(
        "egress without guard-rails",
        TOPOLOGY,
        "    addons: [calico-policy]\n",
        "",
        (f"{ACME}:{LINE}: {WITHOUT}",),
        WITH_EGRESS,
    ),
)
