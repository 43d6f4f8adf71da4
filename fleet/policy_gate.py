"""The policy pack's rules, asked before an update changes anything (I1).

The engine asks a pack about each resource just before it makes it, and about the stack when all of it is made: too late
for whoever wants nothing changed by an update that is refused. So the program is rendered first, without an engine, as
a preview of a pull request is, and every rule is asked about what it registers.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from fleet.policy import PACK
from fleet.preview.findings import Judge
from fleet.preview.side_process import SideProcess
from fleet.stacks import Stack
from policies.verdict import Outcome, Verdict
from settings.dates import today


def refusals(root: Path, environment: str, stacks: Sequence[Stack], console: Console) -> list[str]:
    """What the environment's mandatory controls refuse of these stacks, a line each; the rest is told on the console.

    root: the project's folder; one without a pack has no rules. Nothing is asked of a cluster. Raises FleetError when a
    stack cannot be rendered: what could not be looked at has not passed.
    """
    if not stacks or not (root / PACK).is_dir():
        return []
    console.print(f"  asking the policies about {len(stacks)} stack{'s' if len(stacks) > 1 else ''}")
    judge = Judge(root, environment, today(os.environ, datetime.now(UTC)))
    found: list[Verdict] = []
    with SideProcess(root, environment, "the program", beside=True) as side:
        side.describe()
        for stack in stacks:
            found += judge.verdicts(stack.config.cluster, side.render(stack.name, None, "unsalted"))
    _tell(found, console)
    return list(dict.fromkeys(f"{each.result.name}: {each}" for each in found if each.refused))


def _tell(verdicts: Iterable[Verdict], console: Console) -> None:
    counted = Counter(each.outcome for each in verdicts)
    for outcome, what in (
        (Outcome.ADVISED, "advised"),
        (Outcome.EXCEPTED, "excepted"),
        (Outcome.UNEVALUATED, "not known before it is made"),
    ):
        if counted[outcome]:
            console.print(f"  policies: {counted[outcome]} {what} (`python -m fleet policy` names each)")
