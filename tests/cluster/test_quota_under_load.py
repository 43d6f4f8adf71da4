"""Over-commit cannot happen: 200 pods at once against one quota, and exactly what fits is created (D4)."""

from collections import Counter
from typing import Any

import pytest

from localcloud.controlplane import ControlPlane
from settings import TenantPlan
from settings.quantities import parse_cpu
from tests.cluster.acting import Caller, pod
from tests.cluster.scheduling import in_parallel
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

TENANT = "gearbox-labs"
PODS = f"/api/v1/namespaces/tenant-{TENANT}/pods"
QUOTA = f"/api/v1/namespaces/tenant-{TENANT}/resourcequotas/tenant"
COUNT, EACH_M = 200, 70


def used(caller: Caller) -> dict[str, str]:
    found: dict[str, str] = caller.get(QUOTA).get("status", {}).get("used", {})
    return found


def loaded(name: str) -> dict[str, Any]:
    """A pod of the tenant's that no node is right for: only the quota decides."""
    made = pod(name, nodeSelector={"test/none": "nowhere"})
    amount = {"cpu": f"{EACH_M}m", "memory": "1Mi"}
    made["spec"]["containers"][0]["resources"] = {"requests": amount, "limits": amount}
    return made


def test_200_pods_at_once_never_exceed_the_quota(
    cluster: ControlPlane, admin: Caller, plans: dict[str, TenantPlan]
) -> None:
    assert plans[TENANT].active
    hard = admin.get(QUOTA)["spec"]["hard"]
    before = until(lambda: used(admin), "the quota is counted")
    # What a pod counts, with the overhead of the runtime that it gets.
    overhead = admin.create(PODS, loaded("probe"), dry_run=True)["spec"].get("overhead", {})
    each_m = EACH_M + parse_cpu(overhead.get("cpu", "0"))
    room_m = min(parse_cpu(hard[each]) - parse_cpu(before[each]) for each in ("requests.cpu", "limits.cpu"))
    fit = min(room_m // each_m, int(hard["pods"]) - int(before["pods"]))
    assert 3 < fit < COUNT

    try:
        answers = in_parallel(
            cluster.kubeconfig,
            lambda caller, index: caller.ask("POST", PODS, loaded(f"load-{index}")),
            range(COUNT),
            threads=40,
        )
        codes = Counter(each.status for each in answers)
        assert codes == {201: fit, 403: COUNT - fit}, [each.message for each in answers if each.status != 201][:1]
        assert all("exceeded quota: tenant" in each.message for each in answers if each.status == 403)
        present = [each for each in admin.get(PODS)["items"] if each["metadata"]["name"].startswith("load-")]
        assert len(present) == fit
        after = used(admin)
        for resource in ("requests.cpu", "limits.cpu"):
            assert parse_cpu(after[resource]) == parse_cpu(before[resource]) + fit * each_m
            assert parse_cpu(after[resource]) <= parse_cpu(hard[resource])
        assert int(after["pods"]) == int(before["pods"]) + fit <= int(hard["pods"])
    finally:
        for index in range(COUNT):
            admin.ask("DELETE", f"{PODS}/load-{index}", {"gracePeriodSeconds": 0})
        until(lambda: used(admin)["pods"] == before["pods"], "the quota is free again")
