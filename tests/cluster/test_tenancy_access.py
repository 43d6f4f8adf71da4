"""What a tenant's people may do (B5, A6). What they may not is in attacks/."""

import pytest

from tests.cluster.acting import Caller
from tests.fixtures_tenancy import Person
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER = "acme-robotics", "pelican-games"
HOME, NEXT_DOOR = f"tenant-{OWN}", f"tenant-{OTHER}"
CORE, RBAC, NETWORK = "/api/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/networking.k8s.io/v1"


def test_each_role_reads_its_own_namespace_and_nobody_elses(person: Person) -> None:
    for role in ("admins", "developers", "viewers"):
        caller = person(OWN, role)
        assert caller.get(f"{CORE}/namespaces/{HOME}/pods")["items"]
        assert caller.get(f"{CORE}/namespaces/{HOME}")["metadata"]["labels"]["tenant"] == OWN
        caller.refused('cannot list resource "pods"', "GET", f"{CORE}/namespaces/{NEXT_DOOR}/pods")
        caller.refused('cannot get resource "namespaces"', "GET", f"{CORE}/namespaces/{NEXT_DOOR}")


def test_an_admin_keeps_policies_and_roles_of_its_own(admin: Caller, person: Person) -> None:
    """MTB: self-service. Such policies open nothing across tenants: test_guard_rails_attacked.py (E2)."""
    boss = person(OWN, "admins")
    policies = f"{NETWORK}/namespaces/{HOME}/networkpolicies"
    roles, bindings = (f"{RBAC}/namespaces/{HOME}/{kind}" for kind in ("roles", "rolebindings"))
    account = admin.acting_as(f"system:serviceaccount:{HOME}:workload", "system:serviceaccounts")
    pods = f"{CORE}/namespaces/{HOME}/pods"
    reader = {"metadata": {"name": "mine"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "mine"}
    subject = {"kind": "ServiceAccount", "namespace": HOME, "name": "workload"}
    boss.create(policies, {"metadata": {"name": "mine"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}})
    boss.create(roles, reader)
    boss.create(bindings, {"metadata": {"name": "mine"}, "roleRef": ref, "subjects": [subject]})
    try:
        boss.patch(f"{policies}/mine", {"spec": {"ingress": [{}]}})
        until(lambda: account.ask("GET", pods).status == 200, "the account lists pods")
        account.refused('cannot list resource "pods"', "GET", f"{CORE}/namespaces/{NEXT_DOOR}/pods")
    finally:
        for each in (policies, bindings, roles):
            boss.delete(f"{each}/mine")
    until(lambda: account.ask("GET", pods).status == 403, "it does so no more")


def test_a_tenant_cannot_become_somebody_else(admin: Caller, person: Person) -> None:
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    asked = {"spec": {"resourceAttributes": {"verb": "impersonate", "resource": "groups", "name": "system:masters"}}}
    assert admin.create(review, asked)["status"]["allowed"] is True
    assert person(OWN, "admins").create(review, asked)["status"]["allowed"] is False


def test_a_group_of_no_tenant_has_no_access(admin: Caller, person: Person) -> None:
    person(OWN, "viewers").get(f"{CORE}/namespaces/{HOME}/pods")
    stranger = admin.acting_as("stranger@example.org", "acme-robotics:platform-admins", "acme")
    stranger.refused('cannot list resource "pods"', "GET", f"{CORE}/namespaces/{HOME}/pods")


def test_the_workload_account_has_no_rights_and_no_token(admin: Caller, person: Person) -> None:
    path = f"{CORE}/namespaces/{HOME}/serviceaccounts"
    for name in ("workload", "default"):
        assert person(OWN, "viewers").get(f"{path}/{name}")["automountServiceAccountToken"] is False
        account = admin.acting_as(f"system:serviceaccount:{HOME}:{name}", "system:serviceaccounts")
        account.refused('cannot list resource "pods"', "GET", f"{CORE}/namespaces/{HOME}/pods")
        account.refused('cannot get resource "secrets"', "GET", f"{CORE}/namespaces/{HOME}/secrets/any")
