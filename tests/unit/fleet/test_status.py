"""The table at the end of `up`: what a person reads of each tenant."""

import io
from dataclasses import replace

from rich.console import Console

from bench.onboarding.project import CHECKOUT
from fleet.status import TenantStatus, print_statuses
from settings import load_catalogue, plan_tenants

PLANS = {plan.tenant.id: plan for plan in plan_tenants(load_catalogue(CHECKOUT / "catalog", "local"))}


def shown(*statuses: TenantStatus) -> dict[str, str]:
    """The lines of the table by their first word, blanks made one."""
    text = io.StringIO()
    print_statuses(Console(file=text, width=220, highlight=False, markup=False), list(statuses), "local")
    return {line.split()[0]: " ".join(line.split()) for line in text.getvalue().splitlines() if line.strip()}


def status(tenant: str, **more: int) -> TenantStatus:
    hard = {"requests.cpu": "16", "requests.memory": "32Gi", "pods": "200", "requests.nvidia.com/gpu": "1"}
    used = {"requests.cpu": "2050m", "requests.memory": "3Gi"}
    counts = {"running": 2, "wanted": 3, "policies": 2, **more}
    return TenantStatus(plan=PLANS[tenant], present=True, hard=hard, used=used, **counts)


def test_a_line_tells_quota_and_use_pods_and_warm_sandboxes() -> None:
    lines = shown(status("acme-robotics", warm=4, kept=10, waiting=3, admitted=1), status("riverside-high"))
    assert lines["acme-robotics"] == (
        "acme-robotics enterprise gvisor@sandbox kata-gpu@gpu-a100-whole 2.05/16 3Gi/32Gi 0/1 gpu 2/3/200 4/10 3/1 2"
    )
    assert lines["riverside-high"].endswith("2/3/200 - 0/0 2")  # has no sandboxes, which is not the same as none warm
    assert lines["as"].startswith("as a tenant: python -m fleet kubeconfig local acme-robotics")


def test_a_tenant_that_is_not_there_yet_is_said_to_be_so() -> None:
    absent = TenantStatus(plan=PLANS["acme-robotics"], present=False, hard={}, used={}, running=0, wanted=0, policies=0)
    assert shown(absent)["acme-robotics"] == "acme-robotics enterprise not applied yet"


def test_the_namespaces_of_a_tenant_have_lines_of_their_own() -> None:
    """A6."""
    child = PLANS["bayview-university"].children[0]
    lines = shown(replace(status("bayview-university"), plan=child, running=1, wanted=1))
    assert lines["staging"] == "staging campus - 2.05/16 3Gi/32Gi 0/1 gpu 1/1/200 - 2"


def test_a_cluster_without_queues_has_no_column_of_jobs() -> None:
    made = status("acme-robotics", warm=4, kept=10)
    lines = shown(replace(made, plan=replace(made.plan, queue=None)))
    assert lines["acme-robotics"].endswith("2/3/200 4/10 2")
    assert "wait/run" not in lines["tenant"]
