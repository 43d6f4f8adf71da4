"""A virtual control plane that its tenant has turned: what its syncer tries on the host, and its people (A6, B5, C3).

Whatever a tenant tells its own API server, the host sees requests of the syncer's account. The rows ask as that.
"""

from typing import Any

from components.tenancy.virtual_names import CONFIG_SECRET, KUBECONFIG_SECRET, NAME, POD, SELECTOR, SYNCER_ACCOUNT
from tests.cluster.acting import pod
from tests.cluster.attacks.attack import (
    APPS,
    CONTAINER,
    CORE,
    HOME,
    NETWORK,
    NEXT_DOOR,
    PLATFORM,
    POD_SECURITY,
    QUOTA,
    RBAC,
    RBAC_API,
    TENANT_FILE,
    Attack,
    Control,
    Request,
    Who,
    at,
    changed,
    get,
    named,
    patch,
    policy,
    post,
)
from tests.cluster.attacks.objects import CLAIMS, OBJECTS, SERVICES
from tests.cluster.attacks.pods import TENANT_PODS, TOLERATIONS
from tests.cluster.attacks.quota import claim, service
from tests.cluster.attacks.runtimes import RUNTIMES

TENANT = "fern-labs"
"""A tenant with a virtual control plane, which the test makes; the local catalogue has none."""
THERE = f"tenant-{TENANT}"
KIND = "homework-correction"
"""Of the one workload that its file lists."""
VIRTUAL_PODS, VIRTUAL_SETS = policy("tenantplane-virtual-pods"), policy("tenantplane-virtual-sets")
PODS, SECRETS = at(THERE, "pods"), at(THERE, "secrets")


def carried(*path: str | int, to: Any = None) -> dict[str, Any]:
    """A pod as the syncer makes it, with one thing of its spec changed."""
    labels = {"vcluster.loft.sh/managed-by": NAME, "app": "mine"}
    made = changed(pod(serviceAccountName="workload", priorityClassName="enterprise"), ("metadata", "labels"), labels)
    return changed(made, ("spec", *path), to) if path else made


def labelled(key: str, value: str) -> dict[str, Any]:
    made = carried()
    return changed(made, ("metadata", "labels"), {**made["metadata"]["labels"], key: value})


def _row(
    id_: str,
    title: str,
    twin: Request,
    flip: Request,
    words: str,
    *sources: str,
    control: Control = RBAC,
    who: Who = "syncer",
    twin_by: Who | None = None,
) -> Attack:
    return Attack(
        id=f"virtual-{id_}", title=title, sources=("A6", *sources), who=who, twin=twin, twin_by=twin_by, flip=flip,
        control=control, words=words, tenant=TENANT,
    )  # fmt: skip


def _pod(id_: str, title: str, flip: dict[str, Any], words: str, *sources: str, control: Control) -> Attack:
    title = f"a virtual control plane that carries over {title}"
    return _row(id_, title, post(PODS, carried()), post(PODS, flip), words, *sources, control=control)


PROJECTED = [{"name": "host", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]
SECURITY = (*CONTAINER, "securityContext")
CARRIED = (
    _pod("privileged", "a privileged container", carried(*SECURITY, to={"privileged": True}),
         "must not set securityContext.privileged=true", "C4", control=POD_SECURITY),
    _pod("host-path", "a directory of the node", carried("volumes", to=[{"name": "v", "hostPath": {"path": "/"}}]),
         "hostPath", "C4", control=POD_SECURITY),
    _pod("host-network", "a pod in the node's network", carried("hostNetwork", to=True), "hostNetwork=true", "C4",
         control=POD_SECURITY),
    _pod("root", "a process of root", carried("securityContext", "runAsUser", to=0), "runAsUser=0", "C4",
         control=POD_SECURITY),
    _pod("runtime", "a pod without a sandbox", carried("runtimeClassName", to="runc"),
         "the runtimeClassName is not for this kind", "C3", control=RUNTIMES),
    _pod("no-runtime", "a pod that leaves the runtime to the node", carried("runtimeClassName", to=None),
         "the runtimeClassName is not for this kind", "C3", control=RUNTIMES),
    _pod("kind", "a pod that passes for a reviewed workload", changed(labelled("tenantplane.dev/workload", KIND),
         ("spec", "runtimeClassName"), "runc"), "is no workload of the tenant's file", "C3", control=VIRTUAL_PODS),
    _pod("sandbox", "a pod that passes for a sandbox", labelled("app.kubernetes.io/component", "sandbox"),
         "is no sandbox", "C5", control=VIRTUAL_PODS),
    _pod("token", "a pod with a token of the host", carried("automountServiceAccountToken", to=True),
         "gets no token of the host", "C4", control=VIRTUAL_PODS),
    _pod("projected-token", "a pod with a projected token of the host", carried("volumes", to=PROJECTED),
         "leave out projected tokens", "C4", control=VIRTUAL_PODS),
    _pod("account", "a pod with the syncer's own account", carried("serviceAccountName", to=SYNCER_ACCOUNT),
         "is the virtual control plane's alone", "B5", "E2", control=VIRTUAL_PODS),
    _pod("impostor", "a pod that its Services take for the control plane", changed(carried(), ("metadata", "labels"),
         SELECTOR), "may not carry the labels of the virtual control plane", "E1", control=VIRTUAL_PODS),
    _pod("other-label", "a pod with the label of another tenant", labelled("tenant", "acme-robotics"),
         "the label of another tenant", "B1", control=OBJECTS),
    _pod("image-tag", "an image by tag", carried(*CONTAINER, "image", to="registry.example/app:latest"),
         "images are named by digest", "G7", control=TENANT_PODS),
    _pod("node-name", "a pod with a node of its choice", carried("nodeName", to="any"), "may not name its node", "C6",
         control=TENANT_PODS),
    _pod("other-nodes", "a pod for another tenant's nodes", carried("tolerations", to=[
         TOLERATIONS["nodes-of-another-tenant"][1]]), "the taint of another tenant's nodes", "C6",
         control=TENANT_PODS),
    _pod("priority", "a pod above all others", carried("priorityClassName", to="critical"),
         "may have the priority class of its tier", "C8", control=TENANT_PODS),
    _pod("over-quota", "more than the tenant's share", carried(*CONTAINER, "resources", to={
         each: {"cpu": "15900m", "memory": "1Mi"} for each in ("requests", "limits")}), "exceeded quota: tenant", "C1",
         "D4", control=QUOTA),
)  # fmt: skip

BINDING = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
SYNCER = (
    _row("other-pod", "a virtual control plane that makes pods of another tenant", post(PODS, carried()),
         post(at(NEXT_DOOR, "pods"), carried()), 'cannot create resource "pods"', "B5"),
    _row("other-secrets", "a virtual control plane that reads another tenant's secrets", get(SECRETS),
         get(at(NEXT_DOOR, "secrets")), 'cannot list resource "secrets"', "B5"),
    _row("all-pods", "a virtual control plane that reads the pods of all", get(PODS), get(f"{CORE}/pods"),
         'cannot list resource "pods"', "B5"),
    _row("nodes", "a virtual control plane that reads the nodes", get(PODS), get(f"{CORE}/nodes"),
         'cannot list resource "nodes"', "B5"),
    _row("namespace", "a virtual control plane that makes namespaces of the host", post(PODS, carried()),
         post(f"{CORE}/namespaces", named("mine")), 'cannot create resource "namespaces"', "B5"),
    _row("own-role", "a virtual control plane that gives itself rights", get(SECRETS),
         patch(at(THERE, f"roles/{SYNCER_ACCOUNT}", RBAC_API), {"rules": []}), 'cannot patch resource "roles"', "B5"),
    _row("own-binding", "a virtual control plane that binds itself to a role", get(SECRETS),
         post(at(THERE, "rolebindings", RBAC_API), named(roleRef=BINDING, subjects=[])),
         'cannot create resource "rolebindings"', "B5"),
    _row("own-set", "a virtual control plane that changes its own pod", get(at(THERE, "statefulsets", APPS)),
         patch(at(THERE, f"statefulsets/{NAME}", APPS), {"spec": {"template": {"spec": {"hostNetwork": True}}}}),
         'cannot patch resource "statefulsets"', "C4"),
    _row("own-config", "a virtual control plane that changes its own configuration", post(SECRETS, named()),
         patch(f"{SECRETS}/{CONFIG_SECRET}", {"stringData": {"config.yaml": "{}"}}),
         TENANT_FILE, "B5", control=PLATFORM),
    _row("quota", "a virtual control plane that raises the quota", get(PODS), patch(at(THERE, "resourcequotas/tenant"),
         {"spec": {"hard": {"pods": "1000"}}}), 'cannot patch resource "resourcequotas"', "C1"),
    _row("policy", "a virtual control plane that opens the network", get(PODS), post(at(THERE, "networkpolicies",
         NETWORK), named(spec={"podSelector": {}})), 'cannot create resource "networkpolicies"', "E1"),
    _row("ingress", "a virtual control plane that takes a host name", post(at(THERE, "services"), service()),
         post(at(THERE, "ingresses", NETWORK), named(spec={"rules": [{"host": "acme-robotics.tenants.localhost"}]})),
         'cannot create resource "ingresses"', "B2"),
    _row("endpoints", "a virtual control plane whose Service points anywhere", post(at(THERE, "services"), service()),
         post(at(THERE, "endpoints"), named(subsets=[])), 'cannot create resource "endpoints"', "E1"),
    _row("status", "a virtual control plane that gives a pod another's address", get(f"{PODS}/{POD}"),
         patch(f"{PODS}/{POD}/status", {"status": {"podIP": "10.128.0.7"}}), 'cannot patch resource "pods/status"',
         "E2"),
    _row("ephemeral", "a virtual control plane that adds a container to a running pod", get(f"{PODS}/{POD}"),
         patch(f"{PODS}/{POD}/ephemeralcontainers", {"spec": {"ephemeralContainers": []}}),
         'cannot patch resource "pods/ephemeralcontainers"', "G7"),
    _row("accounts", "a virtual control plane that asks for a token of its tenant's", get(PODS),
         post(at(THERE, "serviceaccounts/workload/token")), 'cannot create resource "serviceaccounts/token"', "B5"),
    _row("external-ip", "a virtual control plane that claims an address", post(at(THERE, "services"), service()),
         post(at(THERE, "services"), service(externalIPs=["192.0.2.1"])), "may not claim external addresses", "E1",
         control=SERVICES),
    _row("node-port", "a virtual control plane that opens a port of every node", post(at(THERE, "services"),
         service()), post(at(THERE, "services"), service(type="NodePort")), "services.nodeports", "C1",
         control=QUOTA),
    _row("volume", "a virtual control plane that takes a volume that is there",
         post(at(THERE, "persistentvolumeclaims"), claim("enterprise")), post(at(THERE, "persistentvolumeclaims"),
         claim("enterprise", volumeName="somebodys")), "leave out volumeName", "C1", "F4", control=CLAIMS),
    _row("volume-class", "a virtual control plane with volumes of another class",
         post(at(THERE, "persistentvolumeclaims"), claim("enterprise")), post(at(THERE, "persistentvolumeclaims"),
         claim("team")), "names the class of its tier", "F4", "F5", control=CLAIMS),
)  # fmt: skip

WAY_IN = get(f"{SECRETS}/{KUBECONFIG_SECRET}")
PEOPLE = (
    _row("admin-writes", "an admin who passes by its own API server", WAY_IN, post(PODS, carried()),
         'cannot create resource "pods"', "B5", who="admins"),
    _row("admin-secrets", "an admin who reads the secrets of the host", WAY_IN, get(f"{SECRETS}/{CONFIG_SECRET}"),
         'cannot get resource "secrets"', "B5", who="admins"),
    _row("admin-execs", "an admin with a shell in the control plane", get(f"{PODS}/{POD}"),
         post(f"{PODS}/{POD}/exec?command=sh"), 'cannot create resource "pods/exec"', "B5", who="admins"),
    _row("admin-forwards", "an admin who forwards a port of another pod", get(f"{PODS}/{POD}"),
         post(f"{PODS}/other/portforward"), 'cannot create resource "pods/portforward"', "B5", who="admins"),
    _row("developer-way-in", "a developer with the admins' way in", WAY_IN, WAY_IN, 'cannot get resource "secrets"',
         "B5", who="developers", twin_by="admins"),
    _row("developer-forwards", "a developer who forwards a port of the control plane", get(f"{PODS}/{POD}"),
         post(f"{PODS}/{POD}/portforward"), 'cannot create resource "pods/portforward"', "B5", who="developers"),
)  # fmt: skip


def stateful(account: str) -> dict[str, Any]:
    """A StatefulSet of a developer's, whose pods have this account."""
    template = {"metadata": {"labels": {"app": "mine"}}, "spec": pod(serviceAccountName=account)["spec"]}
    return named(spec={"selector": {"matchLabels": {"app": "mine"}}, "serviceName": "mine", "template": template})


ELSEWHERE = Attack(
    id="syncer-account", title="the account of a virtual control plane, in a StatefulSet of one's own",
    sources=("A6", "B5"), who="developers", control=VIRTUAL_SETS, words=TENANT_FILE,
    twin=post(at(HOME, "statefulsets", APPS), stateful("workload")),
    flip=post(at(HOME, "statefulsets", APPS), stateful(SYNCER_ACCOUNT)),
)  # fmt: skip
"""Where no virtual control plane is, its account is nobody's to name."""

ROWS = (*CARRIED, *SYNCER, *PEOPLE)
