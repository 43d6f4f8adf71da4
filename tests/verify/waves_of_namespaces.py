"""What bounds a namespace made weaker: its level, quota, limits, labels, and who is bound in it (B1, B5, C1)."""

from typing import Any

from tests.verify.hands import Hands
from tests.verify.sabotage import BESIDE, HOME, OWN, Expect, Sabotage, Wave

CORE, RBAC, NETWORK = f"/api/v1/namespaces/{HOME}", "/apis/rbac.authorization.k8s.io/v1", "/apis/networking.k8s.io/v1"
ROLES, BINDINGS = f"{RBAC}/namespaces/{HOME}/roles", f"{RBAC}/namespaces/{HOME}/rolebindings"
POLICIES = f"{NETWORK}/namespaces/{HOME}/networkpolicies"
RESTRICTED = {
    "TP-C4-01": ("privileged", "escalation", "init-container"),
    "TP-C4-02": ("added-capability", "kept-capabilities"),
    "TP-C4-03": ("root", "uid-0"),
    "TP-C4-04": ("seccomp",),
    "TP-C4-06": ("host-network", "host-pid", "host-ipc", "host-probe"),
    "TP-C4-07": ("host-path", "nfs"),
    "TP-C4-08": ("host-port",),
    "TP-C4-11": ("sysctl", "selinux", "apparmor"),
}

GROUPS = "pelican:auditors,pelican:engineers,pelican:platform-admins"


def subject(kind: str, name: str) -> dict[str, str]:
    return {"kind": kind, "apiGroup": "rbac.authorization.k8s.io", "name": name}


def binding(name: str, role: str, *subjects: Any, kind: str = "ClusterRole") -> dict[str, Any]:
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role}
    return {"metadata": {"name": name}, "roleRef": ref, "subjects": list(subjects)}


ADMINS = subject("Group", "pelican:platform-admins")
WIDER = {
    "metadata": {"name": "sabotage"},
    "rules": [
        {"apiGroups": [""], "resources": ["limitranges"], "verbs": ["create", "patch", "delete"]},
    ],
}
SECRETS = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}


def _wider(hands: Hands) -> None:
    hands.create(ROLES, WIDER)
    hands.create(BINDINGS, binding("sabotage-role", "sabotage", ADMINS, kind="Role"))


WAVES = (
    Wave("a namespace with other labels and larger bounds", (
        Sabotage("Pod Security lowered", lambda hands: hands.patch(CORE, {"metadata": {"labels": {
                 "pod-security.kubernetes.io/enforce": "privileged"}}}), (
                 Expect("TP-C1-03", ("pod-security-level",)),
                 *(Expect(control, probes) for control, probes in RESTRICTED.items())), (), "'privileged'"),
        Sabotage("node ports in the quota", lambda hands: hands.patch(f"{CORE}/resourcequotas/tenant",
             {"spec": {"hard": {
                 "services.nodeports": "9"}}}), (Expect("TP-C1-01", ("quota-of-plan",)),
                 Expect("TP-C1-04", ("node-port",))), (), "services.nodeports of ResourceQuota tenant is 9"),
        Sabotage("no limits", lambda hands: hands.delete(f"{CORE}/limitranges/tenant"), (
                 Expect("TP-C1-02", ("limits-of-plan", "limit-cpu", "quota-storage")),
                 Expect("TP-A4-01", ("no-limit",)), Expect("TP-B5-04", ("limitranges-patch", "limitranges-delete",
                 "limitranges-create"))), (), "there is no LimitRange"),
        Sabotage("an account that mounts its token", lambda hands: hands.patch(f"{CORE}/serviceaccounts/workload", {
                 "automountServiceAccountToken": True}), (Expect("TP-B5-07", ("accounts",)),), (), "workload mounts"),
        Sabotage("groups that nobody reviewed", lambda hands: hands.patch(CORE, {"metadata": {"annotations": {
                 "tenantplane.dev/groups": f"{GROUPS},system:authenticated"}}}), (
                 Expect("TP-B5-02", ("reviewed-annotations", "binding-everybody")),), (),
                 "annotation tenantplane.dev/groups"),
        Sabotage("no default deny", lambda hands: hands.delete(f"{POLICIES}/default-deny"), (
                 Expect("TP-E1-01", ("network-policies", "deny-deleted", "deny-edited", "deny-relabelled",
                 "policy-by-developer")),), (), "there is no NetworkPolicy default-deny"),
    )),
    Wave("rights that nobody reviewed", (
        Sabotage("everybody bound", lambda hands: hands.create(BINDINGS, binding("sabotage-everybody",
                 "tenantplane:tenant-viewer", subject("Group", "system:authenticated"))), (
                 Expect("TP-B5-02", ("bindings-of-people",)), Expect("TP-B5-05", ("rights-of-everybody",), ""),
                 Expect("TP-B5-10", ("account-pods", "account-configmaps")),
                 Expect("TP-B5-09", ("other-pods", "other-configmaps", "other-services", "other-deployments",
                 "other-resourcequotas", "other-logs", "other-namespace"), BESIDE),
                 Expect("TP-D1-01", ("workloads-next-door",), BESIDE),
                 Expect("TP-B5-09", ("pool-next-door",), BESIDE)), (),
                 "system:authenticated has tenantplane:tenant-viewer"),
        Sabotage("a Role that holds more", _wider, (Expect("TP-B5-03", ("roles-made",)),
                 Expect("TP-B5-04", ("limitranges-patch", "limitranges-delete", "limitranges-create"))), (),
                 "Role sabotage may"),
        Sabotage("developers who list secrets", lambda hands: hands.change(
                 f"{RBAC}/clusterroles/tenantplane:tenant-developer", lambda role: role["rules"].append(SECRETS)), (
                 Expect("TP-B5-04", ("roles-of-tenants",), ""), Expect("TP-B5-08", ("developer-secrets",)),
                 Expect("TP-B5-08", ("developer-secrets",), BESIDE)), (), "ClusterRole tenantplane:tenant-developer"),
    ), (OWN, BESIDE)),
    Wave("a tenant bound elsewhere", (
        Sabotage("another tenant's admins bound", lambda hands: hands.create(BINDINGS, binding("sabotage-other",
                 "tenantplane:tenant-admin", subject("Group", "northwind:platform-admins"))), (
                 Expect("TP-B5-02", ("bindings-of-people",)), Expect("TP-B5-02", ("rights-elsewhere",), ""),
                 Expect("TP-B5-09", ("other-secrets", "other-rolebindings", "other-create", "other-delete",
                 "other-exec", "other-forward", "other-logs", "other-namespace", "other-policy", "claim-next-door",
                 "pool-next-door"), BESIDE), Expect("TP-D1-01", ("workloads-next-door",), BESIDE)), (),
                 "Group northwind:platform-admins has tenantplane:tenant-admin"),
        Sabotage("a tenant bound in the whole cluster", lambda hands: hands.create(f"{RBAC}/clusterrolebindings",
             binding(
                 "sabotage-cluster", "system:node-bootstrapper", ADMINS)), (Expect("TP-B5-02", ("rights-elsewhere",),
                 ""),
                 Expect("TP-B5-10", ("certificate",))), (),
                 "Group pelican:platform-admins has system:node-bootstrapper in the whole cluster"),
    ), (OWN, BESIDE)),
)  # fmt: skip
