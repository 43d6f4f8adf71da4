"""The audit log of the live API server: who touched which tenant, and no secret (G5)."""

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from fleet.audit_commands import audit  # noqa: F401  adds the command
from fleet.cli import app
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.layout import Layout
from tests.cluster.acting import Caller, pod
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER = "acme-robotics", "pelican-games"
HOME, NEXT_DOOR = f"/api/v1/namespaces/tenant-{OWN}", f"/api/v1/namespaces/tenant-{OTHER}"
Told = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def layout(cluster: ControlPlane) -> Layout:
    return Layout(cluster.name, cluster.directory.parent.parent)


@pytest.fixture
def told(plans: dict[str, Any]) -> Told:
    """What `fleet audit` prints of a tenant, as soon as something in it fits: the log is written behind the answer."""
    assert plans

    def asked(tenant: str, *flags: str, **wanted: Any) -> list[dict[str, Any]]:
        def found() -> list[dict[str, Any]]:
            done = CliRunner().invoke(app, ["audit", "local", "--tenant", tenant, "--format", "json", *flags])
            assert done.exit_code == 0, done.output
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            return [line for line in lines if wanted.items() <= line.items()]

        return until(found, f"the log of {tenant} has {wanted}")

    return asked


def test_what_a_tenant_does_at_home_is_found_with_who_what_where_and_how_it_was_decided(
    person: Person, told: Told
) -> None:
    boss = person(OWN, "admins")
    boss.create(f"{HOME}/pods", pod("seen"))
    boss.delete(f"{HOME}/pods/seen")
    user = f"somebody@{OWN}.example"
    for verb in ("create", "delete"):
        deed = told(OWN, user=user, verb=verb, object="pods/seen")[-1]
        assert deed["groups"] == ["acme:platform-admins", "system:authenticated"]
        assert (deed["of"], deed["namespace"], deed["decision"]) == (OWN, f"tenant-{OWN}", "allow")
        assert deed["code"] in {200, 201}
        assert deed["by"] == "kubernetes-admin"  # who impersonated is kept


def test_an_attempt_at_another_tenant_is_found_as_refused(person: Person, told: Told) -> None:
    stranger = person(OTHER, "admins")
    stranger.refused("cannot get", "GET", f"{HOME}/secrets/not-mine")
    stranger.refused("cannot delete", "DELETE", HOME)
    for what in ("secrets/not-mine", f"namespaces/tenant-{OWN}"):
        deed = told(OWN, "--refused", object=what)[-1]
        assert (deed["of"], deed["code"], deed["decision"]) == (OTHER, 403, "forbid")
        assert "cannot" in deed["why"]


def test_a_refusal_by_admission_is_told_apart_from_one_by_rights(person: Person, told: Told) -> None:
    person(OWN, "admins").refused("by digest", "POST", f"{HOME}/pods", _tagged())
    deed = told(OWN, "--refused", object="pods/tagged")[-1]
    assert (deed["code"], deed["decision"]) == (403, "allow")
    assert "by digest" in deed["why"]


def test_getting_into_a_pod_is_recorded_whether_it_is_allowed_or_not(person: Person, told: Told) -> None:
    stranger = person(OTHER, "admins")
    for door in ("exec?command=sh", "attach?stdin=true", "portforward?ports=80"):
        stranger.refused("cannot", "POST", f"{HOME}/pods/any/{door}")
        (name, _, _) = door.partition("?")
        assert told(OWN, "--refused", object=f"pods/any/{name}", of=OTHER)


def test_claims_of_sandboxes_are_recorded(person: Person, told: Told) -> None:
    claims = f"/apis/extensions.agents.x-k8s.io/v1beta1/namespaces/tenant-{OWN}/sandboxclaims"
    answer = person(OTHER, "admins").ask("POST", claims, {"metadata": {"name": "not-mine"}})
    assert answer.status == 403
    assert told(OWN, "--refused", verb="create", object="sandboxclaims", of=OTHER)


def test_no_body_of_a_secret_a_config_map_or_a_token_is_in_the_log(
    admin: Caller, person: Person, told: Told, layout: Layout
) -> None:
    """Nor of a pod, whose environment may hold one. Searched in clear, and as base64 has it at each of its offsets."""
    boss, canary = person(OWN, "admins"), f"canary-{secrets.token_hex(12)}"
    coded = base64.b64encode(canary.encode()).decode()
    made = {"secrets": {"data": {"word": coded}}, "configmaps": {"data": {"word": canary}}}
    for kind, body in made.items():
        boss.create(f"{HOME}/{kind}", {"metadata": {"name": "canary"}, **body})
        boss.patch(f"{HOME}/{kind}/canary", {"data": {"more": coded}})
    hidden = pod("canary")
    hidden["spec"]["containers"][0]["env"] = [{"name": "WORD", "value": canary}]
    boss.create(f"{HOME}/pods", hidden)
    token = admin.create(f"{HOME}/serviceaccounts/workload/token", {"spec": {}})["status"]["token"]
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    admin.create("/apis/authentication.k8s.io/v1/tokenreviews", review)
    for kind in (*made, "pods"):
        boss.delete(f"{HOME}/{kind}/canary")

    assert told(OWN, verb="create", object="serviceaccounts/workload/token")
    assert told(OWN, verb="patch", object="secrets/canary")
    assert told(OWN, verb="delete", object="pods/canary")
    log = layout.audit_log.read_text()
    assert "secrets" in log
    for secret in (canary, token, token.rpartition(".")[2]):
        for start in range(3):
            inner = base64.b64encode(secret[start:].encode()).decode().rstrip("=")[:-1]
            assert inner not in log
        assert secret not in log


def test_who_impersonates_the_machine_is_recorded(admin: Caller, told: Told) -> None:
    """The rules that leave out what controllers read fit who is really there, not who they say they are."""
    for machine in ("tenantplane:kwok", "system:kube-scheduler"):
        admin.acting_as(machine).ask("GET", f"{HOME}/pods/looked-for-by-{machine.partition(':')[2]}")
        name = f"pods/looked-for-by-{machine.partition(':')[2]}"
        assert told(OWN, user=machine, by="kubernetes-admin", object=name)


def test_what_is_taken_of_all_tenants_at_once_is_told_to_each(admin: Caller, told: Told) -> None:
    admin.get("/api/v1/secrets")
    for tenant in (OWN, OTHER):
        assert told(tenant, user="kubernetes-admin", verb="list", namespace="*", object="secrets")


def test_a_guard_that_was_changed_is_recorded_word_for_word(person: Person, layout: Layout, told: Told) -> None:
    policies = f"/apis/networking.k8s.io/v1/namespaces/tenant-{OWN}/networkpolicies"
    body: dict[str, Any] = {
        "metadata": {"name": "audited"},
        "spec": {"podSelector": {"matchLabels": {"app": "audited"}}},
    }
    person(OWN, "admins").create(policies, body)
    person(OWN, "admins").delete(f"{policies}/audited")
    assert told(OWN, verb="delete", object="networkpolicies/audited")
    events = [json.loads(line) for line in layout.audit_log.read_text().splitlines() if "audited" in line]
    created = [each for each in events if each["verb"] == "create"][-1]
    assert created["requestObject"]["spec"]["podSelector"] == body["spec"]["podSelector"]
    assert "responseObject" not in created


def _tagged() -> dict[str, Any]:
    body = pod("tagged")
    body["spec"]["containers"][0]["image"] = "registry.example/app:latest"
    return body
