"""The table of attacks notices a control that is gone or wider: each mutant lets named rows through (B5, C1, C4, E1).

Every mutant is of the attacker's namespace alone, and taken back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster.acting import Caller
from tests.cluster.attacks import ATTACKS
from tests.cluster.attacks.asking import Asking, wrong
from tests.cluster.attacks.attack import CORE, HOME, RBAC_API, Attack, at
from tests.polling import until

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
ELSEWHERE = {
    "namespaceSelector": {
        "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [HOME]}]
    }
}
ROWS = {each.id: each for each in ATTACKS}


@dataclass(frozen=True)
class Mutant:
    """A control made weaker by one merge patch, what takes that back, and rows that are no longer refused by it."""

    path: str
    weaker: dict[str, Any]
    back: dict[str, Any]
    noticed: tuple[str, ...]


def unbound(policy: str, *noticed: str) -> Mutant:
    """An admission policy that leaves the attacker's namespace out."""
    spec = {"spec": {"matchResources": ELSEWHERE}}
    return Mutant(f"{BINDINGS}/{policy}", spec, {"spec": {"matchResources": None}}, noticed)


ENFORCE = "pod-security.kubernetes.io/enforce"
MUTANTS = {
    "pods": unbound("tenantplane-tenant-pods", "image-tag", "node-name", "csi-inline", "long-grace", "anti-affinity"),
    "runtimes": unbound("tenantplane-runtimes", "runtime-runc", "runtime-by-deployments", "patch-kind"),
    "objects": unbound("tenantplane-tenant-objects", "finalizer", "owner-held-up", "token-secret", "label-of-another"),
    "platform": unbound("tenantplane-platform-objects", "deny-deleted", "deny-edited", "binding-platform", "root-ca"),
    "bindings": unbound("tenantplane-tenant-bindings", "binding-everybody", "binding-other-group"),
    "claims": unbound("tenantplane-volume-claims", "volume-by-name", "volume-without-class"),
    "services": unbound("tenantplane-tenant-services", "external-ip", "external-name", "external-name-routed"),
    "autoscalers": unbound("tenantplane-autoscalers", "scale-pool"),
    "virtual": unbound("tenantplane-virtual-sets", "syncer-account"),
    "sandboxes": unbound(
        "tenantplane-sandbox-claims", "claim-retained", "claim-far-time", "claim-unused", "lease-long"
    ),
    "pod-security": Mutant(
        f"{CORE}/namespaces/{HOME}",
        {"metadata": {"labels": {ENFORCE: "privileged"}}},
        {"metadata": {"labels": {ENFORCE: "restricted"}}},
        ("host-path", "host-network", "host-pid", "root"),
    ),
}


@contextmanager
def weakened(admin: Caller, mutant: Mutant) -> Iterator[None]:
    admin.patch(mutant.path, mutant.weaker)
    try:
        yield
    finally:
        admin.patch(mutant.path, mutant.back)


def refused(attack: Attack, asks: Asking) -> bool:
    return wrong(attack, asks) is None


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_control_that_is_gone_is_noticed(name: str, admin: Caller, asking: Asking) -> None:
    mutant = MUTANTS[name]
    rows = [ROWS[each] for each in mutant.noticed]
    assert all(refused(row, asking) for row in rows)
    with weakened(admin, mutant):
        for row in rows:
            until(lambda row=row: not refused(row, asking), f"{row.id} is noticed")  # type: ignore[misc]
    for row in rows:
        until(lambda row=row: refused(row, asking), f"{row.id} is refused again")  # type: ignore[misc]


def test_a_role_that_is_wider_is_noticed(admin: Caller, asking: Asking) -> None:
    """A role of the platform's that somebody widened: the quota, and what guards it, is the admin's to write."""
    rows = [ROWS[each] for each in ("resourcequotas-patch", "limitranges-delete", "own-token")]
    assert all(refused(row, asking) for row in rows)
    wide = {
        "metadata": {"name": "wider"},
        "rules": [
            {
                "apiGroups": [""],
                "resources": ["limitranges", "resourcequotas", "serviceaccounts/token"],
                "verbs": ["create", "patch", "delete"],
            }
        ],
    }
    group = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "pelican:platform-admins"}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "wider"}
    admin.create(at(HOME, "roles", RBAC_API), wide)
    admin.create(
        at(HOME, "rolebindings", RBAC_API), {"metadata": {"name": "wider"}, "subjects": [group], "roleRef": ref}
    )
    try:
        for row in rows:
            until(lambda row=row: not refused(row, asking), f"{row.id} is noticed")  # type: ignore[misc]
    finally:
        admin.delete(at(HOME, "rolebindings/wider", RBAC_API))
        admin.delete(at(HOME, "roles/wider", RBAC_API))
    for row in rows:
        until(lambda row=row: refused(row, asking), f"{row.id} is refused again")  # type: ignore[misc]
