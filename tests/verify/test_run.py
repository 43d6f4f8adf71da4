"""`fleet verify` on the live stack: all of it holds, and nothing of a run is left, however it ends (I4)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fleet import verify_commands  # noqa: F401  adds the command
from fleet.cli import app
from fleet.verify.own_namespace import LABEL, MADE_BY
from localcloud.controlplane.postgres import DatabaseServer
from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

QUICK = ("--tenant", "pelican-games", "--only", "real-pod")
"""A run that needs its own namespace and little else."""


def left(admin: Caller) -> list[str]:
    """Namespaces of runs that are there and do not go."""
    items = admin.get(f"/api/v1/namespaces?labelSelector={LABEL}")["items"]
    return [each["metadata"]["name"] for each in items if "deletionTimestamp" not in each["metadata"]]


def test_everything_holds_on_the_live_stack(
    databases: DatabaseServer, admin: Caller, plans: dict[str, TenantPlan], tmp_path: Path
) -> None:
    report = tmp_path / "verify.xml"
    done = CliRunner().invoke(app, ["verify", "local", "--format", "json", "--junit", str(report), "--rate", "2000"])
    assert "{" in done.output, f"{done.exception!r}: {done.output}"
    found = json.loads(done.output[done.output.index("{") :])
    wrong = [each for each in found["findings"] if each["state"] != "held"]
    assert wrong == []
    assert done.exit_code == 0
    assert found["tenants"] == len(plans)
    assert len(found["controls"]) >= 60
    assert found["counts"]["held"] > 180 * len(plans)
    assert report.read_text().count("<testcase") == found["counts"]["held"]
    assert left(admin) == []


def test_a_plan_asks_nothing_and_says_what_would_be_done(plans: dict[str, TenantPlan], admin: Caller) -> None:
    said = CliRunner().invoke(app, ["verify", "local", "--plan"])
    assert said.exit_code == 0
    assert f"cluster local: {len(plans)} tenants" in said.output
    assert "every write is a dry run" in said.output
    assert left(admin) == []


def test_who_is_not_there_is_not_verified() -> None:
    assert CliRunner().invoke(app, ["verify", "local", "--tenant", "nobody-inc"]).exit_code == 4
    said = CliRunner().invoke(app, ["verify", "local", "--only", "TP-Z9-99"])
    assert said.exit_code == 3
    assert "nothing was asked" in said.output


@pytest.fixture
def held_up(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run that stays in its own namespace until somebody ends it."""
    program = tmp_path / "run.py"
    program.write_text(
        "import sys, threading\nfrom fleet import verify_commands\nimport fleet.verify.run as at\n"
        "at.ask_own = lambda *_: iter([threading.Event().wait(60)])\n"
        "from fleet.cli import main\n"
        f"sys.argv = ['fleet', 'verify', 'local', *{QUICK!r}]\nmain()\n"
    )
    running = subprocess.Popen([sys.executable, str(program)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    yield running
    running.kill()
    running.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_broken_off_leaves_nothing(
    number: signal.Signals, held_up: subprocess.Popen[bytes], plans: dict[str, TenantPlan], admin: Caller
) -> None:
    assert plans
    until(lambda: left(admin), "the run has its namespace")
    held_up.send_signal(number)
    assert held_up.wait(120) != 0
    assert left(admin) == []


def test_what_a_killed_run_left_is_removed_by_the_next_and_nobody_elses(
    held_up: subprocess.Popen[bytes], plans: dict[str, TenantPlan], admin: Caller
) -> None:
    assert plans
    (lost,) = until(lambda: left(admin), "the run has its namespace")
    held_up.kill()
    held_up.wait()
    other = {"metadata": {"name": "tenantplane-verify-goes-on", "labels": {LABEL: "goes-on"},
                          "annotations": {MADE_BY: "elsewhere/1/1"}}}  # fmt: skip
    admin.create("/api/v1/namespaces", other)
    try:
        assert left(admin) == sorted([lost, "tenantplane-verify-goes-on"])
        done = CliRunner().invoke(app, ["verify", "local", *QUICK])
        assert done.exit_code == 0, done.output
        assert f"removed {lost}, which an earlier run left" in done.output
        assert left(admin) == ["tenantplane-verify-goes-on"]
    finally:
        admin.delete("/api/v1/namespaces/tenantplane-verify-goes-on")
