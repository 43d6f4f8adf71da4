"""What the policy pack said of the stacks of an environment, and whether that is enough to go on (I1)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PACK: Final = "policies"
"""Folder of the pack, below the project's."""
_SHOWN: Final = ("refused", "unevaluated", "waived", "excepted", "advised", "read")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One thing that the pack said. outcome: as policies.verdict.Outcome has it, or "read": about a policy document
    that was asked with stand-ins, and passed. mandatory: whether its control is."""

    control: str
    resource: str
    outcome: str
    mandatory: bool
    said: str

    @property
    def fails(self) -> bool:
        """Whether nothing may be made while it stands. What a mandatory rule could not look at, it has not passed."""
        return self.outcome == "refused" or (self.outcome == "unevaluated" and self.mandatory)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the pack said of one stack.

    resources: of the stack, as the pack saw it at the end; None when it never came to the end. evaluated: those that
    its rules were asked about, one by one. engine: the end of what the engine said, when it failed. waits: whether
    what it stands on is not made yet, so that the rules were asked of what the program registers as well as of the
    little that the engine could plan.
    """

    stack: str
    verdicts: tuple[Verdict, ...] = ()
    resources: int | None = None
    evaluated: int = 0
    engine: str = ""
    waits: bool = False

    def problems(self) -> list[str]:
        """Why CI fails; empty when it does not."""
        found = [each.said for each in self.verdicts if each.fails]
        if found:
            return found
        if self.resources is None:
            return [f"the pack did not come to the end of the stack{': ' if self.engine else ''}{self.engine}"]
        if not self.evaluated:
            return ["no rule was asked about any resource"]
        return [f"the engine failed: {self.engine}"] if self.engine else []

    def counted(self) -> dict[str, int]:
        """How many verdicts of each outcome."""
        return {name: sum(each.outcome == name for each in self.verdicts) for name in _SHOWN}


def read_record(stack: str, record: Path, engine: str = "") -> Asked:
    """What the pack wrote about a stack; nothing when it wrote nothing. engine: what the engine said, if it failed."""
    lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    verdicts = {json.dumps(line, sort_keys=True): _verdict(line) for line in lines if "control" in line}
    ends = [line for line in lines if "resources" in line]
    return Asked(
        stack=stack,
        verdicts=tuple(verdicts.values()),
        resources=ends[-1]["resources"] if ends else None,
        evaluated=ends[-1]["evaluated"] if ends else 0,
        engine=engine,
    )


def _verdict(line: dict[str, Any]) -> Verdict:
    return Verdict(**{key: line[key] for key in Verdict.__dataclass_fields__})


def as_data(asked: list[Asked]) -> dict[str, Any]:
    """The whole, for other programs."""
    return {
        "passed": not any(each.problems() for each in asked) and bool(asked),
        "stacks": [
            {
                "stack": each.stack,
                "resources": each.resources,
                "evaluated": each.evaluated,
                "waits": each.waits,
                "problems": each.problems(),
                "verdicts": [vars(one) for one in each.verdicts],
            }
            for each in asked
        ],
    }


def told(asked: list[Asked]) -> Iterator[str]:
    """The whole, for people: what fails first."""
    for each in asked:
        for problem in each.problems():
            yield f"{each.stack}: {problem}"
    for each in asked:
        for verdict in each.verdicts:
            if not verdict.fails and verdict.outcome != "read":
                yield f"{each.stack}: {verdict.outcome}: {verdict.said}"
    for each in asked:
        counts = ", ".join(f"{count} {name}" for name, count in each.counted().items() if count) or "no finding"
        how = ", as the program registers them: what they stand on is not made yet" if each.waits else ""
        yield f"{each.stack}: {each.evaluated} resources were asked about{how}: {counts}"
