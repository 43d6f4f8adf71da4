"""Two judges of workflows, obtained once and kept: actionlint, built from its pinned Go module, and zizmor of PyPI."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from localcloud.paths import cache_directory

ZIZMOR: Final = "1.32.0"
_MODULE: Final = Path(__file__).parent / "actionlint"
_PACKAGE: Final = "github.com/rhysd/actionlint/cmd/actionlint"


def actionlint(*files: Path) -> subprocess.CompletedProcess[str]:
    """What actionlint says of workflows; skips the test where it cannot be had."""
    pins = b"".join((_MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))
    program = cache_directory() / "judges" / f"actionlint-{sha256(pins).hexdigest()[:16]}" / "actionlint"
    if not program.is_file():
        if shutil.which("go") is None:
            pytest.skip("go is not installed, and actionlint is built from its module")
        program.parent.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(
            ["go", "build", "-mod=readonly", "-trimpath", "-o", str(program), _PACKAGE],
            cwd=_MODULE,
            env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-p=2"},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"actionlint cannot be built: {made.stderr.strip().splitlines()[-1]}")
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
