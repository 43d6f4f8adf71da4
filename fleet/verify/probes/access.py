"""Other tenants, more rights, other identities (B5, C4)."""

from collections.abc import Iterator
from typing import Any

from components.security.object_admission import BINDING_POLICY, PLATFORM_POLICY
from components.tenancy.access import WORKLOAD_ACCOUNT
from fleet.verify.place import EVERYBODY, NOBODY, Place, named
from fleet.verify.probe import Flip
from fleet.verify.refuser import ESCALATION, RBAC, Refuser, policy
from fleet.verify.request import APPS, CORE, RBAC_API, Request, Who, at, delete, get, patch, post

BINDINGS, PLATFORM = policy(BINDING_POLICY), policy(PLATFORM_POLICY)
TENANT_FILE = "changes by the reviewed tenant file"
RBAC_GROUP = "rbac.authorization.k8s.io"


def cannot(verb: str, resource: str) -> str:
    """RBAC's words."""
    return f'cannot {verb} resource "{resource}"'


def strangers(place: Place) -> Iterator[Flip]:
    """What is another tenant's, or everybody's."""

    def flip(id_: str, title: str, twin: Request, request: Request, words: str, who: Who = "admin") -> Flip:  # noqa: PLR0917 - the columns of a table
        return Flip(id=id_, control="TP-B5-09", title=title, who=who, twin=twin, flip=request, by=RBAC, words=words)

    mine, there = get(at(place.namespace, "pods?limit=1")), place.stranger
    lists: tuple[tuple[str, str, Who], ...] = (
        ("pods", CORE, "viewer"), ("configmaps", CORE, "viewer"), ("services", CORE, "viewer"),
        ("deployments", APPS, "viewer"), ("secrets", CORE, "admin"), ("rolebindings", RBAC_API, "admin"),
        ("resourcequotas", CORE, "viewer"),
    )  # fmt: skip
    for resource, api, who in lists:
        own = mine if place.virtual else get(at(place.namespace, f"{resource}?limit=1", api))
        yield flip(f"other-{resource}", f"the {resource} of another tenant", own, get(at(there, f"{resource}?limit=1",
             api)),
                   cannot("list", resource), who)  # fmt: skip
    for resource in ("pods", "secrets", "configmaps"):
        yield flip(f"all-{resource}", f"the {resource} of all namespaces", mine, get(f"{CORE}/{resource}?limit=1"),
                   cannot("list", resource))  # fmt: skip
    pods = at(there, "pods")
    yield from (
        flip("other-create", "a pod in another tenant's namespace", mine, post(pods, place.pod()), cannot("create",
             "pods")),
        flip("other-delete", "the deletion of another tenant's pod", mine, delete(f"{pods}/{NOBODY}"),
             cannot("delete", "pods")),
        flip("other-exec", "a shell in another tenant's pod", mine, post(f"{pods}/{NOBODY}/exec?command=true"),
             cannot("create", "pods/exec")),
        flip("other-forward", "a port of another tenant's pod", mine, post(f"{pods}/{NOBODY}/portforward"),
             cannot("create", "pods/portforward")),
        flip("other-logs", "the logs of another tenant's pod", mine, get(f"{pods}/{NOBODY}/log"), cannot("get",
             "pods/log")),
        flip("other-proxy", "another tenant's service through the API server", mine,
             get(at(there, f"services/{NOBODY}:80/proxy/")), cannot("get", "services/proxy")),
        flip("own-proxy", "its own pod through the API server, past its network", mine,
             get(at(place.namespace, f"pods/{NOBODY}/proxy/")), cannot("get", "pods/proxy")),
        flip("other-namespace", "the Namespace of another tenant", get(f"{CORE}/namespaces/{place.namespace}"),
             get(f"{CORE}/namespaces/{there}"), cannot("get", "namespaces")),
        flip("other-quota", "another tenant's quota", mine, patch(at(there, "resourcequotas/tenant"), {"spec": {"hard":
             {"pods": "0"}}}), cannot("patch", "resourcequotas")),
        flip("other-policy", "a network policy in another tenant's namespace", mine, post(at(there, "networkpolicies",
             "/apis/networking.k8s.io/v1"), named(spec={"podSelector": {}})), cannot("create", "networkpolicies")),
        flip("system-pods", "a pod in the system's namespace", mine, post(at("kube-system", "pods"), place.pod()),
             cannot("create", "pods")),
    )  # fmt: skip


def roles(place: Place) -> Iterator[Flip]:
    """More rights than it has, and rights for others."""
    made, bound = at(place.namespace, "roles", RBAC_API), at(place.namespace, "rolebindings", RBAC_API)
    small = post(made, named(rules=[_rule("", "pods", "get")]))
    more = "RBAC permissions not currently held"

    def flip(id_: str, control: str, title: str, twin: Request, request: Request, by: Refuser, words: str) -> Flip:  # noqa: PLR0917 - the columns of a table
        return Flip(id=id_, control=control, title=title, who="admin", twin=twin, flip=request, by=by, words=words)

    for id_, title, rule in (
        ("role-wildcard", "a role that may do everything", _rule("*", "*", "*")),
        ("role-quota", "a role that may change its quota", _rule("", "resourcequotas", "update")),
        ("role-token", "a role that may ask for tokens", _rule("", "serviceaccounts/token", "create")),
        ("role-escalate", "a role that may escalate", _rule(RBAC_GROUP, "roles", "escalate", "bind")),
        ("role-impersonate", "a role that may act as somebody else", _rule("", "users", "impersonate")),
    ):
        yield flip(id_, "TP-B5-03", title, small, post(made, named(rules=[rule])), ESCALATION, more)
    viewer = "tenantplane:tenant-viewer"
    right = post(bound, _binding(viewer, _group(place.groups[0])))
    account = {"kind": "ServiceAccount", "namespace": place.stranger, "name": WORKLOAD_ACCOUNT}
    yield from (
        flip("binding-cluster-admin", "TP-B5-05", "the cluster's administrator in its namespace", right,
             post(bound, _binding("cluster-admin", _group(place.groups[0]))), ESCALATION, more),
        flip("binding-aggregated", "TP-B5-02", "a role that is not for tenants", right,
             post(bound, _binding("system:public-info-viewer", _group(place.groups[0]))), BINDINGS,
             "one of the roles for tenants"),
        flip("binding-everybody", "TP-B5-02", "everybody in its namespace", right,
             post(bound, _binding(viewer, _group(EVERYBODY))), BINDINGS, "the tenant's own groups"),
        flip("binding-other-account", "TP-B5-02", "an account of another tenant in its namespace", right,
             post(bound, _binding(viewer, account)), BINDINGS, "accounts of its namespace"),
        flip("cluster-binding", "TP-B5-02", "rights in the whole cluster", right,
             post(f"{RBAC_API}/clusterrolebindings", _binding(viewer)), RBAC, cannot("create", "clusterrolebindings")),
        flip("cluster-role", "TP-B5-03", "rights that grow into the cluster's own roles", small,
             post(f"{RBAC_API}/clusterroles", named(rules=[], metadata={"labels": {
             f"{RBAC_GROUP}/aggregate-to-view": "true"}})), RBAC, cannot("create", "clusterroles")),
    )  # fmt: skip
    ours = next((each for each in ("tenant-admin", "tenant-viewer")
                 if place.live.named("RoleBinding", each, place.namespace)), None)  # fmt: skip
    if ours is not None:
        read = get(f"{bound}/{ours}")
        yield flip("binding-platform", "TP-A7-04", "the binding that the platform made", read, patch(f"{bound}/{ours}",
                   {"subjects": [_group(place.groups[-1])]}), PLATFORM, TENANT_FILE)  # fmt: skip
        yield flip(
            "binding-deleted", "TP-A7-04", "its deletion", read, delete(f"{bound}/{ours}"), PLATFORM, TENANT_FILE
        )


def lesser(place: Place) -> Iterator[Flip]:
    """What only the admin may, by a developer, by a viewer and by the account of its workloads."""
    read, pods = get(at(place.namespace, "pods?limit=1")), at(place.namespace, "pods")

    def flip(  # noqa: PLR0917 - the columns of a table
        id_: str, title: str, who: Who, twin: Request, request: Request, words: str, control: str = "TP-B5-04"
    ) -> Flip:
        return Flip(id=id_, control=control, title=title, who=who, twin=twin, flip=request, by=RBAC, words=words)

    if place.has("viewer"):
        yield flip("viewer-writes", "a pod by somebody who may only look", "viewer", read, post(pods, place.pod()),
                   cannot("create", "pods"))  # fmt: skip
        yield flip("viewer-execs", "a shell by somebody who may only look", "viewer", read,
                   post(f"{pods}/{NOBODY}/exec?command=true"), cannot("create", "pods/exec"))  # fmt: skip
    if place.has("developer"):
        yield flip("developer-secrets", "the secrets by a developer", "developer", read,
                   get(at(place.namespace, "secrets?limit=1")), cannot("list", "secrets"), "TP-B5-08")  # fmt: skip
        yield flip("developer-role", "a role by a developer", "developer", read, post(at(place.namespace, "roles",
             RBAC_API),
                   named(rules=[])), cannot("create", "roles"), "TP-B5-03")  # fmt: skip
    version = get("/version")
    for resource in ("pods", "secrets", "configmaps"):
        yield flip(f"account-{resource}", f"the {resource} by the account of its workloads", "workload", version,
                   get(at(place.namespace, f"{resource}?limit=1")), cannot("list", resource), "TP-B5-10")  # fmt: skip


def identities(place: Place) -> Iterator[Flip]:
    """Tokens, and who somebody is."""
    accounts = at(place.namespace, "serviceaccounts")
    read = get(f"{accounts}/{WORKLOAD_ACCOUNT}")
    token = {"spec": {"audiences": ["https://elsewhere.example"]}}
    mine = get(at(place.namespace, "pods?limit=1"))

    def flip(id_: str, title: str, twin: Request, request: Request, words: str) -> Flip:
        return Flip(id=id_, control="TP-B5-10", title=title, who="admin", twin=twin, flip=request, by=RBAC, words=words)

    made = cannot("create", "serviceaccounts/token")
    yield from (
        flip("own-token", "a token of its workloads' account", read, post(f"{accounts}/{WORKLOAD_ACCOUNT}/token",
             token), made),
        flip("other-token", "a token of another tenant's account", read,
             post(at(place.stranger, f"serviceaccounts/{WORKLOAD_ACCOUNT}/token"), token), made),
        flip("system-token", "a token of a controller of the cluster", read,
             post(at("kube-system", "serviceaccounts/namespace-controller/token"), token), made),
        flip("account", "an account of its own", read, post(accounts, named()), cannot("create", "serviceaccounts")),
        flip("account-mounts", "its workloads' account with its token mounted", read,
             patch(f"{accounts}/{WORKLOAD_ACCOUNT}", {"automountServiceAccountToken": True}),
             cannot("patch", "serviceaccounts")),
        flip("review-tokens", "whose a token is", mine, post("/apis/authentication.k8s.io/v1/tokenreviews", {"spec":
             {"token": "any"}}), cannot("create", "tokenreviews")),
        flip("certificate", "a certificate of the cluster's authority", mine,
             post("/apis/certificates.k8s.io/v1/certificatesigningrequests", named(spec={"request": "", "signerName":
             "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]})),
             cannot("create", "certificatesigningrequests")),
    )  # fmt: skip


def _rule(group: str, resource: str, *verbs: str) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}


def _group(name: str) -> dict[str, str]:
    return {"kind": "Group", "apiGroup": RBAC_GROUP, "name": name}


def _binding(role: str, *subjects: Any) -> dict[str, Any]:
    ref = {"apiGroup": RBAC_GROUP, "kind": "ClusterRole", "name": role}
    return named(roleRef=ref, subjects=list(subjects))
