"""Pods of the reference workloads pass `restricted` and hold the sandbox profile (C4, C6, G7)."""

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.security.hardened_pod import hardened_pod
from settings import plan_tenants
from tests.unit.components.local_stack import DEPLOYMENT, catalogue, local_stack

DEPLOYMENTS = {each.name: each.inputs["spec"]["template"]["spec"] for each in local_stack().of(DEPLOYMENT)}


DATABASE = {
    "name": "database",
    "projected": {
        "sources": [
            {"secret": {"name": "database"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        ],
        "defaultMode": 0o440,
    },
}
"""What opens the tenant's database: read by the pod's user, through its group, and by nobody else in the pod."""


def violations(pod: dict[str, Any]) -> list[str]:
    """What of C4 a pod spec, in the API's words, does not hold. Says nothing of a pod that holds all."""
    found: list[str] = []
    own = pod.get("securityContext", {})

    def want(held: bool, what: str) -> None:
        if not held:
            found.append(what)

    want(pod.get("automountServiceAccountToken") is False, "token")
    want(own.get("runAsNonRoot") is True and own.get("runAsUser", 0) > 0, "root")
    want(own.get("seccompProfile") == {"type": "RuntimeDefault"}, "seccomp")
    want(not any(pod.get(each) for each in ("hostNetwork", "hostPID", "hostIPC")), "host")
    want(all("emptyDir" in volume or volume == DATABASE for volume in pod.get("volumes", [])), "volume")
    tmp = [volume["emptyDir"] for volume in pod.get("volumes", []) if volume["name"] == "tmp"]
    want(tmp == [{"medium": "Memory", "sizeLimit": "512Mi"}], "tmp")
    for container in pod["containers"]:
        security = container.get("securityContext", {})
        want(security.get("readOnlyRootFilesystem") is True, "writable root")
        want(security.get("allowPrivilegeEscalation") is False, "escalation")
        want(security.get("privileged") is False, "privileged")
        want(security.get("capabilities") == {"drop": ["ALL"]}, "capabilities")
        want("memory" in container.get("resources", {}).get("limits", {}), "memory limit")
        want({"name": "tmp", "mountPath": "/tmp"} in container.get("volumeMounts", []), "tmp mount")  # noqa: S108
        want(re.search(r"@sha256:[0-9a-f]{64}$", container["image"]) is not None, "digest")
    return found


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_every_reference_workload_holds_the_sandbox_profile(name: str) -> None:
    assert violations(DEPLOYMENTS[name]) == []


def test_the_check_above_notices_each_thing_that_is_missing() -> None:
    """The check can fail: each flip of a good pod is found, and nothing else with it."""
    flips: list[tuple[tuple[str | int, ...], object, str]] = [
        (("automountServiceAccountToken",), True, "token"),
        (("securityContext", "runAsUser"), 0, "root"),
        (("securityContext", "seccompProfile"), {"type": "Unconfined"}, "seccomp"),
        (("hostPID",), True, "host"),
        (("volumes", 0), {"name": "tmp", "hostPath": {"path": "/"}}, "volume"),
        (("containers", 0, "securityContext", "readOnlyRootFilesystem"), False, "writable root"),
        (("containers", 0, "securityContext", "allowPrivilegeEscalation"), True, "escalation"),
        (("containers", 0, "securityContext", "privileged"), True, "privileged"),
        (("containers", 0, "securityContext", "capabilities"), {"drop": ["NET_RAW"]}, "capabilities"),
        (("containers", 0, "resources", "limits"), {}, "memory limit"),
        (("containers", 0, "image"), "app:latest", "digest"),
    ]
    for path, value, what in flips:
        pod = copy.deepcopy(next(iter(DEPLOYMENTS.values())))
        place: Any = pod
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        if what == "volume":
            with pytest.raises(KeyError):
                violations(pod)
        else:
            assert violations(pod) == [what]


def test_pods_go_to_the_pools_of_the_plan_and_tolerate_their_taints_only() -> None:
    """C6: for every workload the pools it selects exist, and it tolerates what they have and nothing else."""
    for plan in plan_tenants(catalogue()):
        for workload in plan.workloads:
            pod = DEPLOYMENTS[f"{plan.tenant.id}--{workload.name}"]
            chosen = [
                pool for pool in plan.cluster.node_pools if pod["nodeSelector"].items() <= pool.node_labels().items()
            ]
            assert chosen
            wanted = {tuple(sorted(each.items())) for pool in chosen for each in pool.tolerations()}
            assert {tuple(sorted(each.items())) for each in pod.get("tolerations", [])} == wanted


names = st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True)
amounts = st.dictionaries(st.sampled_from(["cpu", "memory", "nvidia.com/gpu"]), st.sampled_from(["1", "250m", "1Gi"]))
containers = st.lists(
    st.fixed_dictionaries(
        {"name": names, "image": names},
        optional={"resources": st.fixed_dictionaries({}, optional={"limits": amounts, "requests": amounts})},
    ),
    min_size=1,
    max_size=3,
)


@given(containers=containers)
def test_whatever_a_container_asks_for_it_comes_out_hardened(containers: list[dict[str, Any]]) -> None:
    pod = hardened_pod(service_account="workload", priority_class="free", placement={}, containers=containers)
    assert pod["automount_service_account_token"] is False
    for asked, made in zip(containers, pod["containers"], strict=True):
        assert made["security_context"]["capabilities"] == {"drop": ["ALL"]}
        assert made["security_context"]["read_only_root_filesystem"] is True
        limits = asked.get("resources", {}).get("limits", {})
        assert made["resources"]["limits"] == {"memory": "2Gi", **limits}


def test_a_container_cannot_bring_its_own_security_context() -> None:
    own = {"name": "a", "image": "b", "security_context": {"privileged": True}}
    with pytest.raises(ValueError, match="'a' sets a security context of its own"):
        hardened_pod(service_account="workload", priority_class="free", placement={}, containers=[own])
