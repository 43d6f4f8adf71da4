"""No program outlives the engine that runs it (issue 3, item 4)."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.engine.runs import Project, bundled_plugins
from tests.polling import until

pytestmark = pytest.mark.engine

PROGRAM = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "600"])
with open("pids.new", "w") as file:
    file.write(f"{os.getpid()} {child.pid} {os.getppid()}")
os.rename("pids.new", "pids")
try:
    time.sleep(600)
finally:
    open("cleaned", "w").close()
"""
DEADLINE_S = 60


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_plugins(tmp_path_factory.mktemp("bundled"))


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def running(tmp_path: Path, plugins: Path) -> tuple[Project, subprocess.Popen[str], list[int]]:
    """A preview whose program waits; the ids of the program, its child and the language host."""
    project = Project(tmp_path, plugins).write(PROGRAM)
    assert project.plain("stack", "init", "dev").code == 0
    engine = project.start("preview", "--stack", "dev")
    until(lambda: (project.program / "pids").exists() or engine.poll() is not None, "the program runs")
    assert engine.poll() is None, engine.communicate()[0]
    return project, engine, [int(pid) for pid in (project.program / "pids").read_text().split()]


def test_an_interrupted_engine_lets_the_program_clean_up(
    running: tuple[Project, subprocess.Popen[str], list[int]],
) -> None:
    project, engine, pids = running
    engine.send_signal(signal.SIGINT)
    text, _ = engine.communicate(timeout=DEADLINE_S)
    assert engine.returncode != 0
    assert "canceled" in text
    assert "KeyboardInterrupt" not in text
    until(lambda: not any(map(alive, pids)), "program, child and host are gone")
    assert (project.program / "cleaned").exists()


@pytest.mark.parametrize("victim", ["engine", "engine and host"])
def test_nothing_is_left_of_a_killed_engine(
    running: tuple[Project, subprocess.Popen[str], list[int]], victim: str
) -> None:
    _, engine, (program, child, host) = running
    engine.kill()
    if victim == "engine and host":
        os.kill(host, signal.SIGKILL)  # then only the kernel is left to end the program, and nobody its child
        until(lambda: not any(map(alive, (program, host))), "program and host are gone")
        os.kill(child, signal.SIGKILL)
    engine.communicate(timeout=DEADLINE_S)
    until(lambda: not any(map(alive, (program, child, host))), "program, child and host are gone")
