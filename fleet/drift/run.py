"""Looks for drift in every stack of an environment, by refreshes that write nothing (I3)."""

from rich.console import Console

from fleet.drift.findings import Drift, drifted
from fleet.run import Fleet, Scope


def look(fleet: Fleet, scope: Scope, console: Console) -> Drift:
    """What is no longer as it was last applied. console: where progress goes.

    The state is compared with what is there; a change of the catalogue that nobody has applied yet is none, and stacks
    that were never applied have nothing to compare.
    """
    outcomes = fleet.run("drift", fleet.chosen(scope), console, None)
    changes = [each for outcome in outcomes for each in outcome.changes.changes]
    if scope.tenant is not None:
        changes = [each for each in changes if each.tenant == scope.tenant]
    found, passed_over = drifted(changes)
    problems = [
        f"stack {outcome.stack.name}: {message}"
        for outcome in outcomes
        if outcome.failed
        for message in [message for _, message in outcome.changes.failed] or [outcome.output]
    ]
    looked = [outcome for outcome in outcomes if outcome.exit_code is not None]
    return Drift(
        environment=fleet.catalogue.environment,
        stacks=[outcome.stack.name for outcome in looked],
        resources=sum(outcome.changes.finished for outcome in looked),
        drifted=found,
        passed_over=passed_over,
        problems=problems,
    )
