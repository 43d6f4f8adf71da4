"""Processes that outlive the command that started them, known again later beyond doubt.

There is no supervisor. A part's record holds its process id and the time that process began: an id that the system has
given to somebody else since is never mistaken for ours. A process that was started by a command killed before it could
write the record is found by its arguments, which hold the cluster's directory.
"""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from localcloud.files import explain_full_disk, write_whole

_LOG_LIMIT_BYTES = 20_000_000
_START_TOLERANCE_S = 0.1
"""Start times come in clock ticks of 10 ms."""


@dataclass(frozen=True)
class Record:
    """What is written down about a started process."""

    pid: int
    started: float
    command: tuple[str, ...]


def spawn(
    command: tuple[str, ...], log: Path, record: Path, directory: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, with its output appended to `log`, and write its record."""
    with explain_full_disk(directory):
        log.parent.mkdir(parents=True, exist_ok=True)
        record.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        with contextlib.suppress(psutil.NoSuchProcess):
            started = psutil.Process(process.pid).create_time()
            write_whole(record, json.dumps(asdict(Record(process.pid, started, command))))
    return process


def recorded(record: Path) -> tuple[psutil.Process, tuple[str, ...]] | None:
    """The running process of a record and the command it was started with; None when it is gone or was never ours."""
    try:
        data = json.loads(record.read_text())
        pid, started, command = int(data["pid"]), float(data["started"]), tuple(map(str, data["command"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < _START_TOLERANCE_S
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process, command
    return None


def find(directory: Path, tools: Iterable[str]) -> list[psutil.Process]:
    """Every running process of this user's that is one of `tools` and works in `directory`, recorded or not."""
    names = set(tools)
    mark = f"{directory}{os.sep}"
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            command = process.cmdline()
            if command and Path(command[0]).name in names and any(mark in argument for argument in command[1:]):
                found.append(process)
    return found


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for a message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_000))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:])
