"""Tenants that change their stack or their cluster keep every row, every secret and every guard (H1, H3, F6)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud import controlplane
from localcloud.controlplane.postgres import NoPostgresError
from settings import names
from tests.engine.two_clusters import BOUND, HOME, SPARE, TwoClusters
from tests.fixtures_cluster import Kubectl

MOVED, LEFT = "bench-0000", "bench-0002"
GUARDS = "resourcequotas,limitranges,networkpolicies,rolebindings,serviceaccounts,secrets"

pytestmark = [pytest.mark.engine, pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClusters]:
    """Three tenants on `home`, applied, with rows of their own; the tests go on from each other in their order."""
    folder = tmp_path_factory.mktemp("relocation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENANTPLANE_STATE", str(folder))
        try:
            made = TwoClusters.make(folder, 3)
            made.fleet("up", "--no-table")
            for tenant in (MOVED, BOUND, LEFT):
                made.write(HOME, tenant, f"{tenant}-a", f"{tenant}-b")
            yield made
        except NoPostgresError as error:
            pytest.skip(str(error))
        finally:
            for name in controlplane.clusters(folder):
                controlplane.stop(name, state_dir=folder)


def guards(kubectl: Kubectl, tenant: str) -> dict[tuple[str, str], Any]:
    """What the API server has of a tenant's quota, policies, rights and secrets, by kind and name."""
    listed = json.loads(kubectl("get", GUARDS, "-n", names.namespace(tenant), "-o", "json"))["items"]
    keys = ("spec", "data", "type", "roleRef", "subjects", "automountServiceAccountToken")
    return {
        (each["kind"], each["metadata"]["name"]): (
            {key: each[key] for key in keys if key in each},
            each["metadata"].get("labels"),
        )
        for each in listed
    }


def test_more_shards_move_records_and_nothing_else(project: TwoClusters) -> None:
    """ADR 0004: the objects in the cluster are not touched, and plain pulumi agrees."""
    kubectl = project.kubectl(HOME)
    before = kubectl("get", "namespaces", "-l", names.TENANT_LABEL, "-o", "jsonpath={.items[*].metadata.uid}")
    held = guards(kubectl, MOVED)

    said = project.fleet("move", HOME, "--shards", "3")

    assert len([each for each in project.stacks().values() if each]) > 1, "every tenant hashes to one shard"
    assert kubectl("get", "namespaces", "-l", names.TENANT_LABEL, "-o", "jsonpath={.items[*].metadata.uid}") == before
    assert guards(kubectl, MOVED) == held
    assert not re.search(r"\d (deleted|replaced|updated)", said), said
    holding = next(stack for stack, tenants in project.stacks().items() if MOVED in tenants)
    assert "unchanged" in project.pulumi("preview", "--stack", holding, "--expect-no-changes")

    assert "is no more" in project.fleet("move", HOME, "--shards", "1")
    assert "bench-home-2" not in project.pulumi("stack", "ls")
    assert guards(kubectl, MOVED) == held
    assert "nothing is affected" in project.fleet("up", "--no-table")


def test_a_cluster_that_may_not_have_a_tenant_is_refused(project: TwoClusters) -> None:
    """F6."""
    said = project.fleet("move", BOUND, "--to", SPARE, good=False)
    assert f"the data of {BOUND!r} may be in eu-central-1 alone" in said
    assert "placement" not in project.catalogue_file("tenants", BOUND).read_text()


def test_a_tenant_moves_to_another_cluster_with_its_rows_and_its_secrets(project: TwoClusters) -> None:
    """H1: the new side is made and compared before the old one goes."""
    before = guards(project.kubectl(HOME), MOVED)
    planned = project.fleet("move", MOVED, "--to", SPARE, "--dry-run")
    assert "off-board it from bench-home-0" in planned

    said = project.fleet("move", MOVED, "--to", SPARE)

    assert "every table is the same on both sides" in said
    assert guards(project.kubectl(SPARE), MOVED) == before
    assert project.rows(SPARE, MOVED) == [f"{MOVED}-a", f"{MOVED}-b"]
    assert project.rows(HOME, MOVED) == [f"{MOVED}-a", f"{MOVED}-b"], "what the old server had was thrown away"
    assert "NotFound" in project.kubectl(HOME).refusal("get", "namespace", names.namespace(MOVED))
    placement = yaml.safe_load(project.catalogue_file("tenants", MOVED).read_text())["placement"]
    assert placement == {"bench": SPARE}
    assert "nothing to do" in project.fleet("move", MOVED, "--to", SPARE)
    assert "nothing is affected" in project.fleet("up", "--no-table")


def test_a_repeated_move_never_copies_over_what_was_written_since(project: TwoClusters) -> None:
    project.write(SPARE, MOVED, "written-since")
    project.fleet("move", MOVED, "--to", SPARE)
    assert "written-since" in project.rows(SPARE, MOVED)


def test_a_cluster_that_answers_is_not_given_up(project: TwoClusters) -> None:
    said = project.fleet("failover", HOME, good=False)
    assert "answers, and its tenants would then be served twice" in said
    assert "lost" not in project.catalogue_file("topology", "bench").read_text()


def test_the_stand_by_takes_over_from_a_cluster_that_is_lost(project: TwoClusters) -> None:
    """H3: quota, policies, rights and secrets are what the lost cluster had, on the API server as well as in the state;
    whose data may not leave stays (F6)."""
    before = guards(project.kubectl(HOME), LEFT)
    assert {kind for kind, _ in before} >= {"ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding", "Secret"}
    project.kill(HOME)

    said = project.fleet("failover", HOME)

    assert "fail-over of home:" in said
    assert f"{BOUND} is not served: its data may be in eu-central-1 alone" in said
    assert guards(project.kubectl(SPARE), LEFT) == before
    assert project.rows(SPARE, LEFT) == [f"{LEFT}-a", f"{LEFT}-b"]
    assert "NotFound" in project.kubectl(SPARE).refusal("get", "namespace", names.namespace(BOUND))
    assert "lost: true" in project.catalogue_file("topology", "bench").read_text()


def test_a_second_fail_over_changes_nothing(project: TwoClusters) -> None:
    project.write(SPARE, LEFT, "written-since")
    said = project.fleet("failover", HOME)
    assert "nothing is affected" in said
    assert "written-since" in project.rows(SPARE, LEFT)


def test_a_tenant_goes_home_once_its_cluster_is_back(project: TwoClusters, tmp_path: Path) -> None:
    controlplane.start(HOME, state_dir=project.state)
    topology = project.catalogue_file("topology", "bench")
    topology.write_text(topology.read_text().replace("    lost: true\n", ""))
    assert "fleet move" in project.fleet("up", "--no-table", good=False)

    project.fleet("move", LEFT, "--to", HOME)

    assert project.rows(HOME, LEFT) == sorted([f"{LEFT}-a", f"{LEFT}-b", "written-since"])
    assert "NotFound" in project.kubectl(SPARE).refusal("get", "namespace", names.namespace(LEFT))
    assert "nothing is affected" in project.fleet("up", "--no-table")
