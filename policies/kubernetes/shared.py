"""Rules that are at admission as well: both are made of the same claims in the table of controls (I1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeGuard

from pulumi_policy.proxy import UnknownValueError

from controls import control
from controls.admission import PODS, POLICIES, Preview, Refusal
from controls.admission.claim import AnyOf, AtAdmission, Claim, Every, Field, Told
from policies.claims import at, holds, meant, shown
from policies.expected import Expected, NotKnownError
from policies.objects import POD_KINDS, KubernetesObject
from policies.rule import Rule
from policies.told import Asked, NotConcernedError


def shared_rule(refusal: Refusal, preview: Preview) -> Rule:
    """The pack's rule of a claim. Where it is of every item of a list, each that breaks it is a finding."""
    claim = _without_admission(refusal.holds) if not isinstance(refusal.holds, str) else None
    if claim is None:
        raise ValueError(f"{refusal.control}: nothing of it can be asked at preview")
    each, inner = (claim.items, claim.claim) if isinstance(claim, Every) else (None, claim)

    def check(found: KubernetesObject, expected: Expected) -> Iterator[str]:
        if not preview.everywhere and found.tenant_namespace is None:
            return
        if preview.kinds == PODS and found.pod is None:
            return
        asked = Asked(found, expected)
        unknown: Exception | None = None
        for item in at(asked, each, "") if each is not None else (found.props,):
            one = Asked(found, expected, item)
            try:
                if not holds(one, inner):
                    yield preview.wrong.format(**_words(one, inner))
            except NotConcernedError:
                return
            except (UnknownValueError, NotKnownError) as error:
                unknown = unknown or error
        if unknown is not None:
            raise unknown

    kinds = POD_KINDS if preview.kinds == PODS else preview.kinds
    return Rule(control(refusal.control), frozenset(kinds), check)


def _without_admission(claim: Claim) -> Claim | None:
    """What of a claim can be asked at preview, where nobody asks and nothing was there before."""
    if isinstance(claim, AtAdmission):
        return None
    if not isinstance(claim, AnyOf):
        return claim
    left = [each for each in map(_without_admission, claim.claims) if each is not None]
    return (left[0] if len(left) == 1 else AnyOf(tuple(left))) if left else None


def _words(asked: Asked, claim: Claim) -> dict[str, Any]:
    """What a finding may name."""
    field, told = next(_parts(claim, Field), None), next(_parts(claim, Told), None)
    value = shown(asked, field) if field is not None else None
    if value is None and field is not None and field.absent in (None, ()):
        value = "" if field.absent is None else ()
    item = asked.item if isinstance(asked.item, Mapping) else {}
    other = meant(asked, told) if told is not None else None
    return {
        "item": item,
        "name": item.get("name"),
        "kind": item.get("kind"),
        "kinds": ", ".join(sorted(set(item) - {"name"})),
        "value": list(value) if _is_list(value) else value,
        "values": ", ".join(value) if _is_list(value) else value,
        "tenant": asked.object.tenant,
        "told": other,
        "allowed": ", ".join(each.rstrip("/") for each in other) if _is_list(other) else other,
    }


def _is_list(value: Any) -> TypeGuard[Sequence[str]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _parts(claim: Any, kind: type) -> Iterator[Any]:
    if isinstance(claim, kind):
        yield claim
    elif isinstance(claim, tuple):
        for each in claim:
            yield from _parts(each, kind)
    elif hasattr(claim, "__dataclass_fields__"):
        for each in fields(claim):
            yield from _parts(getattr(claim, each.name), kind)


SHARED: Final = tuple(
    shared_rule(refusal, refusal.preview)
    for policy in POLICIES.values()
    for refusal in policy.refusals
    if refusal.preview is not None
)
