"""The stack `local` holds every control, but for what its environment excepts (I1)."""

from policies.verdict import Outcome
from tests.unit.components.local_stack import local_stack
from tests.unit.policies.recorded import asked


def test_nothing_is_refused_or_left_unasked_and_no_exception_is_for_nothing() -> None:
    held = asked(local_stack())
    assert len(held.seen) > 500
    told = {Outcome.REFUSED, Outcome.UNEVALUATED}
    assert [str(each) for each in held.verdicts if each.outcome in told] == []
    used = {each.exception for each in held.verdicts if each.outcome is Outcome.EXCEPTED}
    assert used == set(held.policy.exceptions)
    assert held.policy.unevaluated == ()
