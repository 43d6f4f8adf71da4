"""A claim in CEL."""

from functools import singledispatch

from controls.admission.claim import (
    Absent,
    AllOf,
    AnyOf,
    AtAdmission,
    AtMost,
    Begins,
    Claim,
    Contains,
    Empty,
    Every,
    Field,
    HasOneOf,
    Holds,
    Is,
    IsNot,
    Literal,
    Matches,
    Not,
    OneOf,
    Place,
    Told,
)


def text(claim: Claim) -> str:
    """The claim as the API server has it."""
    return _said(claim)


def literal(value: Literal) -> str:
    """A value in CEL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, str) and ("'" in value or "\\" in value):
        raise ValueError(f"{value!r} would need escapes in CEL")
    return f"'{value}'" if isinstance(value, str) else str(value)


def _value(value: Literal | Told | Field) -> str:
    if isinstance(value, Told):
        return value.cel
    return _field(value) if isinstance(value, Field) else literal(value)


def _field(field: Field) -> str:
    found = _at(field.of, field.path)
    return found if field.absent is None else f"{found}.orValue({_value(field.absent)})"


def _at(place: Place, path: str) -> str:
    return f"{place.cel}{'' if path.startswith('[') or not path else '.'}{path}"


@singledispatch
def _said(claim: Claim) -> str:
    raise TypeError(f"{claim!r} is no claim")


@_said.register
def _(claim: Is) -> str:
    return f"{_field(claim.field)} == {_value(claim.value)}"


@_said.register
def _(claim: IsNot) -> str:
    return f"{_field(claim.field)} != {_value(claim.value)}"


@_said.register
def _(claim: Holds) -> str:
    return _field(claim.field)


@_said.register
def _(claim: OneOf) -> str:
    if claim.more is None:
        return f"{_field(claim.field)} in {literal(claim.values)}"
    both = f"({literal(claim.values)} + {claim.more.cel})" if claim.values else claim.more.cel
    return f"{_field(claim.field)} in {both}"


@_said.register
def _(claim: AtMost) -> str:
    return f"{_field(claim.field)} <= {claim.most}"


@_said.register
def _(claim: Matches) -> str:
    return f"{_field(claim.field)}.matches({literal(f'^{claim.pattern}$')})"


@_said.register
def _(claim: Begins) -> str:
    return f"{claim.prefixes.cel}.exists(prefix, {_field(claim.field)}.startsWith(prefix))"


@_said.register
def _(claim: Contains) -> str:
    return f"{literal(claim.item)} in {_field(claim.field)}"


@_said.register
def _(claim: Empty) -> str:
    return f"{_field(claim.field)}.size() == 0"


@_said.register
def _(claim: Absent) -> str:
    return f"!has({_at(claim.of, claim.path)})"


@_said.register
def _(claim: HasOneOf) -> str:
    return " || ".join(f"has(each.{key})" for key in claim.keys)


@_said.register
def _(claim: AtAdmission) -> str:
    return claim.cel


@_said.register
def _(claim: Not) -> str:
    if isinstance(claim.claim, Empty):
        return f"{_field(claim.claim.field)}.size() > 0"
    return f"!{text(claim.claim)}" if isinstance(claim.claim, Holds) else f"!({text(claim.claim)})"


@_said.register
def _(claim: AnyOf) -> str:
    return " || ".join(f"({text(each)})" if isinstance(each, AllOf) else text(each) for each in claim.claims)


@_said.register
def _(claim: AllOf) -> str:
    return " && ".join(f"({text(each)})" if isinstance(each, AnyOf | HasOneOf) else text(each) for each in claim.claims)


@_said.register
def _(claim: Every) -> str:
    return f"{claim.items.cel}.all(each, {text(claim.claim)})"
