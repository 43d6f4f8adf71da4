"""A flow: steps on one stack, run on both sides at once and recorded step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.differential import record
from tests.differential.side import Outcome, Plugins, Side

Json = Any


ASPECTS = ("plan", "diagnostics", "state", "objects")  # the last two exist after a command that writes


@dataclass(frozen=True, kw_only=True)
class Step:
    """One engine command.

    name: says what is done, unique in its flow. command: arguments of `pulumi`. phase: of the program.
    before: what is done to the cluster first, behind Pulumi's back. crossed: the other side's plugins act.
    unchanged: every resource must be left as it is, on both sides. fails: the command must fail on both sides.
    compared: the aspects to compare, of those that the command has.
    """

    name: str
    command: Sequence[str]
    phase: int = 1
    before: Callable[[Side], None] | None = None
    crossed: bool = False
    unchanged: bool = False
    fails: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    compared: Sequence[str] = ASPECTS

    @cached_property
    def writes(self) -> bool:
        """Whether the command changes the cluster or the state."""
        return self.command[0] != "preview" and "--preview-only" not in self.command

    @property
    def aspects(self) -> tuple[str, ...]:
        """What is compared after this step."""
        return tuple(aspect for aspect in (ASPECTS if self.writes else ASPECTS[:2]) if aspect in self.compared)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A stack and what happens to it.

    modules: scenario modules that the program declares. prepare: makes what exists before the first step.
    tidy: removes what destroy leaves, so that a control plane can be used again.
    """

    name: str
    modules: Sequence[str]
    steps: Sequence[Step]
    prepare: Callable[[Side], None] | None = None
    tidy: Callable[[Side], None] | None = None
    extra_kinds: str = ""


Records = dict[str, dict[str, Json]]  # step -> aspect -> recorded value


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What both sides did: step, then aspect, then the value by resource.

    stopped: what the CLI printed on a side whose step ended otherwise than its table says; later steps are missing.
    """

    official: Records
    bundled: Records
    stopped: Sequence[str]


def run(flow: Flow, official: Side, bundled: Side) -> Recording:
    """Run a flow on both sides side by side."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        one = pool.submit(_run_side, flow, official, bundled.plugins)
        other = pool.submit(_run_side, flow, bundled, official.plugins)
    (official_records, *official_stop), (bundled_records, *bundled_stop) = one.result(), other.result()
    return Recording(
        official=official_records, bundled=bundled_records, stopped=[*filter(None, official_stop + bundled_stop)]
    )


def _run_side(flow: Flow, side: Side, other: Plugins) -> tuple[Records, str]:
    if flow.tidy:
        flow.tidy(side)
    if flow.prepare:
        flow.prepare(side)
    side.make_stack(flow.name)
    recorded: Records = {}
    for step in flow.steps:
        if step.before:
            step.before(side)
        with side.using(other if step.crossed else side.plugins):
            outcome = side.pulumi(
                flow.name, *step.command, modules=flow.modules, phase=step.phase, **dict(step.environment)
            )
        recorded[step.name] = _record(flow, step, side, outcome)
        if (outcome.exit_code != 0) != step.fails:
            expected = "fail" if step.fails else "succeed"
            return recorded, f"{side.name}: step {step.name} did not {expected}:\n{outcome.text}"
    if flow.tidy:
        flow.tidy(side)
    return recorded, ""


def _record(flow: Flow, step: Step, side: Side, outcome: Outcome) -> dict[str, Json]:
    plan, diagnostics = record.plan(outcome), record.diagnostics(outcome)
    if step.fails and not step.environment.get("PULUMI_CONTINUE_ON_ERROR"):
        # The engine stops at the first error; how far the other resources have got by then is a matter of luck.
        plan = {urn: steps for urn, steps in plan.items() if urn in diagnostics}
    read: dict[str, Json] = {"plan": plan, "diagnostics": diagnostics}
    if step.writes:
        read["state"] = record.state(side, flow.name)
        read["objects"] = record.objects(side, flow.extra_kinds)
    return read
