"""Tenants that change their stack or their cluster keep every row, every secret and every guard (H1, H3, F6)."""

import re
from pathlib import Path

import pytest
import yaml

from localcloud import controlplane
from settings import names
from tests.engine.two_clusters import BOUND, HOME, LEFT, MOVED, SPARE, TwoClusters, guards

pytestmark = [
    pytest.mark.engine,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("two-clusters"),
]


def test_more_shards_move_records_and_nothing_else(two_clusters: TwoClusters) -> None:
    """ADR 0004: the objects in the cluster are not touched, and plain pulumi agrees."""
    kubectl = two_clusters.kubectl(HOME)
    before = kubectl("get", "namespaces", "-l", names.TENANT_LABEL, "-o", "jsonpath={.items[*].metadata.uid}")
    held = guards(kubectl, MOVED)

    said = two_clusters.fleet("move", HOME, "--shards", "3")

    assert len([each for each in two_clusters.stacks().values() if each]) > 1, "every tenant hashes to one shard"
    assert kubectl("get", "namespaces", "-l", names.TENANT_LABEL, "-o", "jsonpath={.items[*].metadata.uid}") == before
    assert guards(kubectl, MOVED) == held
    assert not re.search(r"\d (deleted|replaced|updated)", said), said
    holding = next(stack for stack, tenants in two_clusters.stacks().items() if MOVED in tenants)
    assert "unchanged" in two_clusters.pulumi("preview", "--stack", holding, "--expect-no-changes")

    assert "is no more" in two_clusters.fleet("move", HOME, "--shards", "1")
    assert "bench-home-2" not in two_clusters.pulumi("stack", "ls")
    assert guards(kubectl, MOVED) == held
    assert "nothing is affected" in two_clusters.fleet("up", "--no-table")


def test_a_cluster_that_may_not_have_a_tenant_is_refused(two_clusters: TwoClusters) -> None:
    """F6."""
    said = two_clusters.fleet("move", BOUND, "--to", SPARE, good=False)
    assert f"the data of {BOUND!r} may be in eu-central-1 alone" in said
    assert "placement" not in two_clusters.catalogue_file("tenants", BOUND).read_text()


def test_a_tenant_moves_to_another_cluster_with_its_rows_and_its_secrets(two_clusters: TwoClusters) -> None:
    """H1: the new side is made and compared before the old one goes."""
    before = guards(two_clusters.kubectl(HOME), MOVED)
    planned = two_clusters.fleet("move", MOVED, "--to", SPARE, "--dry-run")
    assert "off-board it from bench-home-0" in planned

    said = two_clusters.fleet("move", MOVED, "--to", SPARE)

    assert "every table is the same on both sides" in said
    assert guards(two_clusters.kubectl(SPARE), MOVED) == before
    assert two_clusters.rows(SPARE, MOVED) == [f"{MOVED}-a", f"{MOVED}-b"]
    assert two_clusters.rows(HOME, MOVED) == [f"{MOVED}-a", f"{MOVED}-b"], "what the old server had was thrown away"
    assert "NotFound" in two_clusters.kubectl(HOME).refusal("get", "namespace", names.namespace(MOVED))
    placement = yaml.safe_load(two_clusters.catalogue_file("tenants", MOVED).read_text())["placement"]
    assert placement == {"bench": SPARE}
    assert "nothing to do" in two_clusters.fleet("move", MOVED, "--to", SPARE)
    assert "nothing is affected" in two_clusters.fleet("up", "--no-table")


def test_a_repeated_move_never_copies_over_what_was_written_since(two_clusters: TwoClusters) -> None:
    two_clusters.write(SPARE, MOVED, "written-since")
    two_clusters.fleet("move", MOVED, "--to", SPARE)
    assert "written-since" in two_clusters.rows(SPARE, MOVED)


def test_a_cluster_that_answers_is_not_given_up(two_clusters: TwoClusters) -> None:
    said = two_clusters.fleet("failover", HOME, good=False)
    assert "answers, and its tenants would then be served twice" in said
    assert "lost" not in two_clusters.catalogue_file("topology", "bench").read_text()


def test_the_stand_by_takes_over_from_a_cluster_that_is_lost(two_clusters: TwoClusters) -> None:
    """H3: quota, policies, rights and secrets are what the lost cluster had, on the API server as well as in the state;
    whose data may not leave stays (F6)."""
    before = guards(two_clusters.kubectl(HOME), LEFT)
    assert {kind for kind, _ in before} >= {"ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding", "Secret"}
    two_clusters.kill(HOME)

    said = two_clusters.fleet("failover", HOME)

    assert "fail-over of home:" in said
    assert f"{BOUND} is not served: its data may be in eu-central-1 alone" in said
    assert guards(two_clusters.kubectl(SPARE), LEFT) == before
    assert two_clusters.rows(SPARE, LEFT) == [f"{LEFT}-a", f"{LEFT}-b"]
    assert "NotFound" in two_clusters.kubectl(SPARE).refusal("get", "namespace", names.namespace(BOUND))
    assert "lost: true" in two_clusters.catalogue_file("topology", "bench").read_text()


def test_a_second_fail_over_changes_nothing(two_clusters: TwoClusters) -> None:
    two_clusters.write(SPARE, LEFT, "written-since")
    said = two_clusters.fleet("failover", HOME)
    assert "nothing is affected" in said
    assert "written-since" in two_clusters.rows(SPARE, LEFT)


def test_a_tenant_goes_home_once_its_cluster_is_back(two_clusters: TwoClusters, tmp_path: Path) -> None:
    controlplane.start(HOME, state_dir=two_clusters.state)
    topology = two_clusters.catalogue_file("topology", "bench")
    topology.write_text(topology.read_text().replace("    lost: true\n", ""))
    assert "fleet move" in two_clusters.fleet("up", "--no-table", good=False)

    two_clusters.fleet("move", LEFT, "--to", HOME)

    assert two_clusters.rows(HOME, LEFT) == sorted([f"{LEFT}-a", f"{LEFT}-b", "written-since"])
    assert "NotFound" in two_clusters.kubectl(SPARE).refusal("get", "namespace", names.namespace(LEFT))
    assert "nothing is affected" in two_clusters.fleet("up", "--no-table")
