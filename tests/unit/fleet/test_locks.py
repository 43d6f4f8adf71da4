"""A lock is taken away only when its holder was here and is gone."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from fleet.locks import Lock, is_locked_out, locks_in

HERE = socket.gethostname()


def refusal(host: str, pid: int, at: datetime) -> str:
    """The engine's words when a stack is locked."""
    return (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
        "lock file with `pulumi cancel`.\n"
        f"  file:///state/.pulumi/locks/organization/tenantplane/local/0.json: created by root@{host} (pid {pid}) at "
        f"{at.isoformat(timespec='seconds')}"
    )


def lock(host: str, pid: int, at: datetime | None = None) -> Lock:
    found = locks_in(refusal(host, pid, at or datetime.now(UTC)))
    assert len(found) == 1
    return found[0]


def ended_process() -> int:
    """The number of a process that ran and is gone."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_refusal_names_the_holder() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    found = lock("build-7", 4711, at)
    assert (found.user, found.host, found.pid, found.at) == ("root", "build-7", 4711, at)
    assert "process 4711 on build-7" in str(found)


def test_other_failures_are_no_lock() -> None:
    assert locks_in("error: the kubeconfig is not there") == ()
    assert not is_locked_out("error: update failed")
    assert is_locked_out(refusal(HERE, 1, datetime.now(UTC)))


def test_a_living_process_of_this_machine_holds_its_lock() -> None:
    assert lock(HERE, os.getpid()).holder_lives() is True


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert lock(HERE, ended_process()).holder_lives() is False


def test_a_process_that_began_after_the_lock_is_another_one() -> None:
    assert lock(HERE, os.getpid(), datetime.now(UTC) - timedelta(days=365)).holder_lives() is False


def test_nobody_knows_of_a_process_on_another_machine() -> None:
    assert lock("elsewhere.example", os.getpid()).holder_lives() is None


def test_a_process_that_has_ended_and_whose_end_nobody_has_asked_about_holds_nothing() -> None:
    """As in a container without an init that does."""
    began = datetime.now(UTC)
    with subprocess.Popen([sys.executable, "-c", ""]) as done:
        os.waitid(os.P_PID, done.pid, os.WEXITED | os.WNOWAIT)
        assert lock(HERE, done.pid, began).holder_lives() is False
