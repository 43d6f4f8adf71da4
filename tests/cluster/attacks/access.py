"""Other tenants, more rights, other identities: RBAC and what bounds the roles that tenants make themselves (B5)."""

from functools import partial
from typing import Any

from tests.cluster.acting import pod
from tests.cluster.attacks.attack import (
    APPS,
    CORE,
    ESCALATION,
    HOME,
    NEXT_DOOR,
    PLATFORM,
    RBAC,
    RBAC_API,
    TENANT_FILE,
    Who,
    at,
    delete,
    get,
    named,
    patch,
    policy,
    post,
    row,
)

BINDINGS = policy("tenantplane-tenant-bindings")
ROLES, ROLE_BINDINGS = at(HOME, "roles", RBAC_API), at(HOME, "rolebindings", RBAC_API)
ACCOUNTS = at(HOME, "serviceaccounts")
AUTHORIZATION, AUTHENTICATION = "/apis/authorization.k8s.io/v1", "/apis/authentication.k8s.io/v1"


_row = partial(row, control=RBAC, who="admins")


def binding(kind: str = "ClusterRole", name: str = "tenantplane:tenant-viewer", *subjects: Any) -> dict[str, Any]:
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}
    return named(roleRef=ref, subjects=list(subjects))


def role(*rules: dict[str, Any]) -> dict[str, Any]:
    return named(rules=list(rules))


def allows(group: str, resource: str, *verbs: str) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}


def group(name: str) -> dict[str, str]:
    return {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": name}


def account(namespace: str, name: str = "workload") -> dict[str, str]:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


LISTS: tuple[tuple[str, str, Who], ...] = (
    ("pods", CORE, "viewers"),
    ("secrets", CORE, "admins"),
    ("configmaps", CORE, "viewers"),
    ("deployments", APPS, "viewers"),
    ("rolebindings", RBAC_API, "admins"),
)
ANYWHERE = tuple(
    _row(f"other-{resource}", f"the {resource} of another tenant", get(at(HOME, resource, api)),
         get(at(NEXT_DOOR, resource, api)), f'cannot list resource "{resource}"', "B5", "MTB-PL1-CC-TI-2", who=who)
    for resource, api, who in LISTS
) + tuple(
    _row(f"all-{resource}", f"the {resource} of all namespaces", get(at(HOME, resource)), get(f"{CORE}/{resource}"),
         f'cannot list resource "{resource}"', "B5", "MTB-PL1-CC-TI-2")
    for resource in ("pods", "secrets", "services")
)  # fmt: skip

OTHER_ROWS = (
    _row("other-create", "a pod in another tenant's namespace", post(at(HOME, "pods"), pod()),
         post(at(NEXT_DOOR, "pods"), pod()), 'cannot create resource "pods"', "B5", "MTB-PL1-CC-TI-2"),
    _row("other-namespace", "the Namespace of another tenant", get(f"{CORE}/namespaces/{HOME}"),
         get(f"{CORE}/namespaces/{NEXT_DOOR}"), 'cannot get resource "namespaces"', "B5", "MTB-PL1-CC-TI-2"),
    _row("other-exec", "a shell in another tenant's pod", get(at(HOME, "pods/{pod}")),
         post(at(NEXT_DOOR, "pods/{foreign_pod}/exec?command=sh")), 'cannot create resource "pods/exec"', "B5"),
    _row("other-forward", "a port of another tenant's pod", get(at(HOME, "pods/{pod}")),
         post(at(NEXT_DOOR, "pods/{foreign_pod}/portforward")), 'cannot create resource "pods/portforward"', "B5"),
    _row("other-logs", "the logs of another tenant's pod", get(at(HOME, "pods/{pod}")),
         get(at(NEXT_DOOR, "pods/{foreign_pod}/log")), 'cannot get resource "pods/log"', "B5"),
    _row("other-proxy", "another tenant's service through the API server", get(at(HOME, "services/agent-sessions")),
         get(at(NEXT_DOOR, "services/agent-sessions:80/proxy/")), 'cannot get resource "services/proxy"', "B5", "E1"),
    _row("own-proxy", "its own pod through the API server, past its network", get(at(HOME, "pods/{pod}")),
         get(at(HOME, "pods/{pod}/proxy/")), 'cannot get resource "pods/proxy"', "E1"),
    _row("other-event", "a false event of another tenant", get(at(HOME, "events")), post(at(NEXT_DOOR, "events"),
         named(involvedObject={"kind": "Pod", "name": "any"})), 'cannot create resource "events"', "B5"),
    _row("own-event", "a false event of its own", get(at(HOME, "events")), post(at(HOME, "events"), named(
         involvedObject={"kind": "Pod", "name": "any"})), 'cannot create resource "events"', "G5"),
    _row("lease", "the lease that the scheduler leads by", get(at(HOME, "pods")),
         patch("/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler", {"spec": {
         "holderIdentity": "me"}}), 'cannot patch resource "leases"', "D6"),
    _row("viewer-writes", "a pod by somebody who may only look", get(at(HOME, "pods")), post(at(HOME, "pods"), pod()),
         'cannot create resource "pods"', "B5", who="viewers"),
    _row("viewer-execs", "a shell by somebody who may only look", get(at(HOME, "pods/{pod}")),
         post(at(HOME, "pods/{pod}/exec?command=sh")), 'cannot create resource "pods/exec"', "B5", who="viewers"),
    _row("developer-secrets", "the secrets by a developer", get(at(HOME, "configmaps")), get(at(HOME, "secrets")),
         'cannot list resource "secrets"', "B5", "CIS 5.1.2", who="developers"),
    _row("developer-role", "a role by a developer", get(at(HOME, "pods")), post(ROLES, role(allows("", "pods", "get"))),
         'cannot create resource "roles"', "B5", "MTB #1202 (self-service roles)", who="developers"),
)  # fmt: skip

VIEWERS = binding("ClusterRole", "tenantplane:tenant-viewer", group("pelican:auditors"))
ESCALATIONS = (
    _row("role-wildcard", "a role that may do everything", post(ROLES, role(allows("", "pods", "get", "list"))),
         post(ROLES, role(allows("*", "*", "*"))), "RBAC permissions not currently held", "B5", "CIS 5.1.3",
         "MTB #1202 (self-service roles)", control=ESCALATION),
    _row("role-more", "a role that may more than its maker", post(ROLES, role(allows("", "secrets", "get"))),
         post(ROLES, role(allows("", "resourcequotas", "update"))), "RBAC permissions not currently held", "B5",
         "MTB #1202 (self-service roles)", control=ESCALATION),
    _row("role-token", "a role that may ask for tokens", post(ROLES, role(allows("", "secrets", "get"))),
         post(ROLES, role(allows("", "serviceaccounts/token", "create"))), "RBAC permissions not currently held", "B5",
         "CIS 5.1.13", control=ESCALATION),
    _row("role-escalate", "a role that may escalate", post(ROLES, role(allows("", "secrets", "get"))),
         post(ROLES, role(allows("rbac.authorization.k8s.io", "roles", "escalate", "bind"))),
         "RBAC permissions not currently held", "B5", "CIS 5.1.8", control=ESCALATION),
    _row("binding-cluster-admin", "the cluster's administrator in its namespace", post(ROLE_BINDINGS, VIEWERS),
         post(ROLE_BINDINGS, binding("ClusterRole", "cluster-admin", group("pelican:auditors"))),
         "RBAC permissions not currently held", "B5", "CIS 5.1.1", "MTB-PL2-BC-OPS-3", control=ESCALATION),
    _row("binding-aggregated", "a role that grows with the cluster", post(ROLE_BINDINGS, VIEWERS),
         post(ROLE_BINDINGS, binding("ClusterRole", "system:public-info-viewer", group("pelican:auditors"))),
         "one of the roles for tenants", "B5", control=BINDINGS),
    _row("binding-everybody", "everybody in its namespace", post(ROLE_BINDINGS, VIEWERS), post(ROLE_BINDINGS,
         binding("ClusterRole", "tenantplane:tenant-viewer", group("system:authenticated"))),
         "the tenant's own groups", "B5", "MTB #1203 (self-service role bindings)", control=BINDINGS),
    _row("binding-other-group", "another tenant's people in its namespace", post(ROLE_BINDINGS, VIEWERS),
         post(ROLE_BINDINGS, binding("ClusterRole", "tenantplane:tenant-viewer", group("acme:engineers"))),
         "the tenant's own groups", "B5", "MTB #1203 (self-service role bindings)", control=BINDINGS),
    _row("binding-user", "a person by name, past the groups", post(ROLE_BINDINGS, VIEWERS), post(ROLE_BINDINGS,
         binding("ClusterRole", "tenantplane:tenant-admin", {"kind": "User", "apiGroup": "rbac.authorization.k8s.io",
         "name": "somebody@example.org"})), "the tenant's own groups", "B5", control=BINDINGS),
    _row("binding-other-account", "an account of another tenant", post(ROLE_BINDINGS, binding("ClusterRole",
         "tenantplane:tenant-viewer", account(HOME))), post(ROLE_BINDINGS, binding("ClusterRole",
         "tenantplane:tenant-viewer", account(NEXT_DOOR))), "accounts of its namespace", "B5", control=BINDINGS),
    _row("binding-platform", "the binding that the platform made", get(f"{ROLE_BINDINGS}/tenant-viewer"),
         patch(f"{ROLE_BINDINGS}/tenant-viewer", {"subjects": [group("pelican:engineers")]}), TENANT_FILE, "B5",
         "MTB-PL1-BC-CPI-2", control=PLATFORM),
    _row("binding-deleted", "the deletion of the binding that the platform made",
         get(f"{ROLE_BINDINGS}/tenant-viewer"), delete(f"{ROLE_BINDINGS}/tenant-viewer"), TENANT_FILE, "B5",
         "MTB-PL1-BC-CPI-2", control=PLATFORM),
    _row("cluster-binding", "rights in the whole cluster", post(ROLE_BINDINGS, VIEWERS),
         post(f"{RBAC_API}/clusterrolebindings", binding("ClusterRole", "tenantplane:tenant-admin")),
         'cannot create resource "clusterrolebindings"', "B5", "MTB-PL1-CC-CPI-1"),
    _row("cluster-role", "rights that aggregate into the cluster's own roles", post(ROLES, role(allows("", "pods",
         "get"))), post(f"{RBAC_API}/clusterroles", named(rules=[], metadata={"labels": {
         "rbac.authorization.k8s.io/aggregate-to-view": "true"}})), 'cannot create resource "clusterroles"', "B5",
         "MTB-PL1-CC-CPI-1"),
    _row("role-of-tenants", "the role that every tenant's people have", get(f"{ROLE_BINDINGS}/tenant-viewer"),
         patch(f"{RBAC_API}/clusterroles/tenantplane:tenant-viewer", {"rules": []}),
         'cannot patch resource "clusterroles"', "B5"),
)  # fmt: skip


def review(verb: str, resource: str) -> dict[str, Any]:
    return {"spec": {"resourceAttributes": {"verb": verb, "resource": resource, "namespace": HOME}}}


TOKEN = {"spec": {"audiences": ["https://elsewhere.example"]}}
IDENTITIES = (
    _row("own-token", "a token of its workload's account", get(f"{ACCOUNTS}/workload"),
         post(f"{ACCOUNTS}/workload/token", TOKEN), 'cannot create resource "serviceaccounts/token"', "C4",
         "CIS 5.1.13"),
    _row("other-token", "a token of another tenant's account", get(f"{ACCOUNTS}/workload"),
         post(at(NEXT_DOOR, "serviceaccounts/workload/token"), TOKEN), 'cannot create resource "serviceaccounts/token"',
         "B5", "CIS 5.1.13"),
    _row("system-token", "a token of a controller of the cluster", get(f"{ACCOUNTS}/workload"),
         post(at("kube-system", "serviceaccounts/namespace-controller/token"), TOKEN),
         'cannot create resource "serviceaccounts/token"', "B5", "CIS 5.1.13"),
    _row("account", "an account of its own", get(ACCOUNTS), post(ACCOUNTS, named()),
         'cannot create resource "serviceaccounts"', "B5"),
    _row("account-mounts", "the workload's account with its token mounted", get(f"{ACCOUNTS}/workload"),
         patch(f"{ACCOUNTS}/workload", {"automountServiceAccountToken": True}),
         'cannot patch resource "serviceaccounts"', "C4", "CIS 5.1.6"),
    _row("review-others", "what somebody else may do", post(f"{AUTHORIZATION}/selfsubjectaccessreviews",
         review("get", "pods")), post(f"{AUTHORIZATION}/subjectaccessreviews", {"spec": {"user": "admin@example.org",
         **review("get", "pods")["spec"]}}), 'cannot create resource "subjectaccessreviews"', "B5"),
    _row("review-others-here", "what somebody else may do in its namespace",
         post(f"{AUTHORIZATION}/selfsubjectaccessreviews", review("get", "pods")),
         post(at(HOME, "localsubjectaccessreviews", AUTHORIZATION), {"spec": {"user": "admin@example.org",
         **review("get", "pods")["spec"]}}), 'cannot create resource "localsubjectaccessreviews"', "B5"),
    _row("review-tokens", "whose a token is", post(f"{AUTHENTICATION}/selfsubjectreviews", {}),
         post(f"{AUTHENTICATION}/tokenreviews", {"spec": {"token": "any"}}), 'cannot create resource "tokenreviews"',
         "B5"),
    _row("certificate", "a certificate of the cluster's authority", get(at(HOME, "pods")),
         post("/apis/certificates.k8s.io/v1/certificatesigningrequests", named(spec={"request": "", "signerName":
         "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]})),
         'cannot create resource "certificatesigningrequests"', "B5", "CIS 5.1.11"),
    _row("account-lists", "the pods, by the workload's account", get("/version"), get(at(HOME, "pods")),
         'cannot list resource "pods"', "C4", "CIS 5.1.5", who="account"),
    _row("account-secrets", "a secret, by the workload's account", get("/version"), get(at(HOME, "secrets/any")),
         'cannot get resource "secrets"', "C4", "CIS 5.1.5", who="account"),
    _row("account-maps", "the config maps, by the workload's account", get("/version"), get(at(HOME, "configmaps")),
         'cannot list resource "configmaps"', "C4", "CIS 5.1.5", who="account"),
)  # fmt: skip

ROWS = (*ANYWHERE, *OTHER_ROWS, *ESCALATIONS, *IDENTITIES)
