"""A tenant with nodes of its own: what the platform makes for it is on them, and its Jobs too (A6, C5, C6, D1)."""

from typing import Any

import pytest

from settings import TenantPlan, names
from tests.cluster.acting import Caller
from tests.cluster.queued import Queued, job
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWNER = "northwind-bank"
NAMESPACE = f"tenant-{OWNER}"


def owners(admin: Caller, pods: list[dict[str, Any]]) -> set[str | None]:
    """Whose the nodes of these pods are, by the label that no kubelet may change."""
    nodes = {each["metadata"]["name"]: each["metadata"]["labels"] for each in admin.get("/api/v1/nodes")["items"]}
    return {nodes[each["spec"]["nodeName"]].get("node-restriction.kubernetes.io/tenant") for each in pods}


def placed(admin: Caller, selector: str) -> list[dict[str, Any]]:
    found = admin.get(f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector={selector}")["items"]
    return [each for each in found if each["spec"].get("nodeName")]


def test_services_and_warm_sandboxes_are_on_its_own_nodes(admin: Caller, plans: dict[str, TenantPlan]) -> None:
    plan = plans[OWNER]
    assert plan.tenant.isolation == "dedicated-pool"
    assert plan.sandboxes is not None
    sandbox = f"{names.COMPONENT_LABEL}%3D{names.SANDBOX}"
    wanted = plan.sandboxes.warm
    until(lambda: len(placed(admin, sandbox)) >= wanted, f"{wanted} sandboxes have a node")
    services = f"app%3D{plan.workloads[0].name}"
    least = plan.workloads[0].min_replicas
    until(lambda: len(placed(admin, services)) >= least, f"{least} pods of the service have a node")
    assert owners(admin, placed(admin, sandbox)) == {OWNER}
    assert owners(admin, placed(admin, services)) == {OWNER}


def test_a_job_that_names_no_node_is_sent_to_its_own_nodes_by_the_queue(admin: Caller, person: Person) -> None:
    queued = Queued(admin, NAMESPACE, person(OWNER, "developers"))
    try:
        queued.submit(job("anywhere", 100))
        queued.until_running("anywhere")
        assert owners(admin, queued.pods("anywhere")) == {OWNER}
        queued.end("anywhere")
    finally:
        queued.clear()
