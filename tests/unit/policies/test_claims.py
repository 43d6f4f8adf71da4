"""Claims that both the pack and the API server read, where a value is not known yet (I1).

That both read them alike is asked of a live API server: tests/cluster/test_same_claims.py.
"""

import copy
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from controls.admission import text
from controls.admission.cel import literal
from controls.admission.claim import EACH, OBJECT, AtAdmission, Empty, Field, HasOneOf, Is, Not, all_of, any_of
from policies.claims import holds
from policies.evaluation import Result, evaluate
from policies.kubernetes.shared import SHARED
from policies.objects import found
from policies.told import Asked
from tests.cluster import claims
from tests.unit.policies.case import resource

Place = tuple[str | int, ...]
OF_CLAIMS: Final = frozenset(each.control.id for each in SHARED)
ONE: Final = Is(Field("?one", "", OBJECT), "1")
TWO: Final = Is(Field("?two", "", OBJECT), "2")


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place of an object, but for the names that findings are told by."""
    if at and at[-1] not in ("name", "labels", "metadata", "workload"):
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from places(each, (*at, key))


def hidden(body: dict[str, Any], place: Place) -> dict[str, Any]:
    made = copy.deepcopy(body)
    inside: Any = made
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = UNKNOWN_STRING_VALUE
    return made


def said(body: dict[str, Any]) -> list[Result]:
    """What the rules of claims say of a pod of the tenant."""
    props = copy.deepcopy(body)
    props["metadata"]["namespace"] = f"tenant-{claims.TENANT}"
    asked = found("kubernetes:core/v1:Pod", unknown_checking_proxy(props))
    return [each for each in evaluate(asked, claims.EXPECTED) if each.control.id in OF_CLAIMS]


@settings(max_examples=60, derandomize=True)
@given(body=claims.PODS, data=st.data())
def test_what_is_not_known_is_passed_only_where_the_rest_decides(body: dict[str, Any], data: st.DataObject) -> None:
    """I1: a control that is whole with one value unknown is whole whatever that value turns out to be, and what is
    found wrong without it is wrong with it."""
    candidates = list(places(body["spec"], ("spec",)))[1:]
    assume(candidates)
    before = said(hidden(body, data.draw(st.sampled_from(candidates))))
    after = {each.control.id for each in said(body)}
    assert {each.control.id for each in before} >= after
    assert {each.control.id for each in before if each.evaluated} <= after


@pytest.mark.parametrize(
    ("props", "either", "both"),
    [
        ({"one": "1", "two": "2"}, True, True),
        ({"one": "1", "two": "x"}, True, False),
        ({"one": "x", "two": "x"}, False, False),
        ({"one": "1", "two": UNKNOWN_STRING_VALUE}, True, None),
        ({"one": "x", "two": UNKNOWN_STRING_VALUE}, None, False),
        ({"one": UNKNOWN_STRING_VALUE, "two": "2"}, True, None),
        ({"one": UNKNOWN_STRING_VALUE, "two": "x"}, None, False),
    ],
)
def test_what_is_known_may_decide(props: dict[str, str], either: bool | None, both: bool | None) -> None:
    asked = Asked(resource("kubernetes:core/v1:Pod", props), claims.EXPECTED)  # type: ignore[arg-type]
    for claim, expected in ((any_of(ONE, TWO), either), (all_of(ONE, TWO), both)):
        if expected is None:
            with pytest.raises(UnknownValueError):
                holds(asked, claim)
        else:
            assert holds(asked, claim) is expected


@pytest.mark.parametrize(
    ("claim", "cel"),
    [
        (any_of(ONE, all_of(TWO, ONE)), "object.?one.orValue('') == '1' || (object.?two.orValue('') == '2'"
         " && object.?one.orValue('') == '1')"),
        (all_of(any_of(ONE, TWO), HasOneOf(("a", "b"))), "(object.?one.orValue('') == '1' || object.?two.orValue('')"
         " == '2') && (has(each.a) || has(each.b))"),
        (Not(any_of(ONE, AtAdmission("x"))), "!(object.?one.orValue('') == '1' || x)"),
        (Not(Empty(Field("a", of=EACH))), "each.a.size() > 0"),
    ],
)  # fmt: skip
def test_a_claim_in_cel_keeps_what_belongs_together(claim: Any, cel: str) -> None:
    assert text(claim) == cel


def test_a_value_that_cel_would_read_otherwise_is_refused() -> None:
    assert literal(("a", "b")) == "['a', 'b']"
    assert literal(value=True) == "true"
    with pytest.raises(ValueError, match="escapes"):
        literal("it's")
