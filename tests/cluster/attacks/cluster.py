"""What belongs to the whole cluster: nobody of a tenant reads it, makes it or changes it (B5, C2, C8, E2)."""

from typing import Any

from tests.cluster.attacks.attack import (
    AGENTS,
    CALICO,
    CORE,
    HOME,
    KUEUE,
    RBAC,
    RBAC_API,
    Attack,
    Request,
    at,
    delete,
    get,
    named,
    patch,
    post,
)

MINE = get(at(HOME, "pods"))


def _row(id_: str, title: str, flip: Request, words: str, *sources: str, twin: Request = MINE) -> Attack:
    return Attack(id=id_, title=title, sources=sources, who="admins", twin=twin, flip=flip, control=RBAC, words=words)


LISTED = {
    f"{CORE}/nodes": ("C6",),
    f"{CORE}/persistentvolumes": ("F4",),
    f"{CORE}/namespaces": ("B5",),
    f"{RBAC_API}/clusterroles": ("B5",),
    "/apis/scheduling.k8s.io/v1/priorityclasses": ("C8",),
    "/apis/node.k8s.io/v1/runtimeclasses": ("C2", "C3"),
    "/apis/storage.k8s.io/v1/storageclasses": ("F4",),
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies": ("I1",),
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": ("I1", "CIS 5.1.12"),
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": ("I1", "CIS 5.1.12"),
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": ("B5",),
    "/apis/apiregistration.k8s.io/v1/apiservices": ("B5",),
    "/apis/certificates.k8s.io/v1/certificatesigningrequests": ("B5",),
    **{f"{CALICO}/{kind}": ("E2",) for kind in ("tiers", "globalnetworkpolicies", "globalnetworksets")},
    **{
        f"{KUEUE}/{kind}": ("D1",)
        for kind in (
            "clusterqueues",
            "cohorts",
            "resourceflavors",
            "topologies",
            "workloadpriorityclasses",
            "admissionchecks",
        )
    },
}


def _both(path: str, sources: tuple[str, ...]) -> tuple[Attack, Attack]:
    kind = path.rsplit("/", 1)[1]
    twin = get(path)
    every = Attack(
        id=f"list-{kind}",
        title=f"the list of {kind}",
        sources=(*sources, "MTB-PL1-CC-CPI-1"),
        who="admins",
        twin=twin,
        twin_by="platform",
        flip=get(path),
        control=RBAC,
        words=f'cannot list resource "{kind}"',
    )
    one = _row(f"create-{kind}", f"one of the {kind}", post(path, named()), f'cannot create resource "{kind}"',
               *sources, "MTB-PL1-CC-CPI-1")  # fmt: skip
    return every, one


def _namespace(**metadata: Any) -> Request:
    return patch(f"{CORE}/namespaces/{HOME}", {"metadata": metadata})


NAMESPACE = get(f"{CORE}/namespaces/{HOME}")
TIER = f"{CALICO}/tiers/tenantplane-guardrails"
OWN_RAIL = f"{CALICO}/globalnetworkpolicies/tenantplane-guardrails.{HOME}"
NO_NAMESPACE = 'cannot patch resource "namespaces"'

OTHER_ROWS = (
    _row("lower-security", "a lower level of Pod Security", _namespace(labels={"pod-security.kubernetes.io/enforce":
         "privileged"}), NO_NAMESPACE, "C1", "MTB-PL1-BC-CPI-2", twin=NAMESPACE),
    _row("other-identity", "another tenant's label on its namespace", _namespace(labels={"tenant": "acme-robotics"}),
         NO_NAMESPACE, "B1", "E2", twin=NAMESPACE),
    _row("more-workloads", "a kind of workload that nobody reviewed", _namespace(annotations={
         "tenantplane.dev/workloads": "training"}), NO_NAMESPACE, "C3", twin=NAMESPACE),
    _row("more-capabilities", "capabilities that nobody reviewed", _namespace(annotations={
         "capabilities.tenantplane.dev/agent-sessions": "SETUID"}), NO_NAMESPACE, "C4", twin=NAMESPACE),
    _row("more-groups", "another tenant's people among its groups", _namespace(annotations={
         "tenantplane.dev/groups": "acme:engineers"}), NO_NAMESPACE, "B5", twin=NAMESPACE),
    _row("namespace-gone", "the end of its namespace, data and all", delete(f"{CORE}/namespaces/{HOME}"),
         'cannot delete resource "namespaces"', "A7", twin=NAMESPACE),
    _row("namespace-finalize", "a namespace that is gone before what is in it", Request("PUT",
         f"{CORE}/namespaces/{HOME}/finalize", named(HOME)), 'cannot update resource "namespaces/finalize"', "A7",
         twin=NAMESPACE),
    _row("node-proxy", "a kubelet, past every rule", get(f"{CORE}/nodes/any/proxy/pods"),
         'cannot get resource "nodes/proxy"', "C6", "CIS 5.1.10"),
    _row("node-label", "a node of its own", patch(f"{CORE}/nodes/any", {"metadata": {"labels": {
         "tenantplane.dev/pool": "mine"}}}), 'cannot patch resource "nodes"', "C6"),
    _row("metrics", "what the API server counts of everybody", get("/metrics"), 'cannot get path "/metrics"', "B5",
         twin=get("/version")),
    _row("guard-rail-order", "guard-rails that come last", patch(TIER, {"spec": {"order": 10_000}}),
         'cannot patch resource "tiers"', "E2"),
    _row("guard-rail-gone", "no guard-rail of its own", delete(OWN_RAIL),
         'cannot delete resource "globalnetworkpolicies"', "E2"),
    _row("guard-rail-read", "the ranges that another tenant was granted",
         get(f"{CALICO}/globalnetworkpolicies/tenantplane-guardrails.tenant-acme-robotics"),
         'cannot get resource "globalnetworkpolicies"', "E2"),
    _row("policy-gone", "no rules for pods", delete("/apis/admissionregistration.k8s.io/v1/"
         "validatingadmissionpolicybindings/tenantplane-tenant-pods"),
         'cannot delete resource "validatingadmissionpolicybindings"', "I1"),
    _row("runtime-parameters", "the runtimes that the rules go by",
         patch(at("tenantplane-system", "configmaps/tenantplane-runtimes"), {"data": {"unstated": "runc"}}),
         'cannot patch resource "configmaps"', "C3"),
    _row("platform-account", "an account of the platform", get(at("tenantplane-system", "serviceaccounts/default")),
         'cannot get resource "serviceaccounts"', "B5", twin=get(at(HOME, "serviceaccounts/default"))),
    _row("system-pods", "a pod in the system's namespace", post(at("kube-system", "pods"), named()),
         'cannot create resource "pods"', "B5", "CIS 5.7.4"),
    _row("sandbox", "a sandbox past its template", post(at(HOME, "sandboxes", AGENTS), named(spec={})),
         'cannot create resource "sandboxes"', "C5", twin=get(at(HOME, "sandboxes", AGENTS))),
)  # fmt: skip

ROWS = (*(row for path, sources in LISTED.items() for row in _both(path, sources)), *OTHER_ROWS)
