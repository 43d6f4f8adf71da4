"""One account of many runs: what became of whom."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fleet.engine import Outcome, Verb
from fleet.events import PLATFORM, Op, type_of
from fleet.hints import hint

_COLUMNS: Final[tuple[tuple[Op, str, str], ...]] = (
    ("create", "created", "green"),
    ("update", "updated", "yellow"),
    ("replace", "replaced", "magenta"),
    ("delete", "deleted", "red"),
    ("same", "unchanged", "dim"),
)


def totals(outcomes: Sequence[Outcome]) -> dict[str, Counter[Op]]:
    """Operations by tenant over all runs; PLATFORM for what belongs to none."""
    made: dict[str, Counter[Op]] = {}
    for outcome in outcomes:
        for tenant, counter in outcome.changes.done.items():
            made.setdefault(tenant, Counter()).update(counter)
    return made


def is_unchanged(counter: Counter[Op]) -> bool:
    """Whether nothing but unchanged resources was counted."""
    return not any(counter[op] for op, _, _ in _COLUMNS if op != "same")


def print_summary(console: Console, outcomes: Sequence[Outcome], verb: Verb, seconds: float) -> None:
    """Prints what was, or would be, changed by tenant, then every failure and warning once, then one closing line."""
    by_tenant = totals(outcomes)
    if any(not is_unchanged(counter) for counter in by_tenant.values()):
        console.print(_table(by_tenant, verb))
    for warning in dict.fromkeys(warning for outcome in outcomes for warning in outcome.changes.warnings):
        console.print(Text(f"warning: {warning}", style="yellow"))
    failed = [outcome for outcome in outcomes if outcome.failed]
    for outcome in failed:
        console.print(_failure(outcome))
    console.print(Text(closing_line(outcomes, verb, seconds), style="bold red" if failed else "bold"))


def closing_line(outcomes: Sequence[Outcome], verb: Verb, seconds: float) -> str:
    """The last line: the result in one sentence."""
    every: Counter[Op] = Counter()
    for counter in totals(outcomes).values():
        every.update(counter)
    ran = [outcome for outcome in outcomes if outcome.exit_code is not None]
    failed = [outcome for outcome in outcomes if outcome.failed]
    skipped = [outcome for outcome in outcomes if outcome.exit_code is None]
    stacks = f"{len(ran)} stack{'s' if len(ran) != 1 else ''}"
    would = "would be " if verb == "preview" else ""
    parts = [f"{every[op]} {would}{word}" for op, word, _ in _COLUMNS if every[op] and op != "same"]
    changed = ", ".join(parts) if parts else ("nothing would change" if verb == "preview" else "nothing changed")
    if failed:
        left = f", {len(skipped)} not run" if skipped else ""
        return (
            f"FAILED: {len(failed)} of {stacks}{left}; {changed}; the same command goes on from here ({seconds:.1f} s)"
        )
    return f"{stacks}: {changed}; {every['same']} unchanged ({seconds:.1f} s)"


def _table(by_tenant: dict[str, Counter[Op]], verb: Verb) -> Table:
    would = verb == "preview"
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("tenant")
    for _, word, _ in _COLUMNS:
        table.add_column(f"to be {word}" if would and word != "unchanged" else word, justify="right")
    quiet = 0
    for tenant in sorted(by_tenant):
        counter = by_tenant[tenant]
        if is_unchanged(counter):
            quiet += tenant != PLATFORM
            continue
        name = Text("(platform)", style="dim") if tenant == PLATFORM else Text(tenant)
        table.add_row(name, *(Text(str(counter[op]) if counter[op] else "", style=style) for op, _, style in _COLUMNS))
    if quiet:
        table.add_row(Text(f"{quiet} other tenant{'s' if quiet > 1 else ''}: nothing", style="dim"))
    return table


def _failure(outcome: Outcome) -> RenderableType:
    lines = [Text(f"{outcome.stack.name} failed:", style="bold red")]
    said = outcome.changes.failed
    for urn, message in said:
        what = f"{type_of(urn)} {urn.rsplit('::', 1)[-1]}: " if urn else ""
        lines.append(Text("  " + f"{what}{message}".replace("\n", "\n    ")))
    if not said:
        lines += [Text(f"  {line}") for line in outcome.output.splitlines()[-15:]]
    if advice := hint(outcome.stack.config.cluster, "\n".join(message for _, message in said) or outcome.output):
        lines.append(Text(f"  {advice}", style="bold"))
    if outcome.log:
        lines.append(Text(f"  all of it: {outcome.log}", style="dim"))
    return Group(*lines)
