"""Runs checkov, an external judge of manifests and of plans, from a virtual environment of its own (I1)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from localcloud.paths import cache_directory

VERSION: Final = "3.3.30"
WAIVERS: Final = Path(__file__).parent / "waivers.yaml"
TIMEOUT_S: Final = 900
KUBERNETES: Final = "kubernetes"
PLAN: Final = "terraform_plan"
MUTANT: Final = "mutant-"
"""Beginning of the names of what was made for the judge to notice."""


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
    """What checkov says. passed, failed: check and resource of each verdict. resources: how many it has looked at."""

    passed: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    resources: int
    unreadable: int

    @property
    def evaluated(self) -> bool:
        """Whether anything was judged at all: a tool that found nothing to look at says nothing is wrong."""
        return bool(self.passed) and self.resources > 0 and self.unreadable == 0

    @property
    def ours(self) -> "Judgement":
        """The same without what was made to be found."""
        passed, failed = (tuple(each for each in said if not made_bad(each[1])) for said in (self.passed, self.failed))
        return replace(self, passed=passed, failed=failed)

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


def waivers(file: Path = WAIVERS) -> list[Waiver]:
    """Those of a file."""
    return [Waiver(**each) for each in yaml.safe_load(file.read_text())]


def made_bad(resource: str) -> bool:
    """Whether a resource, as checkov names it, was made for the judge to notice."""
    return resource.rpartition(".")[2].startswith(MUTANT)


def judge(python: Path, folder: Path, documents: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Judgement]:
    """What checkov says, in one run, of documents by framework; they are written to a folder."""
    for framework, listed in documents.items():
        (folder / framework).mkdir(parents=True)
        for number, each in enumerate(listed):
            (folder / framework / f"{number:04d}.json").write_text(json.dumps(each))
    command = [str(python), "-m", "checkov.main"]
    done = subprocess.run(
        [*command, "-d", str(folder), "--framework", *documents, "--skip-download", "--compact", "-o", "json"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        check=False,
    )
    told = json.loads(done.stdout) if done.stdout.strip() else []
    found = {each["check_type"]: each for each in (told if isinstance(told, list) else [told]) if "check_type" in each}
    return {framework: _judgement(found.get(framework, {})) for framework in documents}


def _judgement(said: Mapping[str, Any]) -> Judgement:
    summary, results = said.get("summary", {}), said.get("results", {})
    passed, failed = (
        tuple(sorted((each["check_id"], each["resource"]) for each in results.get(name, ())))
        for name in ("passed_checks", "failed_checks")
    )
    return Judgement(
        passed=passed,
        failed=failed,
        resources=summary.get("resource_count", 0),
        unreadable=summary.get("parsing_errors", 0),
    )
