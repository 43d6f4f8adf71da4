"""The preview of one changed tenant looks at that tenant's stack, however many others there are (I2). Counted, not
timed."""

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bench.fleet.project import CLUSTERS, make_fleet_project, shards_of
from bench.onboarding.project import ENVIRONMENT
from fleet import policy_gate
from fleet.preview import findings
from fleet.preview.side_process import SideProcess
from fleet.stacks import stacks_of
from settings import load_catalogue, plan_hash, planning, sums

TENANTS = 30


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_fleet_project(tmp_path / "project", TENANTS)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> "Calls":
    return Calls(monkeypatch)


class Calls:
    """How often functions were called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: Counter[str] = Counter()
        self._monkeypatch = monkeypatch

    def count(self, owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*given: Any, **more: Any) -> Any:
            self.of[name] += 1
            return real(*given, **more)

        self._monkeypatch.setattr(owner, name, counted)


def test_each_tenant_is_planned_once_and_the_program_read_once_for_all_stacks(project: Path, calls: Calls) -> None:
    catalogue = load_catalogue(project / "catalog", ENVIRONMENT)
    calls.count(planning, "_plan")
    calls.count(plan_hash, "_program")
    assert len(stacks_of(catalogue, project)) == len(CLUSTERS) * (1 + shards_of(TENANTS))
    assert calls.of == {"_plan": TENANTS, "_program": 1}


def test_what_would_be_allowed_is_sought_for_mistakes_alone(project: Path, calls: Calls) -> None:
    """The least share of a quota is found by trying each: that was nine tenths of a catalogue's load."""
    calls.count(sums, "least_share")
    load_catalogue(project / "catalog", ENVIRONMENT)
    assert not calls.of


def test_the_policies_look_at_the_changed_stack_alone_and_read_no_catalogue(project: Path, calls: Calls) -> None:
    catalogue = load_catalogue(project / "catalog", ENVIRONMENT)
    stacks = stacks_of(catalogue, project)
    changed = next(each for each in stacks if each.tenants)
    calls.count(findings, "load_catalogue")
    for name in ("describe", "render"):
        calls.count(SideProcess, name)
    said = Console(file=io.StringIO())
    assert policy_gate.refusals(project, catalogue, stacks, [changed], said) == []
    assert calls.of == {"render": 1}
