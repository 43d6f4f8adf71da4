"""What a tenant's people may do, and what the API server tells them they may not (B5, A6)."""

from typing import Any

import pytest

from settings import TenantPlan
from tests.cluster.acting import Caller, pod
from tests.cluster.conftest import Person

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

OWN, OTHER = "acme-robotics", "pelican-games"
HOME, NEXT_DOOR = f"tenant-{OWN}", f"tenant-{OTHER}"
CORE, RBAC, NET = "/api/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/networking.k8s.io/v1"


def object_of(kind: str, name: str = "probe", **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name}, **fields}


def test_each_role_reads_its_own_namespace_and_nobody_elses(person: Person) -> None:
    for role in ("admins", "developers", "viewers"):
        caller = person(OWN, role)
        assert caller.get(f"{CORE}/namespaces/{HOME}/pods")["items"]
        assert caller.get(f"{CORE}/namespaces/{HOME}")["metadata"]["labels"]["tenant"] == OWN
        caller.refused('cannot list resource "pods"', "GET", f"{CORE}/namespaces/{NEXT_DOOR}/pods")
        caller.refused('cannot get resource "namespaces"', "GET", f"{CORE}/namespaces/{NEXT_DOOR}")


@pytest.mark.parametrize("resource", ["pods", "secrets", "configmaps", "services", "resourcequotas"])
def test_no_role_lists_across_namespaces(person: Person, resource: str) -> None:
    admin = person(OWN, "admins")
    admin.get(f"{CORE}/namespaces/{HOME}/{resource}")
    admin.refused(f'cannot list resource "{resource}"', "GET", f"{CORE}/{resource}")


def test_a_tenant_cannot_change_objects_of_another(person: Person) -> None:
    admin, pods = person(OWN, "admins"), pod()
    admin.create(f"{CORE}/namespaces/{HOME}/pods", pods, dry_run=True)
    admin.refused('cannot create resource "pods"', "POST", f"{CORE}/namespaces/{NEXT_DOOR}/pods", pods)
    admin.refused('cannot delete resource "services"', "DELETE", f"{CORE}/namespaces/{NEXT_DOOR}/services/any")


def test_a_viewer_reads_and_writes_nothing(person: Person) -> None:
    person(OWN, "developers").create(f"{CORE}/namespaces/{HOME}/pods", pod(), dry_run=True)
    viewer = person(OWN, "viewers")
    viewer.refused('cannot create resource "pods"', "POST", f"{CORE}/namespaces/{HOME}/pods", pod())
    viewer.refused('cannot create resource "pods/exec"', "POST", f"{CORE}/namespaces/{HOME}/pods/any/exec")


def test_only_the_admin_reads_secrets(person: Person) -> None:
    path = f"{CORE}/namespaces/{HOME}/secrets"
    person(OWN, "admins").get(path)
    for role in ("developers", "viewers"):
        person(OWN, role).refused('cannot list resource "secrets"', "GET", path)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("resourcequotas/tenant", {"spec": {"hard": {"pods": "1000"}}}),
        ("limitranges/tenant", {"spec": {"limits": []}}),
    ],
)
def test_a_tenant_reads_its_quota_and_limits_and_cannot_change_them(
    person: Person, path: str, change: dict[str, Any]
) -> None:
    """MTB: modify resource quotas."""
    admin = person(OWN, "admins")
    where, resource = f"{CORE}/namespaces/{HOME}/{path}", path.split("/", maxsplit=1)[0]
    admin.get(where)
    admin.refused(f'cannot patch resource "{resource}"', "PATCH", where, change)
    admin.refused(f'cannot delete resource "{resource}"', "DELETE", where)
    collection = where.rsplit("/", 1)[0]
    admin.refused(f'cannot create resource "{resource}"', "POST", collection, object_of("Any"))


def test_a_tenant_cannot_take_away_its_guard_rails(person: Person) -> None:
    """MTB: multi-tenant resources; self-service policies wait for a guard-rail that cannot be overridden (E2)."""
    admin = person(OWN, "admins")
    policies = f"{NET}/namespaces/{HOME}/networkpolicies"
    admin.get(f"{policies}/default-deny")
    admin.refused('cannot delete resource "networkpolicies"', "DELETE", f"{policies}/default-deny")
    open_all = object_of("NetworkPolicy", spec={"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]})
    admin.refused('cannot create resource "networkpolicies"', "POST", policies, open_all)
    lower = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}
    admin.refused('cannot patch resource "namespaces"', "PATCH", f"{CORE}/namespaces/{HOME}", lower)


def test_a_tenant_cannot_take_a_route_of_another(person: Person, plans: dict[str, TenantPlan]) -> None:
    """Ingresses are the platform's: one with a foreign host would draw its traffic (B2)."""
    admin = person(OWN, "admins")
    path = f"{NET}/namespaces/{HOME}/ingresses"
    hosts = {rule["host"] for item in admin.get(path)["items"] for rule in item["spec"]["rules"]}
    assert hosts == {plans[OWN].host}
    stolen = object_of("Ingress", spec={"rules": [{"host": plans[OTHER].host}]})
    admin.refused('cannot create resource "ingresses"', "POST", path, stolen)


def test_a_tenant_cannot_escalate(person: Person) -> None:
    """MTB: role escalation, self-service roles: who has access changes by the reviewed tenant file."""
    admin = person(OWN, "admins")
    bindings = f"{RBAC}/namespaces/{HOME}/rolebindings"
    admin.get(f"{bindings}/tenant-admin")
    binding = object_of(
        "RoleBinding", roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    )
    admin.refused('cannot create resource "rolebindings"', "POST", bindings, binding)
    admin.refused('cannot patch resource "rolebindings"', "PATCH", f"{bindings}/tenant-admin", {"subjects": []})
    role = object_of("Role", rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
    admin.refused('cannot create resource "roles"', "POST", f"{RBAC}/namespaces/{HOME}/roles", role)
    admin.refused('cannot create resource "clusterrolebindings"', "POST", f"{RBAC}/clusterrolebindings", binding)
    accounts = f"{CORE}/namespaces/{HOME}/serviceaccounts"
    admin.get(f"{accounts}/workload")
    admin.refused('cannot create resource "serviceaccounts/token"', "POST", f"{accounts}/workload/token", {"spec": {}})


def test_a_tenant_cannot_become_somebody_else(admin: Caller, person: Person) -> None:
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    asked = {"spec": {"resourceAttributes": {"verb": "impersonate", "resource": "groups", "name": "system:masters"}}}
    assert admin.create(review, asked)["status"]["allowed"] is True
    assert person(OWN, "admins").create(review, asked)["status"]["allowed"] is False


@pytest.mark.parametrize(
    "path",
    [
        f"{CORE}/nodes",
        f"{CORE}/persistentvolumes",
        f"{CORE}/namespaces",
        f"{RBAC}/clusterroles",
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        "/apis/node.k8s.io/v1/runtimeclasses",
        "/apis/storage.k8s.io/v1/storageclasses",
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "/apis/certificates.k8s.io/v1/certificatesigningrequests",
    ],
)
def test_cluster_wide_resources_are_out_of_reach(admin: Caller, person: Person, path: str) -> None:
    """MTB: cluster resources."""
    admin.get(path)
    tenant = person(OWN, "admins")
    tenant.refused("cannot list resource", "GET", path)
    tenant.refused("cannot create resource", "POST", path, object_of("Any"))


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
