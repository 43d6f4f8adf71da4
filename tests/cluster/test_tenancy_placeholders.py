"""On the stack `local`, 5 % of what the shared pools have is held (D5)."""

import pytest

from localcloud.realnode import REAL_LABEL
from settings import TenantPlan
from settings.quantities import parse_cpu
from tests.cluster.acting import Caller
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]


@pytest.mark.parametrize("kind", ["cpu", "sandbox"])
def test_each_node_of_the_shared_pools_holds_5_percent(admin: Caller, plans: dict[str, TenantPlan], kind: str) -> None:
    home = next(iter(plans.values())).cluster.system_namespace
    # Not the real node, which other tests may have joined to the cluster.
    chosen = f"tenantplane.dev/pool-kind%3D{kind},!{REAL_LABEL}"
    nodes = admin.get(f"/api/v1/nodes?labelSelector={chosen}")["items"]
    name = f"placeholder-{kind}"
    where = f"/apis/apps/v1/namespaces/{home}/deployments/{name}"
    until(lambda: admin.get(where)["status"].get("readyReplicas", 0) == len(nodes), f"{name} holds its room")
    pods = admin.get(f"/api/v1/namespaces/{home}/pods?labelSelector=app.kubernetes.io/name%3D{name}")["items"]
    held = sum(parse_cpu(each["spec"]["containers"][0]["resources"]["requests"]["cpu"]) for each in pods)
    assert held * 20 == sum(parse_cpu(each["status"]["allocatable"]["cpu"]) for each in nodes)
    assert {each["spec"]["priority"] for each in pods} == {-10}
    assert {each["spec"]["nodeName"] for each in pods} <= {each["metadata"]["name"] for each in nodes}
