"""Ways through the network's rules at the API server (E1, E2). That what tenants may write opens nothing across tenants
is shown by tests/cluster/test_guard_rails_attacked.py."""

from functools import partial
from typing import Any

from tests.cluster.attacks.attack import (
    CORE,
    HOME,
    NETWORK,
    NEXT_DOOR,
    PLATFORM,
    RBAC,
    TENANT_FILE,
    at,
    delete,
    get,
    named,
    patch,
    policy,
    post,
    row,
)

OBJECTS = policy("tenantplane-tenant-objects")
POLICIES, ROUTES = at(HOME, "networkpolicies", NETWORK), at(HOME, "ingresses", NETWORK)


_row = partial(row, control=PLATFORM, who="admins")


def open_policy(**metadata: Any) -> dict[str, Any]:
    """A policy that allows everything out: a tenant may write it, and the guard-rails hold."""
    return named("mine", spec={"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]}, metadata=metadata)


OWN_POLICY = post(POLICIES, open_policy())
ROWS = (
    _row("deny-deleted", "the deletion of the default deny", OWN_POLICY, delete(f"{POLICIES}/default-deny"),
         TENANT_FILE, "E1", "MTB-PL1-BC-CPI-2", "MTB-PL2-BC-OPS-4"),
    _row("deny-edited", "a default deny that chooses nobody", OWN_POLICY, patch(f"{POLICIES}/default-deny", {"spec": {
         "podSelector": {"matchLabels": {"no": "body"}}}}), TENANT_FILE, "E1", "MTB-PL1-BC-CPI-2", "MTB-PL2-BC-OPS-4"),
    _row("deny-relabelled", "a default deny that is the platform's no more", OWN_POLICY,
         patch(f"{POLICIES}/default-deny", {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}),
         TENANT_FILE, "E1", "MTB-PL1-BC-CPI-2"),
    _row("traffic-deleted", "the deletion of what its workloads may reach", OWN_POLICY,
         delete(f"{POLICIES}/tenant-traffic"), TENANT_FILE, "E1", "MTB-PL1-BC-CPI-2"),
    _row("all-policies-deleted", "the deletion of every policy at once", OWN_POLICY, delete(POLICIES), TENANT_FILE,
         "E1", "MTB-PL1-BC-CPI-2"),
    _row("policy-forged", "a policy that passes for the platform's", OWN_POLICY, post(POLICIES, open_policy(labels={
         "app.kubernetes.io/managed-by": "pulumi"})), TENANT_FILE, "E1"),
    _row("policy-finalizer", "a policy that can never be deleted", OWN_POLICY, post(POLICIES, open_policy(finalizers=[
         "example.dev/never"])), "leave out metadata.finalizers", "A7", control=OBJECTS),
    _row("policy-next-door", "a policy in another tenant's namespace", OWN_POLICY,
         post(at(NEXT_DOOR, "networkpolicies", NETWORK), open_policy()), 'cannot create resource "networkpolicies"',
         "E1", "MTB #1201 (network across tenants)", control=RBAC),
    _row("policy-by-developer", "a policy by a developer", get(POLICIES), post(POLICIES, open_policy()),
         'cannot create resource "networkpolicies"', "E1", control=RBAC, who="developers"),
    _row("ingress", "another tenant's host", get(ROUTES), post(ROUTES, named(spec={"rules": [{"host":
         "acme-robotics.tenants.localhost"}]})), 'cannot create resource "ingresses"', "B2", control=RBAC),
    _row("ingress-class", "a gateway of its own", get(ROUTES), post("/apis/networking.k8s.io/v1/ingressclasses",
         named()), 'cannot create resource "ingressclasses"', "B2", control=RBAC),
    _row("database-namespace", "what is in the databases' namespace", get(at(HOME, "services")),
         get(f"{CORE}/namespaces/tenantplane-data/services"), 'cannot list resource "services"', "E1", "F3",
         control=RBAC),
)  # fmt: skip
