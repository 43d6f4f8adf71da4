"""Which pods a tenant may run, and how those look that do run (C4, C6, C8). What is refused is in attacks/."""

import json
from typing import Any

import pytest

from tests.cluster.acting import Caller, pod
from tests.cluster.attacks.attack import PODS, flipped
from tests.fixtures_tenancy import Person

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]


def toleration(key: str, value: str) -> dict[str, str]:
    return {"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"}


def test_an_own_dedicated_node_may_be_tolerated_and_a_sandbox_node_as_well(person: Person) -> None:
    bank = person("northwind-bank", "developers")
    path = "/api/v1/namespaces/tenant-northwind-bank/pods"
    own: dict[str, Any] = {"nodeSelector": {"node-restriction.kubernetes.io/tenant": "northwind-bank"}}
    for key, value in (("tenantplane.dev/tenant", "northwind-bank"), ("tenantplane.dev/pool-kind", "sandbox")):
        bank.create(path, pod(**own, tolerations=[toleration(key, value)]), dry_run=True)


def test_the_order_of_priorities_is_that_of_the_requirement(admin: Caller) -> None:
    """C8: critical, enterprise, team, free, batch, placeholder; none is the default."""
    found = admin.get("/apis/scheduling.k8s.io/v1/priorityclasses")["items"]
    ours = {each["metadata"]["name"]: each for each in found if not each["metadata"]["name"].startswith("system-")}
    order = sorted(ours, key=lambda name: -ours[name]["value"])
    assert order == ["critical", "enterprise", "team", "free", "batch", "placeholder"]
    assert not any(each.get("globalDefault") for each in ours.values())
    never = {name for name, each in ours.items() if each["preemptionPolicy"] == "Never"}
    assert never == {"batch", "placeholder"}


def test_the_rules_hold_for_the_administrator_of_the_cluster_too(admin: Caller) -> None:
    """Guard-rails are not a matter of who asks: a controller with every right is held to them as well."""
    admin.create(PODS, pod(), dry_run=True)
    admin.refused("violates PodSecurity", "POST", PODS, flipped("hostPID", to=True))
    admin.refused("may not name its node", "POST", PODS, flipped("nodeName", to="any"))


def owners(found: dict[str, Any]) -> set[str]:
    """Kinds that a pod belongs to."""
    return {each["kind"] for each in found["metadata"].get("ownerReferences", [])}


def test_the_pods_that_run_have_no_token_and_the_runtime_of_their_kind(admin: Caller) -> None:
    """C4 on what was really created, after every mutation of the server: no token, a read-only root, gVisor."""
    found = admin.get("/api/v1/pods?labelSelector=tenant,app.kubernetes.io/part-of=tenantplane")["items"]
    # Those of the platform's Deployments and sandboxes; other tests make pods of their own meanwhile.
    pods = [each for each in found if owners(each) & {"ReplicaSet", "Sandbox"}]
    assert len(pods) >= 9
    for each in pods:
        spec = each["spec"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        assert set(volumes) <= {"tmp", "database"}, "a projected service-account token would be a volume of its own"
        assert "serviceAccountToken" not in json.dumps(volumes)
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
