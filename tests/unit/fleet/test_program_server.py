"""Programs that are forks of one process: their own outputs, folder, variables and exit code, and no life after
their host.

The language host's bootstrap is taken from its source, so that both sides of the handing over are tested together.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench.onboarding.project import CHECKOUT
from fleet.program_server import VARIABLE, serving

RUN_GO = CHECKOUT / "localcloud" / "providers" / "langhost" / "run.go"

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux's pidfd; programs start as ever")


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with serving(CHECKOUT) as variables:
        assert VARIABLE in variables
        yield variables


def bootstrap() -> str:
    found = re.search(r"const bootstrap = `(.*?)`", RUN_GO.read_text(), re.DOTALL)
    assert found
    return found.group(1)


TRAMPOLINE = (
    "import os, signal, sys\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\nos.dup2(int(sys.argv[1]), 3)\n"
    "os.execv(sys.executable, [sys.executable, '-c', sys.argv[2]])"
)
"""Puts the request where the bootstrap looks for it. Tests that a shell runs in the background inherit from it that
SIGINT is ignored; what Python starts must not."""


def start(source: str, folder: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    """Starts a runner as the language host does: bootstrap as -c, the runner and its request on file descriptor 3."""
    reader, writer = os.pipe()
    text = json.dumps(["<runner>", source, {"answer": 42}])

    def feed() -> None:
        with os.fdopen(writer, "w") as pipe:
            pipe.write(text)

    threading.Thread(target=feed, daemon=True).start()
    process = subprocess.Popen(
        [sys.executable, "-c", TRAMPOLINE, str(reader), bootstrap()],
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=[reader],
    )
    os.close(reader)
    return process


FACTS = (
    "import os, sys, json\n"
    "print(json.dumps([REQUEST['answer'], os.getcwd(), os.environ.get('OWN'), 'pulumi' in sys.modules, os.getppid(),"
    f" os.environ.get({VARIABLE!r})]))\n"
    "print('to the other output', file=sys.stderr)\n"
    "sys.exit(32)"
)


def test_a_program_has_its_own_request_folder_variables_outputs_and_exit_code(
    server: dict[str, str], tmp_path: Path
) -> None:
    process = start(FACTS, tmp_path, {**server, "OWN": "yes"})
    out, err = process.communicate()
    answer, folder, own, preloaded, parent, passed_on = json.loads(out)
    assert (answer, folder, own, preloaded) == (42, str(tmp_path), "yes", True)
    assert psutil.Process(parent).cmdline()[1:3] == ["-m", "fleet.program_server"]
    assert passed_on is None
    assert err == "to the other output\n"
    assert process.returncode == 32


def test_without_a_server_the_program_starts_as_ever(tmp_path: Path) -> None:
    for variables in ({}, {VARIABLE: str(tmp_path / "nobody")}):
        process = start(FACTS, tmp_path, variables)
        out, _ = process.communicate()
        assert json.loads(out)[0] == 42
        assert json.loads(out)[3] is False
        assert process.returncode == 32


def test_an_error_of_the_program_is_told_and_is_no_error_of_the_server(server: dict[str, str], tmp_path: Path) -> None:
    process = start("raise ValueError('wrong tenant')", tmp_path, server)
    _, err = process.communicate()
    assert process.returncode == 1
    assert "ValueError: wrong tenant" in err
    again = start("pass", tmp_path, server)
    again.communicate()
    assert again.returncode == 0


def test_programs_run_side_by_side_and_do_not_share_what_they_change(server: dict[str, str], tmp_path: Path) -> None:
    source = "import pulumi\nprint(getattr(pulumi, 'mark', 'clean'))\npulumi.mark = 'dirty'"
    running = [start(source, tmp_path, server) for _ in range(4)]
    assert [process.communicate()[0].strip() for process in running] == ["clean"] * 4


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_program_ends_with_its_bootstrap(server: dict[str, str], tmp_path: Path, how: signal.Signals) -> None:
    process = start("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)", tmp_path, server)
    assert process.stdout is not None
    program = psutil.Process(int(process.stdout.readline()))
    process.send_signal(how)
    program.wait(timeout=30)
    process.communicate()
    assert process.returncode in (130, -how)
