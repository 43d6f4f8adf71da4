"""The bundled providers do what the official ones do: plans, diagnostics, states and objects (issue 3, item 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.differential import normalise
from tests.differential.deviations import unexplained
from tests.differential.flow import Flow, Recording, Step
from tests.differential.flows import FLOWS

pytestmark = [
    pytest.mark.engine,
    pytest.mark.cluster,
    pytest.mark.differential,
    pytest.mark.slow,
]

Record = Callable[[Flow], Recording]
LEAST = {"life": 120, "failing": 25, "refused": 5, "configured": 25, "imported": 6}
"""Resources that a plan of the flow has at least, by its steps: a comparison of nothing with nothing proves nothing."""


def _group(flow: Flow) -> pytest.MarkDecorator:
    """What a flow recorded is kept for one worker; another flow may run on another, with control planes of its own."""
    return pytest.mark.xdist_group(f"differential-{flow.name}")


def _reached(recording: Recording, step: Step) -> None:
    missing = [side for side in ("official", "bundled") if step.name not in getattr(recording, side)]
    if missing:
        stopped = "\n".join(recording.stopped)
        pytest.fail(f"step {step.name} was not reached on the side {', '.join(missing)}:\n{stopped[-6000:]}")


@pytest.mark.parametrize(
    ("flow", "step", "aspect"),
    [
        pytest.param(flow, step, aspect, id=f"{flow.name}-{step.name}-{aspect}", marks=_group(flow))
        for flow in FLOWS
        for step in flow.steps
        for aspect in step.aspects
    ],
)
def test_both_do_the_same(recording: Record, flow: Flow, step: Step, aspect: str) -> None:
    recorded = recording(flow)
    _reached(recorded, step)
    official, bundled = recorded.official[step.name][aspect], recorded.bundled[step.name][aspect]
    found = unexplained(flow.name, step.name, aspect, normalise.differences(official, bundled))
    assert not found, f"{len(found)} differences of the {aspect} after {step.name}:\n" + "\n".join(found[:40])


@pytest.mark.parametrize(
    ("flow", "step"),
    [
        pytest.param(flow, step, id=f"{flow.name}-{step.name}", marks=_group(flow))
        for flow in FLOWS
        for step in flow.steps
        if step.unchanged
    ],
)
def test_nothing_changes_without_a_change(recording: Record, flow: Flow, step: Step) -> None:
    recorded = recording(flow)
    _reached(recorded, step)
    for records in (recorded.official, recorded.bundled):
        plan: dict[str, list[Any]] = records[step.name]["plan"]
        changing = {
            urn: [entry["op"] for entry in entries]
            for urn, entries in plan.items()
            if not urn.endswith("::replace-unready")  # asks to be replaced for as long as it is not ready
            and any(entry["op"] not in ("same", "refresh", "read", "read-discard") for entry in entries)
        }
        assert not changing, f"{step.name} would change {changing}"


@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name, marks=_group(flow)) for flow in FLOWS])
def test_the_flow_compares_something(recording: Record, flow: Flow) -> None:
    recorded = recording(flow)
    for records in (recorded.official, recorded.bundled):
        assert len(records[flow.steps[0].name]["plan"]) >= LEAST[flow.name]
        assert any(step.get("objects") for step in records.values())
