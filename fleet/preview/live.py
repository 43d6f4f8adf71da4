"""A change reviewed with credentials: the engine's own preview of the affected stacks against what is there (I2)."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from fleet.errors import FleetError
from fleet.guards import affected, removal_problems
from fleet.preview.findings import Judge, news
from fleet.preview.masking import masked_change
from fleet.preview.review import Review
from fleet.run import Fleet, Scope
from settings import Catalogue


def preview_live(offline: Review, root: Path, catalogue: Catalogue, judge: Judge, console: Console) -> Review:
    """The same review with the engine's changes in the place of those that were rendered.

    offline: of the same working tree; what it says of tenants, quotas and costs stays, and so do its dangers, since
    they are about what a file says. A stack is affected when it is not as last applied, whatever the base says of it.
    """
    fleet = Fleet(root, catalogue)
    todo = affected(fleet.chosen(Scope()), fleet.states)
    outcomes = fleet.run("preview", todo, console, None) if todo else []
    changes = [masked_change(each) for outcome in outcomes for each in outcome.changes.changes]
    warnings = dict.fromkeys(each for outcome in outcomes for each in outcome.changes.warnings)
    problems = [
        f"stack {outcome.stack.name}: {message}"
        for outcome in outcomes
        if outcome.failed
        for _, message in outcome.changes.failed or [("", outcome.output)]
    ]
    refusals = dict.fromkeys([*offline.refusals, *removal_problems(fleet.stacks, fleet.states)])
    try:
        fleet.refuse_misplaced(todo, console, migrate=False)
    except FleetError as error:
        refusals[str(error)] = None
    findings, unevaluated = news((), judge.of_changes(changes), {each.urn: each.tenant for each in changes})
    return replace(
        offline,
        live=True,
        stacks=[each.name for each in todo],
        all_stacks=len(fleet.stacks),
        changes=changes,
        findings=findings,
        unevaluated=unevaluated,
        warnings=[*offline.warnings, *warnings],
        refusals=list(refusals),
        problems=[*offline.problems, *problems],
    )
