"""Runs kube-score, an external judge of how manifests belong together, built from its pinned Go module (I1)."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.go_program import go_program

WAIVERS: Final = Path(__file__).parent / "waivers_of_kube_score.yaml"
_MODULE: Final = Path(__file__).parent / "kube_score_module"
_PACKAGE: Final = "github.com/zegl/kube-score/cmd/kube-score"
_ALMOST: Final = 7
"""Grade from which kube-score itself finds nothing wrong: 10 is all right, 5 a warning, 1 critical."""
_BESIDES: Final = ("container-seccomp-profile", "container-ports-check")
"""Checks that are only made when they are asked for."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """What kube-score says. passed, failed: check and object, as <kind>/<version>/<namespace>/<name>."""

    passed: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]


def built() -> Path:
    """The program, built once for each pin; skips the test where it cannot be had."""
    return go_program(_MODULE, _PACKAGE)


def judge(program: Path, file: Path, manifests: Iterable[Mapping[str, Any]]) -> Score:
    """What kube-score says of manifests, taken together; they are written to a file."""
    file.write_text("\n---\n".join(map(json.dumps, manifests)))
    asked = [part for check in _BESIDES for part in ("--enable-optional-test", check)]
    done = subprocess.run(
        [str(program), "score", "--output-format", "json", "--output-version", "v2", *asked, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    # Exits with 1 for a finding; what it says when it cannot read a manifest is no JSON.
    said = [
        (each["check"]["id"], made["object_name"], each["grade"])
        for made in json.loads(done.stdout)
        for each in made["checks"]
        if not each["skipped"]
    ]
    return Score(
        passed=tuple((check, name) for check, name, grade in said if grade >= _ALMOST),
        failed=tuple((check, name) for check, name, grade in said if grade < _ALMOST),
    )
