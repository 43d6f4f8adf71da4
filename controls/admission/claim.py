"""A claim about an object, that both the pack and the API server can look at (I1).

One form, two readers: controls.admission.cel says it in CEL, policies.claims asks it of what the engine is about to
make, where a value may not be known yet.
"""

from dataclasses import dataclass
from typing import Final

Literal = str | int | bool | tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a field or a list is. cel: at admission. preview: name of the same place there (policies.claims)."""

    cel: str
    preview: str


EACH: Final = Place("each", "each")
"""The item of the list that a claim is about."""
OBJECT: Final = Place("object", "object")
POD: Final = Place("object.spec", "pod")
CONTAINERS: Final = Place("variables.containers", "containers")


@dataclass(frozen=True)
class Told:
    """What an object is compared with and does not say itself. cel: at admission. name: at preview
    (policies.claims)."""

    cel: str
    name: str


@dataclass(frozen=True)
class Field:
    """A field. path: from the place, in CEL's own words, with `?` before what may be missing; empty for the place
    itself. absent: what a missing one counts as; None where it may not be missing."""

    path: str
    absent: "Literal | Told | Field | None" = None
    of: Place = EACH


@dataclass(frozen=True)
class Is:
    """A field has a value."""

    field: Field
    value: Literal | Told


@dataclass(frozen=True)
class IsNot:
    """A field has another value than this."""

    field: Field
    value: Literal | Told


@dataclass(frozen=True)
class Holds:
    """A field is true."""

    field: Field


@dataclass(frozen=True)
class OneOf:
    """A field has one of these values. more: a list of others."""

    field: Field
    values: tuple[str, ...] = ()
    more: Told | None = None


@dataclass(frozen=True)
class AtMost:
    """A number is this or less."""

    field: Field
    most: int


@dataclass(frozen=True)
class Matches:
    """A text is as a regular expression says, all of it. pattern: without anchors, in what RE2 and Python share."""

    field: Field
    pattern: str


@dataclass(frozen=True)
class Begins:
    """A text begins with one of these."""

    field: Field
    prefixes: Told


@dataclass(frozen=True)
class Contains:
    """A list has an item."""

    field: Field
    item: str


@dataclass(frozen=True)
class Empty:
    """A list has no item."""

    field: Field


@dataclass(frozen=True)
class Absent:
    """Nothing is at a path. path: without `?`."""

    path: str
    of: Place = EACH


@dataclass(frozen=True)
class HasOneOf:
    """One of some fields is there, as in a union."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class AtAdmission:
    """What only the API server can know: who asks, and what was there before. At preview it never holds."""

    cel: str


@dataclass(frozen=True)
class Not:
    """A claim does not hold."""

    claim: "Claim"


@dataclass(frozen=True)
class AnyOf:
    """One of some claims holds."""

    claims: "tuple[Claim, ...]"


@dataclass(frozen=True)
class AllOf:
    """All of some claims hold."""

    claims: "tuple[Claim, ...]"


@dataclass(frozen=True)
class Every:
    """A claim holds for every item of a list."""

    items: Place
    claim: "Claim"


Claim = (
    Is | IsNot | Holds | OneOf | AtMost | Matches | Begins | Contains | Empty | Absent | HasOneOf | AtAdmission | Not
    | AnyOf | AllOf | Every
)  # fmt: skip


def any_of(*claims: Claim) -> AnyOf:
    """One of these holds."""
    return AnyOf(claims)


def all_of(*claims: Claim) -> AllOf:
    """All of these hold."""
    return AllOf(claims)
