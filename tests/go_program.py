"""Programs of others that tests ask, built once from their pinned Go modules and kept."""

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from localcloud.paths import cache_directory


def go_program(module: Path, package: str) -> Path:
    """The program of a package, built once for each pin; skips the test where it cannot be had.

    module: folder with the go.mod and go.sum that pin it.
    """
    name = package.rpartition("/")[2]
    pins = b"".join((module / each).read_bytes() for each in ("go.mod", "go.sum"))
    program = cache_directory() / "judges" / f"{name}-{sha256(pins).hexdigest()[:16]}" / name
    if not program.is_file():
        program.parent.mkdir(parents=True, exist_ok=True)
        go(module, "build", "-mod=readonly", "-trimpath", "-o", str(program), package)
    return program


def go(module: Path, *arguments: str) -> str:
    """What a command of go prints in the folder of a module; skips the test where it fails."""
    if shutil.which("go") is None:
        pytest.skip(f"go is not installed, and what {module.name} pins is built with it")
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-p=2"}
    done = subprocess.run(["go", *arguments], cwd=module, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
        pytest.skip(f"{module.name}: go {arguments[0]} failed: {said}")
    return done.stdout
