"""Follows a running engine by its event log."""

import subprocess
from collections.abc import Callable
from typing import IO, Final

from fleet.events import Changes

_POLL_S: Final = 0.1


def follow(
    process: subprocess.Popen[bytes], log: IO[bytes], changes: Changes, watch: Callable[[Changes], None]
) -> None:
    """Feeds the event log to `changes` while the process runs, and what is left of it after its end."""
    rest = b""
    running = True
    while running:
        try:
            process.wait(timeout=_POLL_S)
            running = False
        except subprocess.TimeoutExpired:
            pass
        *whole, rest = (rest + log.read()).split(b"\n")
        for line in whole:
            changes.feed(line.decode(errors="replace"))
        watch(changes)
