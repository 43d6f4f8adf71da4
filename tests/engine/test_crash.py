"""`kill -9` of the engine in the middle of an update costs nothing but the time to run it again (issue 3, item 10)."""

import getpass
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.state import file_backend
from stacks.field_manager import FIELD_MANAGER
from tests.engine.crash_project import CrashProject, assert_whole, comparable, seeded
from tests.fixtures_cluster import Kubectl, Starter

KILLS = int(os.environ.get("TENANTPLANE_CRASH_KILLS", "5"))
"""More of them find what is rarer: ten take five minutes."""


@pytest.fixture
def project(own_cluster: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CrashProject:
    """A project with a cluster of its own, which nobody else writes to."""
    made = own_cluster("crash")
    monkeypatch.setenv("TENANTPLANE_STATE", str(tmp_path))
    return CrashProject.make(tmp_path, Kubectl(made.kubeconfig))


@pytest.mark.engine
@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_killed_engine_leaves_no_orphan_no_duplicate_and_no_lost_secret(
    project: CrashProject, capsys: pytest.CaptureFixture[str]
) -> None:
    seed, chance = seeded()
    tell(capsys, f"\ncrash seed {seed} (TENANTPLANE_CRASH_SEED)")
    project.fleet_up()
    known = assert_whole(project)
    operations = len(project.state()["resources"])
    stopped = 0
    for kill in range(KILLS):
        # Every round creates a tenant with its secret, and updates those that are there.
        project.write_tenants(2 + kill, f" ({kill})")
        after = chance.randrange(1, operations + 14)
        begun = project.killed_up(after, chance.random() * 0.2, group=kill % 2 == 0)
        stopped += begun >= after
        if kill % 3 == 2:
            # Without fleet: the engine's own two commands. It keeps naming open creations until `refresh`, and goes on.
            project.pulumi("cancel", "--yes")
            project.pulumi("up", "--yes", "--skip-preview")
            assert_whole(project, pending_allowed=True)
        said = project.fleet_up()
        now = assert_whole(project)
        assert {each: now[each] for each in known} == known, "a password changed by itself"
        tell(capsys, f"  kill {kill + 1}: after {begun} of some {operations} operations; {_recovered(said)}")
        known, operations = now, len(project.state()["resources"])
    assert stopped >= KILLS // 2, "most updates ended before they were killed: nothing was shown"

    # A creation that was killed and done over must not leave a second owner behind, which would refuse every later
    # change.
    assert {each: names for each, names in project.owners().items() if names != {FIELD_MANAGER}} == {}
    project.write_tenants(1 + KILLS, " (moved)", tiers=1)
    project.fleet_up()
    assert assert_whole(project) == known

    crashed = comparable(project.state())
    objects = project.server_ids()
    project.pulumi("destroy", "--yes", "--skip-preview", "--ignore-protect")
    assert project.server_ids() == set()
    project.fleet_up()
    assert_whole(project)
    assert comparable(project.state()) == crashed
    assert project.server_ids() == objects


@pytest.mark.engine
@pytest.mark.cluster
@pytest.mark.slow
def test_after_a_killed_removal_an_update_makes_everything_again(project: CrashProject) -> None:
    project.write_tenants(6)
    project.fleet_up()
    before = project.server_ids()
    left = project.killed_fleet_destroy()
    assert left < len(before), "nothing was removed when it was killed"
    said = project.fleet_up()
    assert "a removal was killed half-way" in said
    assert_whole(project)
    assert project.server_ids() == before
    assert "nothing changed" in project.fleet_up(), "the mark of the removal outlived it"
    assert project.killed_fleet_destroy() < len(before)
    project.fleet("destroy", "--yes")
    assert project.server_ids() == set()


@pytest.mark.engine
@pytest.mark.cluster
def test_a_lock_of_a_living_engine_is_respected(project: CrashProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.fleet_up()
    project.write_tenants(2, " again")
    lock = _lock(project)
    try:
        with pytest.raises(AssertionError, match=r"is locked by .*on this machine"):
            project.fleet_up()
    finally:
        lock.unlink()
    assert "1 stack" in project.fleet_up()


def _lock(project: CrashProject) -> Path:
    """A lock as the engine writes it, of this very process, which is alive."""
    backend = file_backend(project.environment)
    assert backend is not None
    file = backend / ".pulumi" / "locks" / "organization" / "tenantplane" / "bench" / "somebody.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = {"pid": os.getpid(), "username": getpass.getuser(), "hostname": socket.gethostname()}
    file.write_text(json.dumps({**lock, "timestamp": datetime.now(UTC).isoformat()}))
    return file


def _recovered(said: str) -> str:
    """What fleet said of the recovery."""
    notes = [line.strip() for line in said.splitlines() if "removed the lock" in line or "half-way" in line]
    return "; ".join(notes) or "nothing to recover"


def tell(capsys: pytest.CaptureFixture[str], text: str) -> None:
    """A line for the person who watches the test."""
    with capsys.disabled():
        sys.stdout.write(f"{text}\n")
