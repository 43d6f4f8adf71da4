"""Placeholders hold room, and give it up in the moment somebody needs it (D5), on the real scheduler."""

from typing import Any

import pytest

from settings.nodepool import KIND_LABEL
from tests.cluster.acting import Caller
from tests.cluster.scheduling import ANYWHERE, PODS, ensure_namespace, node, placed, reason_of_waiting, small_pod, whole
from tests.polling import until
from tests.unit.components.local_stack import DEPLOYMENT, local_stack

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("scheduling")]

TENANTS = "default"
KIND = "placeholder-test"
WHERE = {KIND_LABEL: KIND}
NAMESPACE = local_stack().one("kubernetes:core/v1:Namespace", "system").inputs["metadata"]
HOME = NAMESPACE["name"]


def deployment() -> dict[str, Any]:
    """That of the kind cpu as the platform layer makes it, for a node of this test's own."""
    made = whole(local_stack().one(DEPLOYMENT, "placeholder-cpu").inputs)
    spec = {**made["spec"], "replicas": 1}
    spec["template"]["spec"]["nodeSelector"] = WHERE
    return {"metadata": {"name": "held"}, "spec": spec}


def running(caller: Caller) -> list[str]:
    return [name for name in placed(caller, HOME) if name.startswith("held-")]


def waiting(caller: Caller) -> list[str]:
    found = caller.get(PODS.format(HOME))["items"]
    names = [each["metadata"]["name"] for each in found if not each["spec"].get("nodeName")]
    return [name for name in names if reason_of_waiting(caller, HOME, name)]


def test_a_real_pod_takes_the_room_at_once_and_the_placeholder_comes_back_after_it(operator: Caller) -> None:
    """The node is full to the last millicore; only a placeholder makes the difference."""
    ensure_namespace(operator, HOME, NAMESPACE["labels"])
    operator.create("/api/v1/nodes", node("held-0", cpu_m=16_000, memory_mi=65_536, labels=WHERE, alive=True))
    operator.create(f"/apis/apps/v1/namespaces/{HOME}/deployments", deployment())
    until(lambda: running(operator), "the placeholder holds its room")

    def fill(name: str, cpu_m: int, priority: str) -> None:
        size: dict[str, Any] = {"cpu_m": cpu_m, "memory_mi": 64, "nodeSelector": WHERE, "tolerations": ANYWHERE}
        operator.create(PODS.format(TENANTS), small_pod(name, priorityClassName=priority, **size))

    fill("held-resident", 15_200, "team")
    until(lambda: "held-resident" in placed(operator, TENANTS), "the rest of the node is taken: 16,000 - 5 % = 15,200")

    fill("held-patient", 800, "batch")
    said = until(lambda: reason_of_waiting(operator, TENANTS, "held-patient"), "batch work waits")
    assert "Insufficient cpu" in said
    assert running(operator)
    operator.delete(f"{PODS.format(TENANTS)}/held-patient")

    fill("held-urgent", 800, "free")
    until(lambda: placed(operator, TENANTS).get("held-urgent") == "held-0", "even the lowest tenant takes the room")
    assert not running(operator)
    assert "held-resident" in placed(operator, TENANTS)
    until(lambda: waiting(operator), "the placeholder waits for room, which is what an autoscaler sees")

    operator.delete(f"{PODS.format(TENANTS)}/held-urgent")
    until(lambda: running(operator), "it holds the room again")
