"""What goes wrong with one of many clusters is told, leaves the others alone, and is over with the next run (H1).

tests/engine/test_crash.py has what a killed engine and a lock that was left behind do to one cluster.
"""

import base64
import os
import signal
from pathlib import Path

import psutil
import pytest
import yaml

from localcloud import controlplane
from settings import names
from tests.engine.two_clusters import HOME, LEFT, SPARE, TwoClusters, guards
from tests.polling import until

pytestmark = [
    pytest.mark.engine,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("two-clusters"),
]


def changed(two_clusters: TwoClusters, note: str) -> None:
    """Change every tenant, so that its stack has something to do."""
    for number in range(3):
        name = f"bench-{number:04d}"
        two_clusters.edit("tenants", name, display_name=f"Synthetic tenant {number} {note}")


def _ended(process: psutil.Process) -> bool:
    """Whether a process is over, though perhaps nobody has asked how."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_an_api_server_that_goes_away_in_the_middle_stops_its_own_cluster_alone(two_clusters: TwoClusters) -> None:
    before = guards(two_clusters.kubectl(HOME), LEFT)
    changed(two_clusters, "(one)")
    two_clusters.change_tiers("(one)")
    with two_clusters.under_way("bench-home-0", HOME, "--no-table") as (running, home):
        home.send(signal.SIGKILL)
        said, _ = running.communicate(timeout=600)

    assert running.returncode == 1, said
    assert "bench-home-0 failed" in said
    assert "cluster 'home' did not answer, or went away" in said
    assert "the same command goes on from here" in said
    assert "bench-spare-platform: done" in said

    controlplane.start(HOME, state_dir=two_clusters.state)
    two_clusters.fleet("up", "--no-table")
    assert guards(two_clusters.kubectl(HOME), LEFT) == before


def test_a_credential_that_is_over_is_told_and_a_new_one_goes_on(two_clusters: TwoClusters) -> None:
    file = two_clusters.state / "clusters" / HOME / "kubeconfig"
    kept = file.read_text()
    expired = yaml.safe_load(kept)
    expired["users"][0]["user"] = {"token": base64.b64encode(b"over").decode()}
    changed(two_clusters, "(two)")
    try:
        file.write_text(yaml.safe_dump(expired))
        said = two_clusters.fleet("up", "--no-table", good=False)
        assert "cluster 'home' does not take the credential of its kubeconfig" in said
    finally:
        file.write_text(kept)
    two_clusters.fleet("up", "--no-table")


def test_a_killed_fleet_leaves_engines_that_end_by_themselves_and_a_next_run_that_goes_on(
    two_clusters: TwoClusters,
) -> None:
    changed(two_clusters, "(three)")
    with two_clusters.under_way("bench-home-0", HOME, "--no-table") as (running, _):
        engines = [each for each in psutil.Process(running.pid).children() if each.name() == "pulumi"]
        assert engines, "it was over before it could be killed"
        running.kill()
        running.communicate()

    until(lambda: all(_ended(each) for each in engines), "the engines have ended")
    two_clusters.fleet("up", "--no-table")
    assert "nothing is affected" in two_clusters.fleet("up", "--no-table")
    assert two_clusters.pulumi("preview", "--stack", "bench-home-0", "--expect-no-changes")


def test_a_cluster_that_was_taken_away_behind_our_back_is_made_again_from_the_states(two_clusters: TwoClusters) -> None:
    """Drift of the worst kind: the states list what an empty cluster of the same name does not have."""
    controlplane.stop(SPARE, state_dir=two_clusters.state)
    changed(two_clusters, "(four)")
    said = two_clusters.fleet("up", "--no-table", "--cluster", SPARE, "--all", good=False)
    assert "cluster 'spare' has no kubeconfig" in said
    assert "python -m localcloud start spare" in said
    two_clusters.fleet("up", "--no-table", "--cluster", HOME)

    two_clusters.start_cluster(SPARE)
    two_clusters.fleet("refresh", "--cluster", SPARE)
    two_clusters.fleet("up", "--no-table", "--cluster", SPARE, "--all")
    assert "tenantplane-system" in two_clusters.kubectl(SPARE)("get", "namespaces", "-o", "name")
    assert names.namespace(LEFT) in two_clusters.kubectl(HOME)("get", "namespaces", "-o", "name")


def test_a_cluster_that_is_half_there_is_repaired_by_its_start(two_clusters: TwoClusters) -> None:
    status = controlplane.status(SPARE, state_dir=two_clusters.state)
    assert status is not None
    for part in status.parts:
        if part.name in ("etcd", "apiserver") and part.pid:
            os.kill(part.pid, signal.SIGKILL)
    said = two_clusters.fleet("refresh", "--cluster", SPARE, good=False)
    assert "bench-spare-platform failed" in said
    assert "cluster 'spare' did not answer" in said

    two_clusters.start_cluster(SPARE)
    two_clusters.fleet("refresh", "--cluster", SPARE)
    assert "nothing is affected" in two_clusters.fleet("up", "--no-table")


def test_the_files_of_these_tests_are_not_of_the_checkout(two_clusters: TwoClusters) -> None:
    """Stacks' configuration files are generated beside Pulumi.yaml: of the throw-away project, not of this checkout."""
    assert (two_clusters.root / "Pulumi.bench-home-0.yaml").is_file()
    assert not (Path(__file__).resolve().parents[2] / "Pulumi.bench-home-0.yaml").exists()
