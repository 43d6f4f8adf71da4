"""catalog/prices.yaml: what nodes, storage and databases cost, of which day, of which region, by whose word (G6).

The amounts are whatever the file says. What has a source marked `example` is to be replaced by a platform's own
figures, and is named as such wherever a cost is shown.
"""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from settings.aws.fields import InstanceClass
from settings.dates import Day
from settings.fields import Flag, LabelValue, Model, Name, Percent, Reason, count_of, count_schema, refuse

_MOST = 100_000
_GIB = 1 << 30
PARTS: Final = ("spot", "control_plane", "volumes", "databases", "aurora", "nat", "split")
"""Parts of the table that have one source."""
_ALLOWED = f"dollars from 0 to {_MOST}, with at most 9 decimals"


def _money(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise refuse(f"{value!r} is not an amount of money", _ALLOWED)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise refuse(f"{str(value)[:40]!r} is not an amount of money", _ALLOWED) from None
    if not amount.is_finite() or not 0 <= amount <= _MOST or amount != round(amount, 9):
        raise refuse(f"{str(value)[:40]} is out of range", _ALLOWED)
    return amount


Money = Annotated[Decimal, BeforeValidator(_money), WithJsonSchema({"type": "number", "minimum": 0, "maximum": _MOST})]
"""US dollars, exact: as they are written, not as a float has them."""
Connections = Annotated[int, count_of(1, 100_000), count_schema(1, 100_000)]


class PriceSource(Model):
    """Where prices come from. title: so that a reader finds them. example: they are no one's, and to be replaced."""

    id: Name
    title: Reason
    example: Flag = False


class NodePrice(Model):
    """One machine type. hourly: on demand, Linux. spot_hourly: of its spot nodes; by `spot` when left out."""

    instance_type: LabelValue
    hourly: Money
    spot_hourly: Money | None = None
    source: Name


class SpotPrice(Model):
    """Spot nodes whose own price is not given. percent: of the price on demand."""

    percent: Percent
    source: Name


class ControlPlanePrice(Model):
    """A managed control plane. hourly: of one cluster."""

    hourly: Money
    source: Name


class VolumePrice(Model):
    """Volumes. gib_month: a GiB (2^30 bytes) for a month."""

    gib_month: Money
    source: Name


class DatabasePrice(Model):
    """The PostgreSQL server of a cluster.

    server_hourly: of one, with its standby. connections: how many it takes; a tenant pays for its limit's part of them.
    gib_month: a GiB of its storage for a month. storage_percent: part of a tenant's storage that is assumed to be in
    the database, since no engine reserves it.
    """

    server_hourly: Money
    connections: Connections
    gib_month: Money
    storage_percent: Percent
    source: Name


class AuroraInstancePrice(Model):
    """One class of Aurora's instances. hourly: of one. connections: how many it takes; a tenant pays for its limit's
    part of them."""

    instance_class: InstanceClass
    hourly: Money
    connections: Connections
    source: Name


class AuroraPrice(Model):
    """Aurora PostgreSQL at AWS, of clusters on EKS. gib_month: a GiB of its storage for a month, of which as much is
    assumed as in the `databases` of other clusters. What it reads and writes is by use, and not in it."""

    instances: Annotated[tuple[AuroraInstancePrice, ...], Field(min_length=1)]
    gib_month: Money
    source: Name

    def of(self, instance_class: str) -> AuroraInstancePrice | None:
        """The price of a class; None for one that the table does not have."""
        return next((each for each in self.instances if each.instance_class == instance_class), None)


class NatPrice(Model):
    """A NAT gateway at AWS. hourly: of one; the traffic through it is by use, and not in it."""

    hourly: Money
    source: Name


class Split(Model):
    """Weights by which a node's price is divided between its CPU and its memory. core: of a core. gib: of a GiB."""

    core: Money
    gib: Money
    source: Name


class Prices(Model):
    """The price table. region: whose prices they are. date: of which day. hours_per_month: 730 is a twelfth of a
    year. aurora, nat: where clusters are on EKS; what is left out there counts as nothing, and is named."""

    currency: Literal["USD"]
    region: Name
    date: Day
    hours_per_month: Annotated[int, count_of(1, 744), count_schema(1, 744)] = 730
    sources: Annotated[tuple[PriceSource, ...], Field(min_length=1)]
    nodes: Annotated[tuple[NodePrice, ...], Field(min_length=1)]
    spot: SpotPrice
    control_plane: ControlPlanePrice
    volumes: VolumePrice
    databases: DatabasePrice
    aurora: AuroraPrice | None = None
    nat: NatPrice | None = None
    split: Split

    def node_hourly(self, instance_type: str | None, lifecycle: str) -> Decimal | None:
        """Price of a node for an hour; None for a machine type that the table does not have."""
        for each in self.nodes:
            if each.instance_type == instance_type:
                if lifecycle != "spot":
                    return each.hourly
                return each.spot_hourly if each.spot_hourly is not None else each.hourly * self.spot.percent / 100
        return None

    def stored(self, gib_month: Decimal, storage_bytes: int) -> Fraction:
        """Dollars an hour for bytes that are kept. gib_month: of a GiB for a month."""
        return Fraction(gib_month) * storage_bytes / _GIB / self.hours_per_month

    def in_databases(self, gib_month: Decimal, storage_bytes: int) -> Fraction:
        """Dollars an hour for as much of a tenant's storage as is assumed to be in its databases."""
        return self.stored(gib_month, storage_bytes) * self.databases.storage_percent / 100

    def examples(self) -> tuple[str, ...]:
        """What of the table is an example: its keys, in order."""
        made_up = {each.id for each in self.sources if each.example}
        named = [each.instance_type for each in self.nodes if each.source in made_up]
        if self.aurora is not None:
            named += [each.instance_class for each in self.aurora.instances if each.source in made_up]
        parts = {part: getattr(self, part) for part in PARTS}
        return (*named, *(part for part, price in parts.items() if price is not None and price.source in made_up))
