"""The onboarding bench measures what it says, and ends with the line that others read (issue 3, item 10)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.onboarding.project import CHECKOUT

KEYS = {
    "tenants",
    "objects",
    "kubectl_s",
    "up_s",
    "official_up_s",
    "ratio",
    "growth_100_200",
    "preview_noop_s",
    "preview_one_s",
    "destroy_s",
    "peak_rss_mb",
}


@pytest.mark.engine
@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_bench_runs_whole_on_a_few_tenants_and_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.onboarding", "--tenants", "2", "--shards", "1", "--skip-official"]
    own = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, env=own)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) == KEYS
    assert figures["tenants"] == 2
    # Thirteen objects for each tenant with a workload, and those of the platform besides.
    assert figures["objects"] >= 2 * 13
    assert figures["official_up_s"] is None
    assert all(figures[key] > 0 for key in KEYS - {"official_up_s"})
    for phase in ("(a) kubectl apply", "(b) fleet up", "(d) preview", "(e) preview", "destroy", "fleet up of 4"):
        assert phase in done.stdout
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in left
