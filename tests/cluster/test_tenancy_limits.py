"""Quota, limits, autoscaling and counts on the live API server, as the tenant sees them (A2-A4, C1, C9)."""

import time
from typing import Any

import pytest

from settings import TenantPlan
from tests.cluster.acting import Caller, pod
from tests.cluster.divided import all_of
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

FREE = "hedgehog-cli"

# Numbers of the requirement, not of the catalogue: A2 and A3.
TIERS: dict[str, dict[str, str]] = {
    "free": {
        "requests.cpu": "500m",
        "requests.memory": "1Gi",
        "requests.nvidia.com/gpu": "0",
        "requests.storage": "10G",
    },
    "team": {"requests.cpu": "4", "requests.memory": "8Gi", "requests.storage": "100G"},
    "enterprise": {
        "requests.cpu": "16",
        "requests.memory": "32Gi",
        "requests.nvidia.com/gpu": "1",
        "requests.storage": "1T",
    },
    "basic": {"requests.cpu": "1", "requests.memory": "2Gi", "limits.cpu": "3", "limits.memory": "6Gi", "pods": "10"},
    "advanced": {
        "requests.cpu": "2",
        "requests.memory": "4Gi",
        "limits.cpu": "6",
        "limits.memory": "12Gi",
        "pods": "20",
    },
    "campus": {
        "requests.cpu": "4",
        "requests.memory": "8Gi",
        "limits.cpu": "12",
        "limits.memory": "24Gi",
        "pods": "40",
    },
}
COUNTED = (
    "pods",
    "services",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "replicationcontrollers",
    "resourcequotas",
    "services.nodeports",
    "services.loadbalancers",
    "requests.ephemeral-storage",
    "limits.ephemeral-storage",
)


def path(tenant: str, resource: str) -> str:
    return f"/api/v1/namespaces/tenant-{tenant}/{resource}"


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_a_tier_has_the_numbers_of_the_requirement(
    tier: str, plans: dict[str, TenantPlan], person: Person, admin: Caller
) -> None:
    """A2-A4. Above its base only queued Jobs may request, of the one class that such pods alone have (D1)."""
    plan = next(each for each in plans.values() if each.tier.id == tier and not each.tenant.quota and each.active)
    tenant, own = plan.tenant.id, person(plan.tenant.id, "admins")
    if plan.children:
        assert TIERS[tier].items() <= all_of(admin, plan).items()
        return
    hard = dict(own.get(path(tenant, "resourcequotas/tenant"))["spec"]["hard"])
    if plan.quota.elastic:
        assert (hard["requests.cpu"], hard["requests.memory"]) == (hard["limits.cpu"], hard["limits.memory"])
        standing = own.get(path(tenant, "resourcequotas/tenant-standing"))["spec"]
        (scope,) = standing["scopeSelector"]["matchExpressions"]
        assert (scope["scopeName"], scope["operator"], scope["values"]) == ("PriorityClass", "NotIn", ["batch"])
        hard |= standing["hard"]
    assert TIERS[tier].items() <= hard.items()


def test_every_tenant_has_a_quota_on_everything_that_is_counted(plans: dict[str, TenantPlan], admin: Caller) -> None:
    """MTB: namespace quotas and object quotas."""
    for tenant in plans:
        quota = admin.get(path(tenant, "resourcequotas/tenant"))
        hard = quota["spec"]["hard"]
        missing = [each for each in COUNTED if each not in hard and f"count/{each}" not in hard]
        assert not missing, tenant
        assert hard["services.nodeports"] == "0"
        assert until(lambda: quota_status(admin, tenant), f"the quota of {tenant} is counted") == hard  # noqa: B023


def quota_status(caller: Caller, tenant: str) -> Any:
    return caller.get(path(tenant, "resourcequotas/tenant")).get("status", {}).get("hard")


def test_a_container_that_names_nothing_gets_the_defaults(person: Person) -> None:
    """A4: request 200m/512Mi and limit 500m/1Gi."""
    silent = pod()
    del silent["spec"]["containers"][0]["resources"]
    made = person("pelican-games", "developers").create(path("pelican-games", "pods"), silent, dry_run=True)
    resources = made["spec"]["containers"][0]["resources"]
    assert (resources["requests"]["cpu"], resources["requests"]["memory"]) == ("200m", "512Mi")
    assert (resources["limits"]["cpu"], resources["limits"]["memory"]) == ("500m", "1Gi")


def test_a_tier_with_load_balancers_gets_its_own(person: Person) -> None:
    service = {"metadata": {"name": "probe"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}
    service["spec"]["allocateLoadBalancerNodePorts"] = False  # type: ignore[index]
    person("acme-robotics", "admins").create(path("acme-robotics", "services"), service, dry_run=True)


def deployments(caller: Caller, tenant: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(f"/apis/apps/v1/namespaces/tenant-{tenant}/deployments")["items"]
    return found


def test_every_workload_of_every_active_tenant_runs(plans: dict[str, TenantPlan], admin: Caller) -> None:
    """The plans fit the nodes and the quotas: all pods run, as many as the autoscaler wants at least."""
    for plan in plans.values():
        for workload in plan.workloads:
            least = workload.min_replicas if plan.active else 0
            where = f"/apis/apps/v1/namespaces/{plan.namespace}/deployments/{workload.name}"
            until(
                lambda where=where, least=least: admin.get(where)["status"].get("readyReplicas", 0) >= least,  # type: ignore[misc]
                f"{least} pods of {where}",
            )


@pytest.mark.parametrize("tenant", [FREE, "st-brigid-primary", "pelican-games"])
def test_the_quota_admits_every_replica_the_autoscaler_may_ask_for_and_an_update_on_top(
    tenant: str, plans: dict[str, TenantPlan], admin: Caller, person: Person
) -> None:
    """C9, by running them: at maxReplicas all pods are ready, and a rolling update gets through."""
    (workload,) = plans[tenant].workloads
    base = f"/apis/apps/v1/namespaces/tenant-{tenant}/deployments/{workload.name}"
    scalers = f"/apis/autoscaling/v2/namespaces/tenant-{tenant}/horizontalpodautoscalers/{workload.name}"
    caller = person(tenant, "admins")
    spec = caller.get(scalers)["spec"]
    (metric,) = spec["metrics"]
    assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    assert spec["maxReplicas"] == workload.max_replicas
    try:
        caller.patch(f"{base}/scale", {"spec": {"replicas": spec["maxReplicas"]}})
        ready = lambda: ready_and_current(admin.get(base), spec["maxReplicas"])  # noqa: E731
        until(ready, f"{spec['maxReplicas']} pods of {tenant}")
        stamp = {"kubectl.kubernetes.io/restartedAt": str(time.time_ns())}
        caller.patch(base, {"spec": {"template": {"metadata": {"annotations": stamp}}}})
        until(ready, f"the rolling update of {tenant}")
    finally:
        caller.patch(f"{base}/scale", {"spec": {"replicas": spec["minReplicas"]}})


def ready_and_current(deployment: dict[str, Any], count: int) -> bool:
    status = deployment["status"]
    return bool(
        status.get("observedGeneration") == deployment["metadata"]["generation"]
        and status.get("replicas") == status.get("readyReplicas") == status.get("updatedReplicas") == count
    )


def test_one_replica_more_than_the_autoscaler_may_ask_for_does_not_run(
    plans: dict[str, TenantPlan], admin: Caller
) -> None:
    """The bound is the quota's own: the API server refuses the pod that comes after."""
    (workload,) = plans[FREE].workloads
    running = admin.get(path(FREE, "pods"))["items"][0]
    twin = {"metadata": {"name": "one-more"}, "spec": running["spec"]}
    for each in ("nodeName", "priority", "preemptionPolicy", "overhead"):
        twin["spec"].pop(each, None)
    requested = admin.refused("exceeded quota: tenant", "POST", path(FREE, "pods"), twin)
    assert "requests.memory" in requested or "limits.cpu" in requested
    assert workload.max_replicas == 1


def test_a_suspended_tenant_runs_nothing_and_cannot_start_anything(
    plans: dict[str, TenantPlan], admin: Caller, person: Person
) -> None:
    """A7."""
    (tenant,) = (each for each in plans if not plans[each].active)
    assert [each["spec"]["replicas"] for each in deployments(admin, tenant)] == [0]
    assert admin.get(path(tenant, "pods"))["items"] == []
    scalers = admin.get(f"/apis/autoscaling/v2/namespaces/tenant-{tenant}/horizontalpodautoscalers")
    assert scalers["items"] == []
    said = person(tenant, "admins").refused("exceeded quota: tenant", "POST", path(tenant, "pods"), pod())
    assert "limited: pods=0" in said


def test_each_service_has_a_budget_for_disruptions_a_route_and_port_80_to_8080(
    plans: dict[str, TenantPlan], admin: Caller
) -> None:
    """C10."""
    for plan in plans.values():
        for workload in plan.workloads:
            name, home = workload.name, plan.namespace
            budget = admin.get(f"/apis/policy/v1/namespaces/{home}/poddisruptionbudgets/{name}")
            assert budget["spec"]["maxUnavailable"] == 1
            (port,) = admin.get(f"/api/v1/namespaces/{home}/services/{name}")["spec"]["ports"]
            assert (port["port"], port["targetPort"]) == (80, "http")
            if plan.active:
                route = admin.get(f"/apis/gateway.networking.k8s.io/v1/namespaces/{home}/httproutes/tenant")["spec"]
                assert route["hostnames"] == [plan.host]
                (rule,) = (each for each in route["rules"] if each["name"] == name)
                assert [(each["name"], each["port"]) for each in rule["backendRefs"]] == [(name, 80)]
            pods = admin.get(f"/apis/apps/v1/namespaces/{home}/deployments/{name}")["spec"]["template"]["spec"]
            listening = {each["name"]: each["containerPort"] for each in pods["containers"][0]["ports"]}
            assert listening["http"] == 8080
