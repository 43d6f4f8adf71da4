"""Ending processes, whoever started them."""

import contextlib
from collections.abc import Iterable

import psutil


def end_processes(processes: Iterable[psutil.Process], grace_s: float) -> None:
    """Ask processes to end and, after `grace_s` seconds, make them; with 0 they are not asked. Returns when all are
    gone."""
    alive = list(processes)
    if grace_s:
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, alive = psutil.wait_procs(alive, timeout=grace_s)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=10)
