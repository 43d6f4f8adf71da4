"""What a topology says of AWS once: the account, its regions, and what all of it may cost (H2, G6)."""

import ipaddress
from itertools import combinations
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from settings.aws.fields import AccountId, NetworkRange
from settings.fields import Distinct, Dollars, Email, Model, Name, Percent, refuse

ZONES = 3
LOCAL_ACCOUNT = "123456789012"
"""The account of AWS's own examples, which nobody has: an environment of it is on the AWS of this machine (localcloud).
The engine refuses any other account than the topology's, so that with this one it never changes a real one."""
Nat = Literal["none", "one", "per-zone"]


class AwsRegion(Model):
    """A region's network: one VPC, which all its clusters share.

    cidr: a private /16 to /20; other networks that are ever to be joined with it must not overlap.
    zones: three of the region's, by name.
    nat: how what is private gets out: "none", by the endpoints of AWS's own services alone; "one" for all zones, whose
    zone takes the others' way out with it; "per-zone", the default.
    """

    name: Name
    cidr: NetworkRange
    zones: Annotated[tuple[Name, ...], Distinct]
    nat: Nat = "per-zone"

    @field_validator("zones")
    @classmethod
    def _three_of_the_region(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if len(value) != ZONES:
            raise refuse(f"{len(value)} zones", f"{ZONES}, which is what a quorum and Aurora's storage are spread over")
        name = info.data.get("name")
        if name is not None and (foreign := [each for each in value if each[:-1] != name or not each[-1].isalpha()]):
            raise refuse(f"zone {foreign[0]!r} is not of {name}", f"{name}a, {name}b, ...")
        return value

    @property
    def gateways(self) -> int:
        """NAT gateways of its network."""
        return {"none": 0, "one": 1, "per-zone": len(self.zones)}[self.nat]


class AwsBudget(Model):
    """What the account may cost a month. monthly_usd: whole dollars. mails: 1 to 10 people who are told. percent: of
    it, when they are told; a tenant's own percentage is in its file."""

    monthly_usd: Dollars
    mails: Annotated[tuple[Email, ...], Distinct, Field(min_length=1, max_length=10)]
    percent: Percent = 80


class AwsAccount(Model):
    """The account that an environment has to itself.

    account: its number; 123456789012 is the AWS of this machine. regions: its networks. budget: of all of it (G6).
    """

    account: AccountId
    regions: Annotated[tuple[AwsRegion, ...], Field(min_length=1, max_length=20)]
    budget: AwsBudget

    @field_validator("regions")
    @classmethod
    def _apart(cls, value: tuple[AwsRegion, ...]) -> tuple[AwsRegion, ...]:
        """Networks that overlap can never be joined, and a mesh over two regions joins them (E3, H3)."""
        for one, other in combinations(value, 2):
            if one.name == other.name:
                raise refuse(f"region {one.name!r} is listed twice", "each region once")
            if ipaddress.ip_network(one.cidr).overlaps(ipaddress.ip_network(other.cidr)):
                raise refuse(f"the networks of {one.name} and {other.name} overlap", "ranges that are apart")
        return value

    @property
    def is_local(self) -> bool:
        """Whether it is the AWS of this machine."""
        return self.account == LOCAL_ACCOUNT

    def region(self, name: str) -> AwsRegion:
        """The region of that name. Errors: KeyError."""
        for each in self.regions:
            if each.name == name:
                return each
        raise KeyError(name)
