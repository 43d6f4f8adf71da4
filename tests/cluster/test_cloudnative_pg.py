"""CloudNativePG's objects, judged by its own schema on a real API server; Jobs and policies by Kubernetes' (F2)."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from localcloud import controlplane
from tests.cluster.acting import Answer, Caller
from tests.cluster.test_monitoring import plain
from tests.unit.components.own_databases import own_databases

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("observability")]

PATHS = {
    "Cluster": "postgresql.cnpg.io/v1/namespaces/tenantplane-data/clusters",
    "Pooler": "postgresql.cnpg.io/v1/namespaces/tenantplane-data/poolers",
    "ScheduledBackup": "postgresql.cnpg.io/v1/namespaces/tenantplane-data/scheduledbackups",
    "Job": "batch/v1/namespaces/tenantplane-data/jobs",
    "NetworkPolicy": "networking.k8s.io/v1/namespaces/tenantplane-data/networkpolicies",
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The administrator of a control plane with the operator's kinds."""
    state = tmp_path_factory.mktemp("databases")
    started = controlplane.start("databases", [], addons=["cloudnative-pg"], state_dir=state)
    try:
        caller = Caller.of(started.kubeconfig)
        caller.create("/api/v1/namespaces", {"metadata": {"name": "tenantplane-data"}})
        yield caller
    finally:
        controlplane.stop("databases", state_dir=state)


def asked(api: Caller, body: dict[str, Any]) -> Answer:
    path = f"/apis/{PATHS[body['kind']]}?dryRun=All&fieldValidation=Strict"
    return api.ask("POST", path, body)


def objects() -> list[dict[str, Any]]:
    inside = [each for each in own_databases().resources if each.custom and each.inputs.get("kind") in PATHS]
    return [plain(each.inputs) for each in inside if each.inputs["metadata"].get("namespace") == "tenantplane-data"]


def test_the_api_server_accepts_every_object(api: Caller) -> None:
    # Priorities are of the platform's layer, which this control plane does not have.
    classes = "/apis/scheduling.k8s.io/v1/priorityclasses"
    api.create(classes, {"metadata": {"name": "critical"}, "value": 100})
    found = objects()
    for each in found:
        answer = asked(api, each)
        assert answer.status == 201, f"{each['kind']} {each['metadata']['name']}: {answer.body}"
    assert {each["kind"] for each in found} == PATHS.keys()


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Cluster", ("spec", "instances"), 0),
        ("Pooler", ("spec", "pgbouncer", "poolMode"), "statement"),
        ("Pooler", ("spec", "clusters"), {"name": "tenantplane"}),
        ("ScheduledBackup", ("spec", "method"), "tape"),
    ],
)
def test_and_refuses_what_is_wrong(api: Caller, kind: str, path: tuple[str, ...], value: object) -> None:
    body = copy.deepcopy(next(each for each in objects() if each["kind"] == kind))
    place = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert asked(api, body).status in (400, 422)
