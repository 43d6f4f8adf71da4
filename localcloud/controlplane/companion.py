"""What the servers beside a control plane have in common: one process on a loopback port, with files of its own."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from localcloud.controlplane import process
from localcloud.controlplane.diagnosis import known_cause
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.ports import HOST, holder, is_free
from localcloud.errors import LocalcloudError
from localcloud.processes import end_processes

_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Companion:
    """A server of one cluster. part: its name in records and logs. title: its name in messages. program: file name of
    its processes. folder: its own files, in the arguments of every one of its processes.
    """

    layout: Layout
    part: str
    title: str
    program: str
    folder: Path

    @property
    def runs(self) -> bool:
        """Whether the process that is on record still runs."""
        return process.recorded(self.layout.process(self.part)) is not None

    def require_free(self, port: int) -> None:
        """Raises LocalcloudError when somebody else has the port."""
        if not is_free(port):
            raise LocalcloudError(
                f"port {port}, which {self.title} of cluster {self.layout.name} had, is taken by {holder(port)}"
            )

    def await_start(self, child: subprocess.Popen[bytes], answers: Callable[[], bool], within_s: float) -> None:
        """Return once the started process answers. Raises LocalcloudError with its last words when it ends or does not
        in time."""
        deadline = time.monotonic() + within_s
        while not answers():
            if child.poll() is not None or time.monotonic() > deadline:
                log = self.layout.log(self.part)
                words = process.tail(log)
                if (known := known_cause(self.layout, words)) is not None:
                    raise known
                raise LocalcloudError(
                    f"{self.title} of cluster {self.layout.name} does not start; the last lines of {log}:\n{words}"
                )
            time.sleep(_LOOK_EVERY_S)

    def end(self, grace_s: float, first: signal.Signals = signal.SIGTERM) -> None:
        """End its processes, recorded or not, and delete its folder and record. first: the signal that asks them."""
        record = self.layout.process(self.part)
        found = process.recorded(record)
        alive = [found[0]] if found else []
        alive += [each for each in process.find(self.folder, (self.program,)) if each not in alive]
        for each in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(first)
        end_processes(alive, grace_s)
        shutil.rmtree(self.folder, ignore_errors=True)
        record.unlink(missing_ok=True)


def listens(port: int) -> bool:
    """Whether somebody takes connections on the loopback port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
