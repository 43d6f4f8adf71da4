"""What becomes of a result in an environment: refused, told, excepted, or not evaluated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from policies.evaluation import Result
from settings.policy import EnvironmentPolicy, PolicyException


class Outcome(Enum):
    """What becomes of a result.

    REFUSED: the preview fails. ADVISED: it is told. EXCEPTED: an exception covers it. UNEVALUATED: the rule could not
    be asked, which is never passed: CI fails on one of a mandatory control. WAIVED: an exception lets that be.
    """

    REFUSED = "refused"
    ADVISED = "advised"
    EXCEPTED = "excepted"
    UNEVALUATED = "unevaluated"
    WAIVED = "waived"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A result and what becomes of it. exception: the one that covers it, in force or ended."""

    result: Result
    outcome: Outcome
    mandatory: bool
    exception: PolicyException | None = None

    @property
    def refused(self) -> bool:
        """Whether the preview fails for it."""
        return self.outcome is Outcome.REFUSED

    def __str__(self) -> str:
        if self.exception is None:
            return str(self.result)
        by = f"{self.exception.owner}, until {self.exception.until}: {self.exception.reason}"
        if self.outcome in (Outcome.EXCEPTED, Outcome.WAIVED):
            return f"{self.result} Excepted by {by}"
        return f"{self.result} The exception has ended ({by})"


def judge(results: Iterable[Result], policy: EnvironmentPolicy, on: date) -> list[Verdict]:
    """What becomes of each result on a day."""
    return [_judged(each, policy, on) for each in results]


def _judged(result: Result, policy: EnvironmentPolicy, on: date) -> Verdict:
    held = policy.exceptions if result.evaluated else policy.unevaluated
    covering = [each for each in held if each.covers(result.control.id, result.name)]
    in_force = [each for each in covering if on <= each.until]
    mandatory = policy.level(result.control.severity) == "mandatory"
    if in_force:
        outcome = Outcome.EXCEPTED if result.evaluated else Outcome.WAIVED
    elif not result.evaluated:
        outcome = Outcome.UNEVALUATED
    else:
        outcome = Outcome.REFUSED if mandatory else Outcome.ADVISED
    exception = next(iter(in_force or covering), None)
    return Verdict(result=result, outcome=outcome, mandatory=mandatory, exception=exception)
