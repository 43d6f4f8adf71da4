"""A tenant's sandboxes on the real controller: warm, its own, used once, gone in time (C5)."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from settings import TenantPlan
from tests.cluster.acting import Caller
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

EXTENSIONS = "/apis/extensions.agents.x-k8s.io/v1beta1"
AGENTS = "/apis/agents.x-k8s.io/v1beta1"
OWN, OTHER = "pelican-games", "acme-robotics"

Claiming = Callable[..., dict[str, Any]]


def at(tenant: str, kind: str, name: str = "") -> str:
    """Path of objects of a tenant of the extensions group."""
    return f"{EXTENSIONS}/namespaces/tenant-{tenant}/{kind}" + (f"/{name}" if name else "")


def in_minutes(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim(pool: str, **lifecycle: Any) -> dict[str, Any]:
    """A claim that every tenant with sandboxes may make."""
    given = {"shutdownPolicy": "Delete", "shutdownTime": in_minutes(10), "ttlSecondsAfterFinished": 60, **lifecycle}
    return {
        "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
        "kind": "SandboxClaim",
        "metadata": {"name": f"session-{uuid.uuid4().hex[:8]}"},
        "spec": {"warmPoolRef": {"name": pool}, "lifecycle": given},
    }


def conditions(thing: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["type"]: each for each in thing.get("status", {}).get("conditions", [])}


def pool_of(admin: Caller, tenant: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = admin.get(at(tenant, "sandboxwarmpools"))["items"]
    (pool,) = found
    return pool


def full_pool(admin: Caller, tenant: str, least: int = 1) -> str:
    """The name of a tenant's pool, once every sandbox in it is warm; they are at least so many."""

    def full() -> bool:
        pool = pool_of(admin, tenant)
        return int(pool.get("status", {}).get("readyReplicas", 0)) >= int(pool["spec"]["replicas"]) >= least

    until(full, f"the pool of {tenant} is full")
    return str(pool_of(admin, tenant)["metadata"]["name"])


def pods(admin: Caller, tenant: str) -> dict[str, dict[str, Any]]:
    """The tenant's sandbox pods by uid, those that end left out."""
    selector = "labelSelector=app.kubernetes.io%2Fcomponent%3Dsandbox"
    found = admin.get(f"/api/v1/namespaces/tenant-{tenant}/pods?{selector}")["items"]
    return {each["metadata"]["uid"]: each for each in found if "deletionTimestamp" not in each["metadata"]}


@pytest.fixture
def claimed(admin: Caller, person: Person) -> Iterator[Claiming]:
    """Claims a sandbox as a developer of a tenant and waits until it is there; ended after the test."""
    made: list[str] = []

    def claiming(tenant: str, **lifecycle: Any) -> dict[str, Any]:
        asked = claim(full_pool(admin, tenant), **lifecycle)
        person(tenant, "developers").create(at(tenant, "sandboxclaims"), asked)
        path = at(tenant, "sandboxclaims", asked["metadata"]["name"])
        made.append(path)

        def ready() -> dict[str, Any] | None:
            seen = admin.get(path)
            return seen if conditions(seen).get("Ready", {}).get("status") == "True" else None

        found = until(ready, f"{path} is ready")
        assert found is not None
        return found

    yield claiming
    for path in made:
        admin.ask("DELETE", path)


def pod_of(admin: Caller, tenant: str, ready: dict[str, Any]) -> dict[str, Any]:
    """The pod that a claim got."""
    name = ready["status"]["sandbox"]["name"]
    found = [each for each in pods(admin, tenant).values() if owner(each) == name]
    assert len(found) == 1, f"the sandbox {name} has {len(found)} pods"
    return found[0]


def owner(pod: dict[str, Any]) -> str:
    return next((str(each["name"]) for each in pod["metadata"].get("ownerReferences", [])), "")


def test_each_tenant_with_sandboxes_has_as_many_warm_as_its_plan_says(
    admin: Caller, plans: dict[str, TenantPlan]
) -> None:
    having = {tenant: plan.sandboxes for tenant, plan in plans.items() if plan.sandboxes is not None and plan.active}
    assert len(having) >= 3
    for tenant, sandboxes in having.items():
        full_pool(admin, tenant, sandboxes.warm)  # a new pool has one, until the autoscaler sets its least
        assert len(pods(admin, tenant)) >= sandboxes.warm
    for tenant, plan in plans.items():
        if plan.sandboxes is None:
            assert admin.get(at(tenant, "sandboxwarmpools"))["items"] == []


def test_a_sandbox_runs_hardened_in_its_runtime_on_a_sandbox_node(
    admin: Caller, plans: dict[str, TenantPlan], claimed: Claiming
) -> None:
    spec = pod_of(admin, OWN, claimed(OWN))["spec"]
    sandboxes = plans[OWN].sandboxes
    assert sandboxes is not None
    assert spec["runtimeClassName"] == sandboxes.runtime.id == "gvisor"
    assert spec["automountServiceAccountToken"] is False
    assert not any("projected" in volume for volume in spec["volumes"])
    (container,) = spec["containers"]
    assert container["image"] == sandboxes.image
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "env" not in container
    node = admin.get(f"/api/v1/nodes/{spec['nodeName']}")["metadata"]["labels"]
    assert node["tenantplane.dev/pool-kind"] == "sandbox"


def test_a_used_sandbox_is_destroyed_and_nobody_gets_it_again(admin: Caller, claimed: Claiming) -> None:
    full_pool(admin, OWN)
    full_pool(admin, OTHER)
    first = claimed(OWN)
    used = pod_of(admin, OWN, first)
    assert admin.ask("DELETE", at(OWN, "sandboxclaims", first["metadata"]["name"])).status == 200
    until(lambda: used["metadata"]["uid"] not in pods(admin, OWN), "the used sandbox is gone")
    sandboxes = f"{AGENTS}/namespaces/tenant-{OWN}/sandboxes"
    until(
        lambda: admin.ask("GET", f"{sandboxes}/{first['status']['sandbox']['name']}").status == 404,
        "its Sandbox is gone",
    )
    for tenant in (OTHER, OWN):
        fresh = pod_of(admin, tenant, claimed(tenant))
        assert fresh["metadata"]["namespace"] == f"tenant-{tenant}"
        assert fresh["metadata"]["uid"] != used["metadata"]["uid"]
        assert fresh["metadata"]["name"] != used["metadata"]["name"]


def test_two_claims_never_share_a_sandbox_and_the_pool_is_filled_again(admin: Caller, claimed: Claiming) -> None:
    taken = [pod_of(admin, OWN, claimed(OWN))["metadata"]["uid"] for _ in range(3)]
    assert len(set(taken)) == 3
    full_pool(admin, OWN)
    wanted = int(pool_of(admin, OWN)["spec"]["replicas"])
    until(lambda: len(set(pods(admin, OWN)) - set(taken)) >= wanted, "as many are warm as before, none of them used")


def test_another_tenants_pool_is_out_of_reach(admin: Caller, person: Person) -> None:
    theirs = full_pool(admin, OTHER)
    before = set(pods(admin, OTHER))
    person(OWN, "developers").refused("cannot create resource", "POST", at(OTHER, "sandboxclaims"), claim(theirs))
    foreign = claim(f"tenant-{OTHER}/{theirs}")  # a name is a name: no namespace can be written into it
    answer = person(OWN, "developers").ask("POST", at(OWN, "sandboxclaims"), foreign)
    if answer.status == 201:
        path = at(OWN, "sandboxclaims", foreign["metadata"]["name"])
        until(lambda: "Ready" in conditions(admin.get(path)), "the controller has looked at it")
        assert conditions(admin.get(path))["Ready"]["status"] == "False"
        admin.ask("DELETE", path)
    assert before <= set(pods(admin, OTHER))


def test_a_sandbox_ends_at_its_time(admin: Caller, claimed: Claiming) -> None:
    ready = claimed(OWN, shutdownTime=in_minutes(0.1))
    used = pod_of(admin, OWN, ready)["metadata"]["uid"]
    until(lambda: used not in pods(admin, OWN), "the sandbox ended by itself")
    path = at(OWN, "sandboxclaims", ready["metadata"]["name"])
    until(lambda: admin.ask("GET", path).status == 404, "and its claim with it", deadline_s=150)


def test_a_session_cannot_be_stretched_beyond_its_tiers_lifetime(
    admin: Caller, person: Person, claimed: Claiming
) -> None:
    path = at(OWN, "sandboxclaims", claimed(OWN)["metadata"]["name"])
    answer = person(OWN, "developers").ask(
        "PATCH",
        path,
        {"spec": {"lifecycle": {"shutdownTime": "2099-01-01T00:00:00Z"}}},
        "application/merge-patch+json",
    )
    assert answer.status in (403, 422), f"not refused: {answer.status} {answer.message}"
    assert admin.get(path)["spec"]["lifecycle"]["shutdownTime"] < "2099"
