"""Prometheus' own programs, or why a test that needs them is skipped."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

INSTALL = "apt-get install --no-install-recommends prometheus prometheus-alertmanager"
LEAST = {"promtool": (2, 42), "prometheus": (2, 42), "amtool": (0, 25)}
"""The oldest versions that the tests were run with: those of Debian 12."""


@cache
def _found(name: str) -> tuple[str, tuple[int, int]] | None:
    path = shutil.which(name)
    if path is None:
        return None
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    said = re.search(r"version (\d+)\.(\d+)", done.stdout + done.stderr)
    return (path, (int(said[1]), int(said[2]))) if said else None


def program(name: str) -> str:
    """Path of a program; skips the test where it is missing or too old."""
    found = _found(name)
    if found is None or found[1] < LEAST[name]:
        pytest.skip(f"no {name} {'.'.join(map(str, LEAST[name]))} or newer on PATH; {INSTALL}")
    return found[0]


def run(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    command = [program(name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
