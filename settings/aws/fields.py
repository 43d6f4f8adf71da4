"""Types of single values of AWS in the catalogue."""

import ipaddress
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from settings.fields import matching, refuse, text_schema

_ACCOUNT = r"[0-9]{12}"
AccountId = Annotated[
    str,
    BeforeValidator(matching(_ACCOUNT, "an AWS account", "12 digits, in quotation marks", 12)),
    text_schema(_ACCOUNT, 12),
]

_ROLE = r"arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+"
RoleArn = Annotated[
    str,
    BeforeValidator(matching(_ROLE, "the ARN of a role", "arn:aws:iam::<account>:role/<name>", 600)),
    text_schema(_ROLE, 600),
]

_IMAGE = r"ami-[0-9a-f]{8,17}"
ImageId = Annotated[
    str,
    BeforeValidator(matching(_IMAGE, "a machine image", "ami- and 8 to 17 hexadecimal digits", 21)),
    text_schema(_IMAGE, 21),
]

_MINOR = r"1\.[0-9]{2}"
KubernetesVersion = Annotated[
    str,
    BeforeValidator(matching(_MINOR, "a version of EKS", 'a minor version in quotation marks, such as "1.34"', 4)),
    text_schema(_MINOR, 4),
]

_ADDON = r"v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+"
AddonVersion = Annotated[
    str,
    BeforeValidator(matching(_ADDON, "a version of an add-on", "whole, such as v1.20.4-eksbuild.1", 40)),
    text_schema(_ADDON, 40),
]

_ENGINE = r"[0-9]{2}\.[0-9]{1,2}"
EngineVersion = Annotated[
    str,
    BeforeValidator(matching(_ENGINE, "a version of Aurora PostgreSQL", 'in quotation marks, such as "17.5"', 5)),
    text_schema(_ENGINE, 5),
]

_CLASS = r"db\.[a-z0-9]+\.[a-z0-9]+"
InstanceClass = Annotated[
    str,
    BeforeValidator(matching(_CLASS, "a class of database instances", "such as db.r7g.large", 40)),
    text_schema(_CLASS, 40),
]

_SHA256 = r"[0-9a-f]{64}"
Sha256 = Annotated[
    str, BeforeValidator(matching(_SHA256, "a SHA-256", "64 hexadecimal digits", 64)), text_schema(_SHA256, 64)
]

LARGEST_NETWORK, SMALLEST_NETWORK = 16, 20
"""Bits of a region's range. A VPC takes no more than a /16 (Amazon VPC User Guide, "VPC CIDR blocks"); below a /20 its
private subnets hold fewer than 1,000 addresses each, which is a handful of nodes."""
_NETWORK_RULE = f"a private range of a /{LARGEST_NETWORK} to a /{SMALLEST_NETWORK}, such as 10.64.0.0/16"
_PRIVATE = tuple(ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_DOCKER = ipaddress.IPv4Network("172.17.0.0/16")


def _network(value: Any) -> str:
    try:
        made = ipaddress.IPv4Network(value) if isinstance(value, str) and "/" in value else None
    except ValueError as error:
        raise refuse(f"{value[:80]!r} is no range of addresses ({error})", _NETWORK_RULE) from None
    if made is None:
        raise refuse(f"{str(value)[:80]!r} is no range of addresses", _NETWORK_RULE)
    if not LARGEST_NETWORK <= made.prefixlen <= SMALLEST_NETWORK:
        raise refuse(f"{value!r} is a /{made.prefixlen}", _NETWORK_RULE)
    if not any(made.subnet_of(each) for each in _PRIVATE):
        raise refuse(f"{value!r} is not private", _NETWORK_RULE)
    if made.overlaps(_DOCKER):
        raise refuse(f"{value!r} is what EKS keeps for itself", "a range outside 172.17.0.0/16")
    return str(made)


NetworkRange = Annotated[
    str, BeforeValidator(_network), WithJsonSchema({"type": "string", "examples": ["10.64.0.0/16"]})
]
"""Addresses of a VPC, as `ipaddress` writes them."""

LARGEST_OFFICE = 16
_GROUP = re.compile(r"sg-[0-9a-f]{8,17}")
_WHO_RULE = (
    f"the id of a security group, such as sg-0a1b2c3d4e5f60718, or a private range of a /{LARGEST_OFFICE} to a /32"
)


def _administrator(value: Any) -> str:
    if isinstance(value, str) and _GROUP.fullmatch(value):
        return value
    try:
        made = ipaddress.IPv4Network(value) if isinstance(value, str) and "/" in value else None
    except ValueError as error:
        raise refuse(f"{value[:80]!r} is no range of addresses ({error})", _WHO_RULE) from None
    if made is None:
        raise refuse(f"{str(value)[:80]!r} is neither a security group nor a range of addresses", _WHO_RULE)
    if made.prefixlen < LARGEST_OFFICE:
        raise refuse(f"{value!r} is a /{made.prefixlen}", _WHO_RULE)
    if not any(made.subnet_of(each) for each in _PRIVATE):
        raise refuse(f"{value!r} is not private", _WHO_RULE)
    return str(made)


Administrator = Annotated[
    str,
    BeforeValidator(_administrator),
    WithJsonSchema({"type": "string", "examples": ["10.64.12.0/24", "sg-0a1b2c3d4e5f60718"]}),
]
"""From where databases are administered: a security group of the network, or a private range, as `ipaddress` writes
it."""
