"""Times a command and the memory of all its processes."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_SAMPLE_S: Final = 0.1


class CommandError(Exception):
    """A measured command did not end well; the text holds the end of its output."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one run took. peak_rss_mb: highest sum of resident memory over the command and everything it started, in MB
    of 2**20 bytes, sampled ten times a second; pages that processes share count in each of them. cpu_s: processor time
    of the same, as of the last sample of each."""

    seconds: float
    peak_rss_mb: float
    cpu_s: float
    output: str


def measure(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Measured:
    """Runs a command to its end. Raises CommandError when it ends with another code than 0."""
    began = time.monotonic()
    process = psutil.Popen(
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = 0.0
    used: dict[int, float] = {}
    ended = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not ended.wait(_SAMPLE_S):
            peak = max(peak, _resident(process, used))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        output, _ = process.communicate()
    finally:
        ended.set()
        sampler.join()
    seconds = time.monotonic() - began
    if process.returncode != 0:
        tail = "\n".join(output.splitlines()[-30:])
        raise CommandError(f"{' '.join(command[:6])} … ended with {process.returncode}:\n{tail}")
    return Measured(seconds=seconds, peak_rss_mb=peak / 2**20, cpu_s=sum(used.values()), output=output)


def _resident(process: psutil.Process, used: dict[int, float]) -> float:
    """Bytes of memory of a process and all below it. used: gets the processor time of each, by its number."""
    total = 0.0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0.0
    for each in family:
        try:
            total += each.memory_info().rss
            times = each.cpu_times()
            used[each.pid] = times.user + times.system
        except psutil.Error:
            continue
    return total
