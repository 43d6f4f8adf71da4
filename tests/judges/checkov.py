"""Runs checkov, an external judge of manifests, from a virtual environment of its own (I1)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from localcloud.paths import cache_directory

VERSION: Final = "3.3.30"
WAIVERS: Final = Path(__file__).parent / "waivers.yaml"
TIMEOUT_S: Final = 900


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """A finding that is right as it is. resource: with `*` for anything within."""

    check: str
    resource: str
    reason: str

    def covers(self, check: str, resource: str) -> bool:
        return check == self.check and fnmatchcase(resource, self.resource)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What checkov says. failed: check and resource of each finding."""

    passed: int
    resources: int
    unreadable: int
    failed: tuple[tuple[str, str], ...]

    @property
    def evaluated(self) -> bool:
        """Whether anything was judged at all: a tool that found nothing to look at says nothing is wrong."""
        return self.passed > 0 and self.resources > 0 and self.unreadable == 0

    def unexplained(self, waivers: Iterable[Waiver]) -> list[tuple[str, str]]:
        """Findings without a waiver."""
        return [each for each in self.failed if not any(waiver.covers(*each) for waiver in waivers)]


def installed() -> Path:
    """The environment's interpreter; installed once for each version. Skips the test where it cannot be had."""
    home = cache_directory() / "judges" / f"checkov-{VERSION}"
    python, done = home / "bin" / "python", home / ".installed"
    if not done.exists():
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"checkov=={VERSION}"],
        ):
            made = subprocess.run(command, capture_output=True, text=True, check=False)
            if made.returncode:
                pytest.skip(f"checkov cannot be installed: {(made.stderr.strip() or made.stdout).splitlines()[-1]}")
        done.touch()
    return python


def waivers() -> list[Waiver]:
    """Those of the file."""
    return [Waiver(**each) for each in yaml.safe_load(WAIVERS.read_text())]


def judge(python: Path, folder: Path, manifests: Iterable[Mapping[str, Any]]) -> Judgement:
    """What checkov says of manifests, which are written to a folder."""
    folder.mkdir(parents=True)
    for number, each in enumerate(manifests):
        (folder / f"{number:04d}.json").write_text(json.dumps(each))
    command = [str(python), "-m", "checkov.main", "-d", str(folder), "--framework", "kubernetes"]
    done = subprocess.run(
        [*command, "--skip-download", "--compact", "--quiet", "-o", "json"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        check=False,
    )
    said = json.loads(done.stdout) if done.stdout.strip() else {}
    summary = said.get("summary", said)
    found = said.get("results", {}).get("failed_checks", [])
    return Judgement(
        passed=summary.get("passed", 0),
        resources=summary.get("resource_count", 0),
        unreadable=summary.get("parsing_errors", 0),
        failed=tuple(sorted((each["check_id"], each["resource"]) for each in found)),
    )
