"""A sandbox that nobody uses is gone, on the real controller; the bound of its lease, on the real API server (C5).

The policy is that of the platform, for a tier whose times are seconds, in a namespace of its own.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from components.network.policy import NAMESPACE_NAME
from components.security.sandbox_admission import SandboxAdmission, SandboxAdmissionArgs
from controls.admission.sandboxes import CLOCKS_S
from localcloud.controlplane import ControlPlane
from settings import Tier, names
from tests.cluster.acting import IMAGE, Answer, Caller
from tests.cluster.session_front import SessionFront, ahead
from tests.polling import until
from tests.unit.components.local_stack import catalogue
from tests.unit.components.recorder import record

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

BLINK = "blink"
"""The namespace, the tier and the policy."""
IDLE_S, LIFETIME_S, LEASE_S = 6, 20, 5
"""Seconds. The front renews for a little less than it may, as clocks differ."""
EXTENSIONS = f"/apis/extensions.agents.x-k8s.io/v1beta1/namespaces/{BLINK}"
REGISTRATION = "/apis/admissionregistration.k8s.io/v1"
POLICY, BINDING = "validatingadmissionpolicies", "validatingadmissionpolicybindings"


def tier_of_seconds() -> Tier:
    """A tier with times that the catalogue does not let a tier have."""
    team = catalogue().tiers["team"]
    assert team.sandboxes is not None
    times = {"idle_minutes": IDLE_S / 60, "lifetime_minutes": LIFETIME_S / 60}
    return team.model_copy(update={"id": BLINK, "sandboxes": team.sandboxes.model_copy(update=times)})


def policy_of_seconds() -> dict[str, dict[str, Any]]:
    """The policy and its binding, by resource, as the API server wants them."""
    made = record(lambda: (SandboxAdmission("blink", SandboxAdmissionArgs(tiers=(tier_of_seconds(),))), None)[1])
    held: dict[str, dict[str, Any]] = {
        f"{each.type.rsplit(':', 1)[-1].lower()}s".replace("policys", "policies"): {
            "metadata": {"name": BLINK},
            "spec": each.inputs["spec"],
        }
        for each in made.resources
        if each.custom
    }
    held[POLICY]["spec"]["matchConstraints"]["namespaceSelector"] = {"matchLabels": {NAMESPACE_NAME: BLINK}}
    held[BINDING]["spec"]["policyName"] = BLINK
    return held


def claim(pool: str, ends: str) -> dict[str, Any]:
    lifecycle = {"shutdownPolicy": "Delete", "shutdownTime": ends, "ttlSecondsAfterFinished": 0}
    return {
        "apiVersion": "extensions.agents.x-k8s.io/v1beta1",
        "kind": "SandboxClaim",
        "metadata": {"name": f"session-{uuid.uuid4().hex[:8]}"},
        "spec": {"warmPoolRef": {"name": pool}, "lifecycle": lifecycle},
    }


@pytest.fixture(scope="module")
def platform(cluster: ControlPlane, admin: Caller) -> Iterator[Caller]:
    """The administrator, once the policy is in force and two sandboxes are warm."""
    del cluster
    container = {"name": "sandbox", "image": IMAGE, "resources": {"limits": {"cpu": "10m", "memory": "16Mi"}}}
    pod = {
        "containers": [container],
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "tolerations": [{"operator": "Exists"}],
    }
    template = {"podTemplate": {"spec": pod}, "networkPolicyManagement": "Unmanaged", "service": False}
    pool = {"replicas": 2, "sandboxTemplateRef": {"name": BLINK}}
    kind = {"apiVersion": "extensions.agents.x-k8s.io/v1beta1", "metadata": {"name": BLINK}}
    policy = policy_of_seconds()
    admin.create("/api/v1/namespaces", {"metadata": {"name": BLINK, "labels": {names.TIER_LABEL: BLINK}}})
    try:
        for resource in (POLICY, BINDING):
            admin.create(f"{REGISTRATION}/{resource}", policy[resource])
        admin.create(f"{EXTENSIONS}/sandboxtemplates", {**kind, "kind": "SandboxTemplate", "spec": template})
        admin.create(f"{EXTENSIONS}/sandboxwarmpools", {**kind, "kind": "SandboxWarmPool", "spec": pool})
        claims = f"{EXTENSIONS}/sandboxclaims?dryRun=All"
        until(lambda: admin.ask("POST", claims, claim("none", ahead(600))).status == 403, "the policy is in force")
        until(lambda: warm(admin) == 2, "two sandboxes are warm")
        yield admin
    finally:
        for resource in (BINDING, POLICY):
            admin.ask("DELETE", f"{REGISTRATION}/{resource}/{BLINK}")
        admin.ask("DELETE", f"/api/v1/namespaces/{BLINK}")


def warm(admin: Caller) -> int:
    pool = admin.get(f"{EXTENSIONS}/sandboxwarmpools/{BLINK}")
    return int(pool.get("status", {}).get("readyReplicas", 0))


def pods(admin: Caller) -> dict[str, str]:
    """Names of the pods by uid, those that end left out."""
    found = [each["metadata"] for each in admin.get(f"/api/v1/namespaces/{BLINK}/pods")["items"]]
    return {each["uid"]: each["name"] for each in found if "deletionTimestamp" not in each}


def claimed(admin: Caller) -> tuple[SessionFront, str]:
    """Who serves a session that has just begun, and the uid of its pod."""
    asked = claim(BLINK, ahead(LEASE_S))
    admin.create(f"{EXTENSIONS}/sandboxclaims", asked)
    path = f"{EXTENSIONS}/sandboxclaims/{asked['metadata']['name']}"
    front = SessionFront(admin, path, LEASE_S, ends=asked["spec"]["lifecycle"]["shutdownTime"])

    def pod() -> str | None:
        name = admin.get(path).get("status", {}).get("sandbox", {}).get("name")
        return next((uid for uid, each in pods(admin).items() if each == name), None)

    return front, str(until(pod, f"{path} has a sandbox"))


def test_a_session_that_is_used_lives_on_and_one_that_is_not_is_gone(platform: Caller) -> None:
    """Used without a pause, it outlives what a claim may say of itself when it is made, and ends with its lifetime."""
    unused, unused_pod = claimed(platform)
    front, pod = claimed(platform)
    first_end = front.ends
    latest_at_first = ahead(IDLE_S + CLOCKS_S)

    def used() -> Answer | None:
        answer = front.used()
        return answer if answer is not None and answer.status != 200 else None

    until(lambda: used() or unused_pod not in pods(platform), "the pod that nobody uses is gone")
    until(lambda: used() or platform.ask("GET", unused.path).status == 404, "and its claim with it")
    assert ahead(0) >= unused.ends
    assert pod in pods(platform)

    refusal = until(used, "the lease is refused to go on")
    assert refusal is not None
    assert "no further from the claim's creation" in refusal.message
    assert front.ends > latest_at_first > first_end  # it was renewed past what it could have asked for at first
    until(lambda: pod not in pods(platform), "it is gone at the end of its lifetime, though it was used")
    until(lambda: platform.ask("GET", front.path).status == 404, "and its claim with it")

    until(lambda: warm(platform) == 2, "the pool is filled again")
    fresh = [claimed(platform)[1] for _ in range(2)]
    assert not {unused_pod, pod} & set(fresh)


def test_a_lease_is_no_longer_than_the_idle_time_when_it_is_made_and_when_it_is_renewed(platform: Caller) -> None:
    claims = f"{EXTENSIONS}/sandboxclaims"
    platform.refused("that nobody uses ends soon", "POST", claims, claim("none", ahead(IDLE_S + CLOCKS_S + 3)))
    asked = platform.create(claims, claim("none", ahead(IDLE_S)))
    longer = {"spec": {"lifecycle": {"shutdownTime": ahead(IDLE_S + CLOCKS_S + 3)}}}
    platform.refused("that nobody uses ends soon", "PATCH", f"{claims}/{asked['metadata']['name']}", longer)


def test_who_has_the_times_forgotten_renews_nothing_until_they_are_kept_again(platform: Caller) -> None:
    """The API server keeps no times of an object whose managedFields a client has emptied."""
    claims = f"{EXTENSIONS}/sandboxclaims"
    path = f"{claims}/{platform.create(claims, claim('none', ahead(IDLE_S)))['metadata']['name']}"
    emptied = platform.patch(path, {"metadata": {"managedFields": [{}]}})
    assert "managedFields" not in emptied["metadata"]
    later = {"spec": {"lifecycle": {"shutdownTime": ahead(IDLE_S + 1)}}}
    platform.refused("leaving metadata.managedFields alone", "PATCH", path, later)

    applied = {"apiVersion": emptied["apiVersion"], "kind": "SandboxClaim", **later}
    query = f"{path}?fieldManager=front&force=true"
    answer = platform.ask("PATCH", query, applied, "application/apply-patch+yaml")
    assert answer.status == 200, answer.message
