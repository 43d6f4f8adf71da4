"""The table at the end of `up`: what a person reads of each tenant."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from kubernetes import client
from rich.console import Console

from bench.onboarding.project import CHECKOUT
from fleet.status import Host, TenantStatus, print_statuses, statuses_json
from fleet.status.hosts import hosts_of, refusal
from settings import load_catalogue, plan_tenants

PLANS = {plan.tenant.id: plan for plan in plan_tenants(load_catalogue(CHECKOUT / "catalog", "local"))}


def shown(*statuses: TenantStatus) -> dict[str, str]:
    """The lines of the table by their first word, blanks made one."""
    text = io.StringIO()
    print_statuses(Console(file=text, width=260, highlight=False, markup=False), list(statuses), "local")
    return {line.split()[0]: " ".join(line.split()) for line in text.getvalue().splitlines() if line.strip()}


def status(tenant: str, **more: Any) -> TenantStatus:
    hard = {"requests.cpu": "16", "requests.memory": "32Gi", "pods": "200", "requests.nvidia.com/gpu": "1"}
    used = {"requests.cpu": "2050m", "requests.memory": "3Gi"}
    counts: dict[str, Any] = {"running": 2, "wanted": 3, "policies": 2, **more}
    return TenantStatus(plan=PLANS[tenant], present=True, hard=hard, used=used, **counts)


def test_a_line_tells_quota_and_use_pods_and_warm_sandboxes() -> None:
    lines = shown(status("acme-robotics", warm=4, kept=10, waiting=3, admitted=1), status("riverside-high"))
    assert lines["acme-robotics"] == (
        "acme-robotics enterprise gvisor@sandbox kata-gpu@gpu-a100-whole 2.05/16 3Gi/32Gi 0/1 gpu 2/3/200 4/10 3/1 2"
        " none"
    )
    assert lines["riverside-high"].endswith(
        "2/3/200 - 0/0 2 none"
    )  # has no sandboxes, which is not the same as none warm
    assert lines["as"].startswith("as a tenant: python -m fleet kubeconfig local acme-robotics")


def test_a_tenant_that_is_not_there_yet_is_said_to_be_so() -> None:
    absent = TenantStatus(plan=PLANS["acme-robotics"], present=False, hard={}, used={}, running=0, wanted=0, policies=0)
    assert shown(absent)["acme-robotics"] == "acme-robotics enterprise not applied yet"


def test_the_namespaces_of_a_tenant_have_lines_of_their_own() -> None:
    """A6."""
    child = PLANS["bayview-university"].children[0]
    lines = shown(replace(status("bayview-university"), plan=child, running=1, wanted=1))
    assert lines["staging"] == "staging campus - 2.05/16 3Gi/32Gi 0/1 gpu 1/1/200 - 2 -"


def test_a_cluster_without_queues_has_no_column_of_jobs() -> None:
    made = status("acme-robotics", warm=4, kept=10)
    lines = shown(replace(made, plan=replace(made.plan, queue=None)))
    assert lines["acme-robotics"].endswith("2/3/200 4/10 2 none")
    assert "wait/run" not in lines["tenant"]


OPEN = Host(name="acme-robotics.tenants.localhost", paths=("/sessions", "/sessions-gpu"))


def test_a_line_ends_with_the_routes_of_its_host() -> None:
    """B2."""
    assert shown(status("acme-robotics", hosts=(OPEN,)))["acme-robotics"].endswith(" 2 2")
    refused = replace(OPEN, refused="BackendNotFound")
    assert shown(status("acme-robotics", hosts=(refused,)))["acme-robotics"].endswith("2 BackendNotFound")


def test_only_a_tenant_that_should_have_a_host_misses_it() -> None:
    assert shown(status("acme-robotics"))["acme-robotics"].endswith(" none")
    suspended = next(plan for plan in PLANS.values() if not plan.active)
    name = suspended.tenant.id
    assert shown(status(name))[name].endswith(" -")


def test_programs_are_told_the_same_a_line_for_each_tenant() -> None:
    told = statuses_json([status("acme-robotics", hosts=(OPEN,), warm=4, kept=10), status("riverside-high")])
    first, second = (json.loads(line) for line in told.splitlines())
    assert first["hosts"] == [
        {"host": "acme-robotics.tenants.localhost", "paths": ["/sessions", "/sessions-gpu"], "refused": None}
    ]
    assert (first["tenant"], first["reachable"], first["pods"]) == ("acme-robotics", True, {"running": 2, "wanted": 3})
    assert (second["hosts"], second["reachable"], second["sandboxes"]) == ([], False, None)
    refused = statuses_json([status("acme-robotics", hosts=(replace(OPEN, refused="NotAllowed"),))])
    assert json.loads(refused)["reachable"] is False
    child = replace(status("bayview-university"), plan=PLANS["bayview-university"].children[0])
    assert json.loads(statuses_json([child]))["reachable"] is None


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ([("Accepted", "True", "Accepted"), ("ResolvedRefs", "True", "ResolvedRefs")], ""),
        ([("Accepted", "False", "NotAllowedByListeners")], "NotAllowedByListeners"),
        ([("Accepted", "True", "Accepted"), ("ResolvedRefs", "False", "BackendNotFound")], "BackendNotFound"),
        ([("Overridden", "True", "Overridden")], ""),
        ([], ""),
    ],
)
def test_a_gateways_word_about_a_route(conditions: list[tuple[str, str, str]], why: str) -> None:
    said = [{"type": kind, "status": value, "reason": reason} for kind, value, reason in conditions]
    assert refusal({"status": {"parents": [{"conditions": said}]}}) == why
    assert refusal({}) == ""


def listing(monkeypatch: pytest.MonkeyPatch, of: type, call: str, items: list[dict[str, Any]]) -> client.ApiClient:
    """An API server that has these."""
    api = client.ApiClient()
    monkeypatch.setattr(of, call, lambda *_, **__: None)
    monkeypatch.setattr(api, "deserialize", lambda *_: {"items": items, "metadata": {}})
    return api


def test_an_ingress_tells_the_host_where_there_is_no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = PLANS["acme-robotics"].cluster.model_copy(update={"addons": ()})
    items = [
        {
            "metadata": {"namespace": "tenant-acme", "name": name},
            "spec": {"rules": [{"host": "acme.example.com", "http": {"paths": [{"path": f"/{name}"}]}}]},
        }
        for name in ("b", "a")
    ]
    api = listing(monkeypatch, client.NetworkingV1Api, "list_ingress_for_all_namespaces", items)
    assert hosts_of(cluster, api) == {"tenant-acme": (Host(name="acme.example.com", paths=("/a", "/b")),)}


def test_a_route_without_paths_is_for_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"metadata": {"namespace": "tenant-acme"}, "spec": {"hostnames": ["acme.example.com"], "rules": [{}]}}]
    api = listing(monkeypatch, client.CustomObjectsApi, "list_cluster_custom_object", items)
    found = hosts_of(PLANS["acme-robotics"].cluster, api)
    assert found == {"tenant-acme": (Host(name="acme.example.com", paths=("/",)),)}
