"""Claims of the table of controls, asked of what the engine is about to make (I1).

The API server is asked the same in CEL: controls.admission. Here a value may not be known yet. A claim holds, or does
not, when what is known decides it; else reading it raises, and the rule has not been evaluated.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, singledispatch
from typing import Any, Final

from pulumi_policy.proxy import UnknownValueError

from controls.admission import claim as form
from policies.expected import NotKnownError
from policies.told import PLACES, TOLD, Asked
from settings.admission_names import filled

_STEP: Final = re.compile(r"\[\?'([^']+)'\]|\??(\w+)\.?")


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(key or word for key, word in _STEP.findall(filled(path)))


def at(asked: Asked, place: form.Place, path: str) -> Any:
    """What is at a path from a place; None where it ends before."""
    found = asked.item if place is form.EACH else PLACES[place.preview](asked.object)
    for step in _steps(path):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def shown(asked: Asked, field: form.Field) -> Any:
    """The value of a field, or of the one that stands in for it; None for one that is missing."""
    found = at(asked, field.of, field.path)
    return shown(asked, field.absent) if found is None and isinstance(field.absent, form.Field) else found


def _value(asked: Asked, field: form.Field) -> Any:
    found = at(asked, field.of, field.path)
    if found is not None:
        return found
    return _value(asked, field.absent) if isinstance(field.absent, form.Field) else meant(asked, field.absent)


def meant(asked: Asked, value: Any) -> Any:
    """What a field is compared with."""
    if isinstance(value, form.Told):
        return TOLD[value.name](asked)
    return filled(value) if isinstance(value, str) else value


def _same(one: Any, other: Any) -> bool:
    if _is_list(one) and _is_list(other):
        return list(one) == list(other)
    # Not what Python takes for the same: 1 is not true.
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def holds(asked: Asked, claim: form.Claim) -> bool:
    """Whether a claim holds. Raises UnknownValueError or NotKnownError where what is known does not decide it."""
    return _holds(claim, asked)


@singledispatch
def _holds(claim: form.Claim, _asked: Asked) -> bool:
    raise TypeError(f"{claim!r} is no claim")


@_holds.register
def _(claim: form.Is, asked: Asked) -> bool:
    return _same(_value(asked, claim.field), meant(asked, claim.value))


@_holds.register
def _(claim: form.IsNot, asked: Asked) -> bool:
    return not _same(_value(asked, claim.field), meant(asked, claim.value))


@_holds.register
def _(claim: form.Holds, asked: Asked) -> bool:
    return _value(asked, claim.field) is True


@_holds.register
def _(claim: form.OneOf, asked: Asked) -> bool:
    found = _value(asked, claim.field)
    return found in map(filled, claim.values) or (claim.more is not None and found in meant(asked, claim.more))


@_holds.register
def _(claim: form.AtMost, asked: Asked) -> bool:
    return bool(_value(asked, claim.field) <= claim.most)


@_holds.register
def _(claim: form.Matches, asked: Asked) -> bool:
    return re.fullmatch(claim.pattern, str(_value(asked, claim.field) or "")) is not None


@_holds.register
def _(claim: form.Begins, asked: Asked) -> bool:
    return str(_value(asked, claim.field) or "").startswith(meant(asked, claim.prefixes))


@_holds.register
def _(claim: form.Contains, asked: Asked) -> bool:
    return claim.item in list(_value(asked, claim.field))


@_holds.register
def _(claim: form.Empty, asked: Asked) -> bool:
    return not list(_value(asked, claim.field))


@_holds.register
def _(claim: form.Absent, asked: Asked) -> bool:
    return at(asked, claim.of, claim.path) is None


@_holds.register
def _(claim: form.HasOneOf, asked: Asked) -> bool:
    return any(asked.item.get(key) is not None for key in claim.keys)


@_holds.register
def _(_claim: form.AtAdmission, _asked: Asked) -> bool:
    return False


@_holds.register
def _(claim: form.Not, asked: Asked) -> bool:
    return not holds(asked, claim.claim)


@_holds.register
def _(claim: form.AnyOf, asked: Asked) -> bool:
    return _decided([asked], claim.claims, by=True)


@_holds.register
def _(claim: form.AllOf, asked: Asked) -> bool:
    return not _decided([asked], claim.claims, by=False)


@_holds.register
def _(claim: form.Every, asked: Asked) -> bool:
    items = [replace(asked, item=each) for each in at(asked, claim.items, "")]
    return not _decided(items, (claim.claim,), by=False)


def _decided(items: Iterable[Asked], claims: Iterable[form.Claim], *, by: bool) -> bool:
    """Whether one of the claims is `by` of one of the items. Raises for one that is not known when none of the others
    decides it."""
    unknown: Exception | None = None
    for asked in items:
        for claim in claims:
            try:
                if holds(asked, claim) is by:
                    return True
            except (UnknownValueError, NotKnownError) as error:
                unknown = unknown or error
    if unknown is not None:
        raise unknown
    return False
