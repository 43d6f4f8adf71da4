"""A range of addresses outside the cluster that a tenant may reach (E2)."""

import ipaddress
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from settings.fields import refuse

SHORTEST_PREFIX = {4: 8, 6: 16}
"""Bits by IP version. A list that holds nearly everything allows everything."""

_ALLOWED = "a range such as 203.0.113.0/24 or 2001:db8::/32, of at most a /8 or for IPv6 a /16"


def _range(value: Any) -> str:
    if not isinstance(value, str):
        raise refuse(f"{value!r} is not text", _ALLOWED)
    if "/" not in value:
        raise refuse(f"{value[:80]!r} has no length", _ALLOWED)
    try:
        made = ipaddress.ip_network(value)
    except ValueError as error:
        said = "has bits set beyond its length" if "host bits" in str(error) else "is not a range of addresses"
        raise refuse(f"{value[:80]!r} {said}", _ALLOWED) from None
    if made.prefixlen < SHORTEST_PREFIX[made.version]:
        raise refuse(f"{value!r} is too wide", _ALLOWED)
    return str(made)


AddressRange = Annotated[
    str,
    BeforeValidator(_range),
    WithJsonSchema({"type": "string", "examples": ["203.0.113.0/24", "2001:db8::/32"]}),
]
"""CIDR, as `ipaddress` writes it."""
