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
from typing import TYPE_CHECKING

from rich.console import Console

from fleet.policy import PACK
from fleet.preview.renderable import Renderable
from fleet.preview.side_process import SideProcess
from fleet.stacks import Stack
from settings import Catalogue
from settings.dates import today

if TYPE_CHECKING:
    from policies.verdict import Verdict


def refusals(
    root: Path, catalogue: Catalogue, known: Sequence[Stack], stacks: Sequence[Stack], console: Console
) -> list[str]:
    """What the environment's mandatory controls refuse of these stacks, a line each; the rest is told on the console.

    root: the project's folder; one without a pack has no rules. catalogue: of the environment. known: all of its
    stacks; only `stacks`, and what those stand on, are rendered. Nothing is asked of a cluster. Raises FleetError when
    a stack cannot be rendered: what could not be looked at has not passed.
    """
    if not stacks or not (root / PACK).is_dir():
        return []
    console.print(f"  asking the policies about {len(stacks)} stack{'s' if len(stacks) > 1 else ''}")
    found: list[Verdict] = []
    with SideProcess(root, catalogue.environment, "the program", beside=True) as side:
        # Imported while the other process imports the program.
        from fleet.preview.findings import Judge  # noqa: PLC0415

        judge = Judge(root, catalogue.environment, today(os.environ, datetime.now(UTC)), catalogue)
        side.take(map(Renderable.of, known))
        for stack in stacks:
            found += judge.verdicts(stack.config.cluster, side.render(stack.name, None, "unsalted"))
    _tell(found, console)
    return list(dict.fromkeys(f"{each.result.name}: {each}" for each in found if each.refused))


def _tell(verdicts: "Iterable[Verdict]", console: Console) -> None:
    from policies.verdict import Outcome  # noqa: PLC0415  as above

    counted = Counter(each.outcome for each in verdicts)
    for outcome, what in (
        (Outcome.ADVISED, "advised"),
        (Outcome.EXCEPTED, "excepted"),
        (Outcome.UNEVALUATED, "not known before it is made"),
    ):
        if counted[outcome]:
            console.print(f"  policies: {counted[outcome]} {what} (`python -m fleet policy` names each)")
