"""What two revisions say of tenants: who comes and goes, what each may use and costs, where its data is to be (I2)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fleet.events import PLATFORM
from fleet.preview.review import Delta

Described = Mapping[str, Any]
"""A revision, as Side.describe has it."""

_MOVES: Final[Mapping[str, str]] = {
    "region": "its data is in {before} and is wanted in {after}: nothing moves it, and what is made there is empty",
    "cluster": "it leaves cluster {before} with all it has there, and is made anew on {after}",
    "data isolation": "its data is kept by the model `{before}` and is wanted by `{after}`: `fleet up` refuses until "
    "it is moved (docs/moving-data.md)",
}
"""Facts of a tenant whose change puts its data somewhere else."""
_ROUNDING: Final = 0.015
"""Dollars. Cents are spread so that they add up, so that one may go from a tenant to another."""
_COUNTED: Final = ("requests.", "limits.", "pods", "services.loadbalancers")
"""What a tenant's quota is about for those who read it; the rest are numbers of objects, which follow its tier."""


def about(before: Described, after: Described) -> list[Delta]:
    """What a tenant's file says otherwise, tenants that stay."""
    return list(_differing(before, after, "about"))


def quotas(before: Described, after: Described) -> list[Delta]:
    """What a tenant may use, by resource; numbers of objects as one line."""
    made: list[Delta] = []
    objects: dict[str, int] = {}
    for each in _differing(before, after, "quota"):
        if each.what.startswith(_COUNTED):
            made.append(each)
        else:
            objects[each.tenant] = objects.get(each.tenant, 0) + 1
    made += [
        Delta(tenant=tenant, what="numbers of objects", before=None, after=f"{count} differ")
        for tenant, count in objects.items()
    ]
    return sorted(made, key=lambda each: each.tenant)


def dangers(before: Described, after: Described) -> list[tuple[str, str]]:
    """Tenant and words for each that would have its data somewhere else, or whose end begins."""
    made: list[tuple[str, str]] = []
    for delta in about(before, after):
        if delta.what in _MOVES:
            made.append((delta.tenant, _MOVES[delta.what].format(before=delta.before, after=delta.after)))
        if delta.what == "lifecycle" and delta.after == "offboarding":
            made.append((delta.tenant, "its off-boarding begins: what protects its data goes, and the next change may "
                                       "delete all of it (A7)"))  # fmt: skip
    return made


def gone(before: Described, after: Described) -> list[str]:
    """Tenants that the environment no longer has."""
    return sorted({*before["tenants"]} - {*after["tenants"]})


def costs(before: Described, after: Described) -> list[Delta]:
    """What a tenant causes in a month, and what the whole environment costs; nothing without prices on both sides."""
    if before["cost"] is None or after["cost"] is None:
        return []
    one, other = _own(before), _own(after)
    made = [
        Delta(tenant=tenant, what="USD a month", before=one.get(tenant), after=other.get(tenant))
        for tenant in sorted({*one, *other})
        if abs(one.get(tenant, 0.0) - other.get(tenant, 0.0)) > _ROUNDING
    ]
    whole = [float(each["cost"]["price"]["monthly"]) for each in (before, after)]
    if abs(whole[0] - whole[1]) > _ROUNDING:
        made.append(Delta(tenant=PLATFORM, what="USD a month", before=whole[0], after=whole[1]))
    return made


def _own(side: Described) -> dict[str, float]:
    return {each["tenant"]: float(each["own"]["monthly"]) for each in side["cost"]["tenants"]}


def _differing(before: Described, after: Described, part: str) -> Iterator[Delta]:
    for tenant in sorted({*before["tenants"]} & {*after["tenants"]}):
        old, new = before["tenants"][tenant][part], after["tenants"][tenant][part]
        for what in [*new, *(each for each in old if each not in new)]:
            if old.get(what) != new.get(what):
                yield Delta(tenant=tenant, what=what, before=old.get(what), after=new.get(what))
