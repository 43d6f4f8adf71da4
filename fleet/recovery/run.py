"""Settles what an engine that was killed left open in the state of its stack."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from fleet.errors import FleetError
from fleet.events import Changes
from fleet.recovery.deployment import settled, surplus
from fleet.recovery.plan import recovery_plan
from fleet.recovery.plugins import await_plugins
from fleet.recovery.words import answers, only_a_person, told
from fleet.stacks import Stack
from fleet.state import StackState

if TYPE_CHECKING:
    from fleet.engine import Engine


def recover(
    engine: "Engine", stack: Stack, state: StackState, notes: list[str], watch: Callable[[Changes], None]
) -> None:
    """Settles the creations that a state lists as begun, and says so in `notes`.

    watch: told now and then that it goes on. Raises FleetError where only a person can judge one of them; nothing is
    changed then: the engine lets go of all open operations whenever a state is written.
    """
    plan = recovery_plan(state.pending)
    if not plan.needed:
        return
    watch(Changes())
    await_plugins(engine.root)
    whole = json.loads(engine.output("stack", "export", "--stack", stack.name))
    adopt, drop, unknown = dict(plan.adopt), [*plan.drop], {each.urn: "" for each in plan.unknown}
    at_aws = [each for each in state.pending if each.type.startswith("aws:")]
    if plan.ask or any(each.urn in adopt for each in at_aws):
        from fleet.recovery.aws import Aws  # noqa: PLC0415  boto3, seldom needed

        aws = Aws(whole["deployment"])
        found = aws.look_up(plan.ask, engine.ids(stack))
        adopt, drop, unknown = {**adopt, **found.adopt}, [*drop, *found.drop], {**unknown, **found.unknown}
        notes += aws.await_ready([each for each in at_aws if each.urn in adopt], lambda: watch(Changes()))
    file = engine.answers_file(stack)
    for urn, identifier in answers(file.read_text() if file.is_file() else "").items():
        if urn in unknown:
            del unknown[urn]
            if identifier is None:
                drop.append(urn)
            else:
                adopt[urn] = identifier
    if unknown:
        pending = [each for each in state.pending if each.urn in unknown]
        raise FleetError(only_a_person(stack.name, pending, unknown, file))
    engine.write(stack, {**whole, "deployment": settled(whole["deployment"], frozenset(drop), adopt)}, notes)
    file.unlink(missing_ok=True)
    beside = surplus(whole["deployment"], adopt)
    if looked_for := [urn for urn in adopt if urn not in beside]:
        engine.read(stack, looked_for, notes)
    notes.append(told(drop, adopt))
