"""Two judges of workflows, obtained once and kept: actionlint, built from its pinned Go module, and zizmor of PyPI."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from localcloud.paths import cache_directory
from tests.go_program import go_program

ZIZMOR: Final = "1.32.0"
_MODULE: Final = Path(__file__).parent / "actionlint"
_PACKAGE: Final = "github.com/rhysd/actionlint/cmd/actionlint"


def actionlint(*files: Path) -> subprocess.CompletedProcess[str]:
    """What actionlint says of workflows; skips the test where it cannot be had."""
    program = go_program(_MODULE, _PACKAGE)
    # Shell scripts are looked at where shellcheck is installed, and not everywhere else: the same verdict for all.
    return subprocess.run(
        [str(program), "-shellcheck=", "-pyflakes=", *map(str, files)], capture_output=True, text=True, check=False
    )


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    """What zizmor says of a folder of workflows, offline; skips the test where it cannot be had."""
    place = cache_directory() / "judges" / f"zizmor-{ZIZMOR}"
    program = place / "bin" / "zizmor"
    if not program.is_file():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        made = subprocess.run(
            [*command, "--target", str(place), f"zizmor=={ZIZMOR}"], capture_output=True, text=True, check=False
        )
        if made.returncode:
            pytest.skip(f"pip cannot install zizmor: {made.stderr.strip().splitlines()[-1]}")
    return subprocess.run(
        [str(program), "--offline", "--no-progress", "--no-config", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
