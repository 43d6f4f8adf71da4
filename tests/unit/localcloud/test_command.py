"""`python -m localcloud`: what it prints and its exit codes, for what needs no cluster."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.paths import checkout


def run(state: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "localcloud", *arguments],
        cwd=checkout(),
        env={**os.environ, "TENANTPLANE_STATE": str(state), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["status"], 0, "no clusters; start them with: python -m localcloud start"),
        (["status", "--json"], 0, "[]"),
        (["status", "x"], 1, "error: there is no cluster 'x'; there are: none"),
        (["stop", "x", "--keep"], 0, "there is no cluster x: nothing to stop"),
        (["stop", "--all", "--keep"], 2, "give the NAME of a cluster"),
        (["stop", "x"], 0, "there is no cluster x: nothing to stop"),
        (["stop", "--all"], 0, "there is no cluster: nothing to stop"),
        (["stop"], 2, "give the NAME of a cluster, or --all"),
        (["stop", "x", "--all"], 2, "give the NAME of a cluster, or --all"),
        (["kubeconfig", "x"], 1, "error: there is no cluster 'x'"),
        (["logs", "x"], 1, "error: there is no cluster 'x'"),
        (["start", "x"], 1, "error: the topology of local has no local cluster 'x'; allowed: local; or, without"),
        (["start", "--topology", "moon"], 1, "environment 'moon' has no topology"),
        (["start", "--bare"], 2, "--bare needs the NAME of a cluster"),
        (["start", "--bare", "A/b"], 1, "error: 'A/b' cannot name a cluster; allowed: at most 40 characters"),
        (["which", "helm"], 1, "error: there is no tool 'helm'; allowed: pulumi, "),
        (["which"], 2, "Missing argument"),
        (["frobnicate"], 2, "No such command"),
        (["--help"], 0, "Real Kubernetes control planes"),
        *(([one, "--help"], 0, "Usage") for one in ("start", "stop", "status", "logs", "which", "env", "toolchain")),
    ],
)
def test_each_use_has_its_exit_code_and_words(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(tmp_path / "state", *arguments)
    assert said in done.stdout + done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_choice_of_plugins_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "env", TENANTPLANE_PLUGINS="mine")
    assert done.returncode == 1
    assert "TENANTPLANE_PLUGINS is 'mine'; allowed: auto, bundled, official" in done.stderr
