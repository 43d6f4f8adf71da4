"""Pools in Karpenter's words, judged by Karpenter's own schema and rules on a real API server (C6, A6)."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud import controlplane
from settings.aws.karpenter import NODE_CLASS_API, NODE_POOL_API, node_class_spec, node_pool_spec
from tests.cluster.acting import Answer, Caller
from tests.unit.components.aws_environment import environment

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("observability")]

PATHS = {"NodePool": f"{NODE_POOL_API}/nodepools", "EC2NodeClass": f"{NODE_CLASS_API}/ec2nodeclasses"}
GIVEN = {
    "profile": "tp-local-local-nodes",
    "subnets": ["subnet-0a1b2c3d4e5f60718"],
    "security_group": "sg-0a1b2c3d4e5f60718",
    "key": "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
    "tags": {"tenantplane:cluster": "local"},
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The administrator of a control plane with Karpenter's kinds."""
    state = tmp_path_factory.mktemp("karpenter")
    started = controlplane.start("karpenter", [], addons=["karpenter"], state_dir=state)
    try:
        yield Caller.of(started.kubeconfig)
    finally:
        controlplane.stop("karpenter", state_dir=state)


def objects() -> list[dict[str, Any]]:
    """Both objects of every pool of the local cluster, whoever makes it there."""
    wanted = environment()
    site, runtimes = wanted.site("eu-central-1"), tuple(wanted.catalogue.runtimes.values())
    made: list[dict[str, Any]] = []
    for pool in wanted.cluster.node_pools:
        specs = {
            "NodePool": node_pool_spec(pool, site),
            "EC2NodeClass": node_class_spec(pool, runtimes, wanted.eks, GIVEN),
        }
        for kind, spec in specs.items():
            version = PATHS[kind].rpartition("/")[0]
            made.append({"apiVersion": version, "kind": kind, "metadata": {"name": pool.name}, "spec": spec})
    return made


def asked(api: Caller, body: dict[str, Any]) -> Answer:
    return api.ask("POST", f"/apis/{PATHS[body['kind']]}?dryRun=All&fieldValidation=Strict", body)


def test_the_api_server_accepts_both_objects_of_every_pool(api: Caller) -> None:
    found = objects()
    assert len(found) == 2 * len(environment().cluster.node_pools)
    for each in found:
        answer = asked(api, each)
        assert answer.status == 201, f"{each['kind']} {each['metadata']['name']}: {answer.body}"


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("NodePool", ("spec", "template", "metadata", "labels"), {"karpenter.sh/nodepool": "mine"}),
        ("NodePool", ("spec", "template", "spec", "requirements"), [{"key": "kubernetes.io/arch", "operator": "In"}]),
        ("NodePool", ("spec", "disruption", "consolidationPolicy"), "Never"),
        ("EC2NodeClass", ("spec", "amiSelectorTerms"), []),
        ("EC2NodeClass", ("spec", "metadataOptions", "httpTokens"), "none"),
        ("EC2NodeClass", ("spec", "tags"), {"karpenter.sh/nodepool": "mine"}),
    ],
)
def test_and_refuses_what_is_wrong(api: Caller, kind: str, path: tuple[str, ...], value: object) -> None:
    body = copy.deepcopy(next(each for each in objects() if each["kind"] == kind))
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert asked(api, body).status in (400, 422)
