"""`fleet up` asks the policy pack before it changes anything, and stops where a stack breaks a control (I1)."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench.onboarding.project import ENVIRONMENT, make_project
from fleet.errors import FleetError
from fleet.policy_gate import refusals
from fleet.run import Fleet, Scope, apply
from localcloud.paths import STATE_VARIABLE
from settings import load_catalogue

NETWORK = "components/network/tenant_network.py"
DENY = "spec=dict(CLOSED),"
OPEN = 'spec={"pod_selector": {}, "policy_types": ["Ingress"]},'


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """A project of one tenant that holds every control, and was never applied."""
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path / "state"))
    root = make_project(tmp_path / "project", 1, workloads=1, shards=1)
    return Fleet(root, load_catalogue(root / "catalog", ENVIRONMENT))


def test_a_tenant_that_breaks_a_mandatory_control_stops_the_update_before_it_begins(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Console(file=io.StringIO())
    assert refusals(fleet.root, fleet.catalogue, fleet.stacks, fleet.stacks, said) == []  # the twin
    file = fleet.root / NETWORK
    text = file.read_text()
    assert DENY in text
    file.write_text(text.replace(DENY, OPEN, 1))

    def never(*_: object) -> None:
        raise AssertionError("the engine was started")

    monkeypatch.setattr(Fleet, "run", never)
    with pytest.raises(FleetError, match="nothing was changed") as raised:
        apply(fleet, "up", Scope(), said, None, policies=True)
    assert "[TP-E1-01] namespace 'tenant-bench-0000' has no NetworkPolicy that denies all" in str(raised.value)


def test_a_project_without_a_pack_has_no_rules(tmp_path: Path, fleet: Fleet) -> None:
    said = Console(file=io.StringIO())
    assert refusals(tmp_path, fleet.catalogue, fleet.stacks, fleet.stacks, said) == []
