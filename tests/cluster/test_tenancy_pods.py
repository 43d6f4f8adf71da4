"""Which pods a tenant may run: a compliant one is admitted, then one thing is flipped and refused (C4, C6, C8)."""

import copy
from typing import Any

import pytest

from tests.cluster.acting import Caller, pod
from tests.cluster.conftest import Person

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER = "pelican-games", "acme-robotics"  # tiers team and enterprise
PODS = f"/api/v1/namespaces/tenant-{OWN}/pods"
SERVICES = f"/api/v1/namespaces/tenant-{OWN}/services"


@pytest.fixture
def developer(person: Person) -> Caller:
    caller = person(OWN, "developers")
    caller.create(PODS, pod(), dry_run=True)  # the twin: allowed
    return caller


def flipped(*path: str | int, to: Any) -> dict[str, Any]:
    """The compliant pod with one thing changed."""
    made = copy.deepcopy(pod())
    place: Any = made["spec"]
    for step in path[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[path[-1]] = to
    return made


CONTAINER = ("containers", 0)
SECURITY = (*CONTAINER, "securityContext")


@pytest.mark.parametrize(
    ("flip", "words"),
    [
        # Says escalation as well: the API server takes no privileged container that forbids it.
        pytest.param(
            flipped(*SECURITY, to={"privileged": True}), "must not set securityContext.privileged=true", id="privileged"
        ),
        pytest.param(
            flipped(*SECURITY, "allowPrivilegeEscalation", to=True),
            "allowPrivilegeEscalation != false",
            id="escalation",
        ),
        pytest.param(
            flipped(*SECURITY, "capabilities", to={"add": ["NET_ADMIN"], "drop": ["ALL"]}),
            'must not include "NET_ADMIN" in securityContext.capabilities.add',
            id="added-capability",
        ),
        pytest.param(
            flipped(*SECURITY, "capabilities", to={}), "unrestricted capabilities", id="capabilities-not-dropped"
        ),
        pytest.param(flipped("securityContext", "runAsNonRoot", to=False), "runAsNonRoot != true", id="root"),
        pytest.param(flipped("securityContext", "runAsUser", to=0), "runAsUser=0", id="uid-0"),
        pytest.param(
            flipped("securityContext", "seccompProfile", to={"type": "Unconfined"}), "seccompProfile", id="seccomp"
        ),
        pytest.param(flipped("volumes", to=[{"name": "host", "hostPath": {"path": "/"}}]), "hostPath", id="host-path"),
        pytest.param(flipped("hostNetwork", to=True), "hostNetwork=true", id="host-network"),
        pytest.param(
            flipped(*CONTAINER, "ports", to=[{"containerPort": 8080, "hostPort": 8080}]), "hostPort", id="host-port"
        ),
        pytest.param(flipped("hostPID", to=True), "hostPID=true", id="host-pid"),
        pytest.param(flipped("hostIPC", to=True), "hostIPC=true", id="host-ipc"),
    ],
)
def test_pod_security_refuses(developer: Caller, flip: dict[str, Any], words: str) -> None:
    """MTB: capabilities, non-root, privileged, escalation, hostPath, host network and ports, hostPID, hostIPC."""
    said = developer.refused('violates PodSecurity "restricted:v1.34"', "POST", PODS, flip)
    assert words in said


def toleration(key: str | None, value: str | None = None) -> dict[str, str]:
    made = {"operator": "Exists" if value is None else "Equal", "effect": "NoSchedule"}
    if key is not None:
        made["key"] = key
    if value is not None:
        made["value"] = value
    return made


@pytest.mark.parametrize(
    ("flip", "words"),
    [
        pytest.param(flipped("nodeName", to="any"), "may not name its node", id="node-name"),
        pytest.param(
            flipped("tolerations", to=[toleration(None)]), "may not tolerate every taint", id="tolerates-everything"
        ),
        pytest.param(
            flipped("tolerations", to=[toleration("tenantplane.dev/tenant", "northwind-bank")]),
            "the taint of another tenant's nodes",
            id="nodes-of-another-tenant",
        ),
        pytest.param(
            flipped("tolerations", to=[toleration("tenantplane.dev/tenant")]),
            "the taint of another tenant's nodes",
            id="nodes-of-every-tenant",
        ),
        pytest.param(
            flipped("tolerations", to=[toleration("tenantplane.dev/pool-kind", "system")]),
            "the taint of the system nodes",
            id="system-nodes",
        ),
        pytest.param(
            flipped(*CONTAINER, "imagePullPolicy", to="IfNotPresent"), "set imagePullPolicy to Always", id="pull-policy"
        ),
    ],
)
def test_admission_refuses(developer: Caller, flip: dict[str, Any], words: str) -> None:
    """What neither RBAC nor Pod Security forbids. MTB: always pull."""
    developer.refused(words, "POST", PODS, flip)


def test_an_own_dedicated_node_may_be_tolerated_and_a_sandbox_node_as_well(person: Person) -> None:
    bank = person("northwind-bank", "developers")
    path = "/api/v1/namespaces/tenant-northwind-bank/pods"
    bank.create(path, flipped("tolerations", to=[toleration("tenantplane.dev/tenant", "northwind-bank")]), dry_run=True)
    bank.create(path, flipped("tolerations", to=[toleration("tenantplane.dev/pool-kind", "sandbox")]), dry_run=True)


@pytest.mark.parametrize("name", ["critical", "enterprise", "system-node-critical", "system-cluster-critical", "free"])
def test_a_tenant_has_the_priority_of_its_tier_and_no_other(developer: Caller, name: str) -> None:
    developer.create(PODS, flipped("priorityClassName", to="team"), dry_run=True)
    developer.refused("priority class of its tier", "POST", PODS, flipped("priorityClassName", to=name))


def test_the_order_of_priorities_is_that_of_the_requirement(admin: Caller) -> None:
    """C8: critical, enterprise, team, free, batch, placeholder; none is the default."""
    found = admin.get("/apis/scheduling.k8s.io/v1/priorityclasses")["items"]
    ours = {each["metadata"]["name"]: each for each in found if not each["metadata"]["name"].startswith("system-")}
    order = sorted(ours, key=lambda name: -ours[name]["value"])
    assert order == ["critical", "enterprise", "team", "free", "batch", "placeholder"]
    assert not any(each.get("globalDefault") for each in ours.values())
    never = {name for name, each in ours.items() if each["preemptionPolicy"] == "Never"}
    assert never == {"batch", "placeholder"}


def test_a_pod_cannot_pass_for_another_tenants(developer: Caller) -> None:
    own, other = pod(), pod()
    own["metadata"]["labels"] = {"tenant": OWN}
    other["metadata"]["labels"] = {"tenant": OTHER}
    developer.create(PODS, own, dry_run=True)
    developer.refused("may not carry the label of another tenant", "POST", PODS, other)


def test_a_service_claims_no_address_outside(developer: Caller) -> None:
    service = {"metadata": {"name": "probe"}, "spec": {"ports": [{"port": 80}]}}
    developer.create(SERVICES, service, dry_run=True)
    service["spec"]["externalIPs"] = ["198.51.100.7"]  # type: ignore[index]
    developer.refused("may not claim external addresses", "POST", SERVICES, service)


def test_the_rules_hold_for_the_administrator_of_the_cluster_too(admin: Caller) -> None:
    """Guard-rails are not a matter of who asks: a controller with every right is held to them as well."""
    admin.create(PODS, pod(), dry_run=True)
    admin.refused("violates PodSecurity", "POST", PODS, flipped("hostPID", to=True))
    admin.refused("may not name its node", "POST", PODS, flipped("nodeName", to="any"))


def test_the_pods_that_run_have_no_token_and_the_runtime_of_their_kind(admin: Caller) -> None:
    """C4 on what was really created, after every mutation of the server: no token, a read-only root, gVisor."""
    pods = admin.get("/api/v1/pods?labelSelector=app.kubernetes.io/part-of=tenantplane")["items"]
    assert len(pods) >= 9
    for each in pods:
        spec = each["spec"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        assert set(volumes) == {"tmp"}, "a projected service-account token would be a volume of its own"
        assert volumes["tmp"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "512Mi"}
        assert spec["serviceAccountName"] == "workload"
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    agents = [each["spec"] for each in pods if each["metadata"]["labels"].get("app") == "agent-sessions"]
    assert agents
    for spec in agents:
        assert spec["runtimeClassName"] == "gvisor"
        assert spec["overhead"] == {"cpu": "50m", "memory": "64Mi"}
