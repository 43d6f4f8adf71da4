"""Pods that would reach the node, its kernel, its network or other tenants' pods (C2-C4, C6, C8, G7)."""

from collections.abc import Iterator
from typing import Any

from components.security.rooted_admission import ROOTED_POLICY
from components.tenancy.namespace import stated_capabilities
from fleet.verify.place import Manifest, Place, changed
from fleet.verify.probe import Flip
from fleet.verify.refuser import POD_SECURITY, POD_SECURITY_BASELINE, Refuser, policy
from fleet.verify.request import Request, at, patch, post
from settings import names
from settings.nodepool import KIND_LABEL, TENANT_TAINT

CONTAINER: tuple[str | int, ...] = ("spec", "containers", 0)
SECURITY = (*CONTAINER, "securityContext")
POD_POLICY = policy("tenantplane-tenant-pods")
QUEUED_PODS = policy("tenantplane-queued-pods")
BASELINE = frozenset({"privileged", "host-path", "host-network", "host-port", "host-pid", "host-ipc",
     "added-capability",
                      "sysctl", "selinux", "apparmor", "init-container", "host-probe"})  # fmt: skip
"""Flips that `baseline` refuses too."""


def pods(place: Place) -> Iterator[Flip]:
    """All flips of the compliant pod of a place."""
    right = place.pod()
    path = at(place.namespace, "pods")
    twin = post(path, right)

    def flip(id_: str, control: str, title: str, body: Manifest, words: str, by: Refuser, like: Request = twin) -> Flip:  # noqa: PLR0917 - the columns of a table
        return Flip(
            id=id_, control=control, title=title, who=place.writer, twin=like, flip=post(path, body), by=by, words=words
        )

    def to(*where: str | int, value: Any) -> Manifest:
        return changed(right, *where, to=value)

    yield from (
        flip(id_, control, title, to(*where, value=value), words, _security(place, id_))
        for id_, control, title, where, value, words in _restricted(place)
    )
    for id_, control, title, where, value, words in _own(place):
        yield flip(id_, control, title, to(*where, value=value), words, POD_POLICY)
    apart = ("spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    term: Manifest = {"topologyKey": "topology.kubernetes.io/region", "labelSelector": {}}
    yield flip(
        "anti-affinity", "TP-C8-02", "to be alone in the region", to(*apart, value=[{**term, "namespaceSelector": {}}]),
        "pods of its own tenant alone", POD_POLICY, post(path, to(*apart, value=[term])),
    )  # fmt: skip
    if place.site.cluster.has_queues:
        yield flip(
            "batch-pod", "TP-D1-02", "the class that may stretch, for a pod that is not queued",
            to("spec", "priorityClassName", value="batch"), "which are queued", QUEUED_PODS,
        )  # fmt: skip
    if place.plan.tenant.isolation == "dedicated-pool":
        yield flip(
            "shared-nodes", "TP-A6-01", "a pod of a tenant with nodes of its own, on shared ones",
            to("spec", "nodeSelector", value={KIND_LABEL: "sandbox"}), "runs on those", POD_POLICY,
        )  # fmt: skip


def _security(place: Place, flip: str) -> Refuser:
    """Who refuses what `restricted` forbids: Pod Security, or where a workload states capabilities `baseline`, and for
    the rest the policy that stands in for it."""
    if not stated_capabilities(place.plan):
        return POD_SECURITY
    return POD_SECURITY_BASELINE if flip in BASELINE else policy(ROOTED_POLICY)


def _restricted(place: Place) -> Iterator[tuple[str, str, str, tuple[str | int, ...], Any, str]]:
    """id, control, what is tried, where, the value, words."""
    context = ("spec", "securityContext")
    first = {
        "name": "first",
        "image": place.image,
        "imagePullPolicy": "Always",
        "securityContext": {"privileged": True},
    }
    yield from (
        ("privileged", "TP-C4-01", "a privileged container", SECURITY, {"privileged": True}, "privileged"),
        ("escalation", "TP-C4-01", "a process that may gain privileges", (*SECURITY, "allowPrivilegeEscalation"), True,
         "allowPrivilegeEscalation != false"),
        ("init-container", "TP-C4-01", "a privileged init container", ("spec", "initContainers"), [first],
         "privileged"),
        ("added-capability", "TP-C4-02", "a capability more", (*SECURITY, "capabilities"),
         {"add": ["NET_ADMIN"], "drop": ["ALL"]}, "NET_ADMIN"),
        ("kept-capabilities", "TP-C4-02", "the capabilities that a runtime gives by default",
         (*SECURITY, "capabilities"), {}, "unrestricted capabilities"),
        ("root", "TP-C4-03", "a container that may run as root", (*context, "runAsNonRoot"), False,
         "runAsNonRoot != true"),
        ("uid-0", "TP-C4-03", "user id 0", (*context, "runAsUser"), 0, "runAs"),
        ("seccomp", "TP-C4-04", "all system calls", (*context, "seccompProfile"), {"type": "Unconfined"},
         "seccompProfile"),
        ("host-network", "TP-C4-06", "the node's network", ("spec", "hostNetwork"), True, "hostNetwork=true"),
        ("host-pid", "TP-C4-06", "the node's processes", ("spec", "hostPID"), True, "hostPID=true"),
        ("host-ipc", "TP-C4-06", "the node's shared memory", ("spec", "hostIPC"), True, "hostIPC=true"),
        ("host-path", "TP-C4-07", "a directory of the node", ("spec", "volumes"),
         [{"name": "v", "hostPath": {"path": "/"}}], "hostPath"),
        ("nfs", "TP-C4-07", "a share of somebody's file server", ("spec", "volumes"),
         [{"name": "v", "nfs": {"server": "files.example", "path": "/"}}], "restricted volume types"),
        ("host-port", "TP-C4-08", "a port of the node", (*CONTAINER, "ports"),
         [{"containerPort": 8080, "hostPort": 8080}], "hostPort"),
        ("sysctl", "TP-C4-11", "a setting of the node's kernel", (*context, "sysctls"),
         [{"name": "kernel.msgmax", "value": "1"}], "forbidden sysctls"),
        ("selinux", "TP-C4-11", "an SELinux type of its own", (*context, "seLinuxOptions"),
         {"type": "container_runtime_t"}, "seLinuxOptions"),
        ("apparmor", "TP-C4-11", "no AppArmor profile", (*context, "appArmorProfile"), {"type": "Unconfined"},
         "AppArmor"),
        ("host-probe", "TP-C4-06", "a probe of the node's own network", (*CONTAINER, "livenessProbe"),
         {"httpGet": {"host": "169.254.169.254", "port": 80}}, "probe or lifecycle host"),
    )  # fmt: skip


def _own(place: Place) -> Iterator[tuple[str, str, str, tuple[str | int, ...], Any, str]]:
    """The same of what this project's policy for pods refuses."""
    annotation = ("metadata", "annotations")
    exists = {"operator": "Exists", "effect": "NoSchedule"}
    yield from (
        ("image-tag", "TP-G7-01", "an image by tag", (*CONTAINER, "image"), f"{place.image.partition('@')[0]}:latest",
         "images are named by digest"),
        ("pull-policy", "TP-G7-03", "an image that lies on the node already", (*CONTAINER, "imagePullPolicy"),
         "IfNotPresent", "set imagePullPolicy to Always"),
        ("csi-inline", "TP-F4-03", "an inline volume of a storage driver", ("spec", "volumes"),
         [{"name": "v", "csi": {"driver": "files.example"}}], "leave out inline csi volumes"),
        ("long-grace", "TP-A7-03", "thirty years to end", ("spec", "terminationGracePeriodSeconds"), 1_000_000_000,
         "ends soon"),
        ("address-annotation", "TP-C4-10", "an address of its choice from the network plug-in", annotation,
         {"cni.projectcalico.org/ipAddrs": '["10.128.0.7"]'}, "asks nothing of the node"),
        ("runtime-annotation", "TP-C4-10", "another kernel for its micro-VM", annotation,
         {"io.katacontainers.config.hypervisor.kernel": "/k"}, "asks nothing of the node"),
        ("node-name", "TP-C6-02", "a node by name", ("spec", "nodeName"), "any", "may not name its node"),
        ("tolerates-everything", "TP-C6-01", "every taint there is", ("spec", "tolerations"), [exists],
         "may not tolerate every taint"),
        ("nodes-of-another-tenant", "TP-C6-01", "the nodes of another tenant", ("spec", "tolerations"),
         [{**exists, "key": TENANT_TAINT, "operator": "Equal", "value": place.stranger_id}],
         "the taint of another tenant's nodes"),
        ("system-nodes", "TP-C6-01", "the nodes of the system", ("spec", "tolerations"), [{**exists,
             "key": KIND_LABEL}],
         "the taint of the system nodes"),
        ("priority-system", "TP-C8-01", "the priority of the cluster's own parts", ("spec", "priorityClassName"),
         "system-cluster-critical", "priority class of its tier"),
        ("priority-higher", "TP-C8-01", "the priority of another tier", ("spec", "priorityClassName"),
         _other_class(place), "priority class of its tier"),
    )  # fmt: skip
    if place.site.catalogue.topology.registries:
        elsewhere = f"elsewhere.example/{place.image.partition('/')[2]}"
        yield ("image-registry", "TP-G7-02", "an image from a registry of nobody's choice", (*CONTAINER, "image"),
               elsewhere, "the environment's registries")  # fmt: skip


def _other_class(place: Place) -> str:
    """A priority class that is not this tier's."""
    return "enterprise" if place.plan.tier.priority_class != "enterprise" else "free"


CONTROL_OF = {"kind-unheard-of": "TP-C3-02", "runtime-gpu": "TP-C6-03", "gpu-nodes": "TP-C6-03"}
"""Where a flip is about another control than the runtime."""


def runtimes(place: Place) -> Iterator[Flip]:
    """Pods in a class that is not for what they do (C3, C7)."""
    right, path, who = place.pod(), at(place.namespace, "pods"), place.writer
    twin, by = post(path, right), policy("tenantplane-runtimes")
    kind, _ = place.kind
    runtimes_ = place.site.catalogue.runtimes

    def flip(id_: str, title: str, body: Manifest, words: str, like: Request = twin) -> Flip:
        return Flip(
            id=id_,
            control=CONTROL_OF.get(id_, "TP-C3-01"),
            title=title,
            who=who,
            twin=like,
            flip=post(path, body),
            by=by,
            words=words,
        )

    not_for, not_listed, gpus = "is not for this kind", "does not list", "pods with GPUs, and no others"
    if not place.virtual:  # where two policies refuse it
        unheard_of = changed(right, "metadata", "labels", to={names.WORKLOAD_LABEL: "unheard-of"})
        yield flip("kind-unheard-of", "a kind of workload that nobody knows", unheard_of, not_listed)
    unstated = changed(changed(right, "metadata", "labels", names.WORKLOAD_LABEL, to=None), "spec", "runtimeClassName",
                       to=place.unstated)  # fmt: skip
    shared = next(
        (each.id for each in runtimes_.values() if "agent-sessions" not in each.workloads and not each.gpu), None
    )
    if shared is not None and not place.virtual:
        yield flip("runtime-unstated", "a pod that says nothing of its kind, without a sandbox",
                   changed(unstated, "spec", "runtimeClassName", to=shared), not_for, post(path, unstated))  # fmt: skip
    if kind is not None:
        wrong = next((each.id for each in runtimes_.values() if kind not in each.workloads and not each.gpu), None)
        if wrong is not None:
            yield flip("runtime-wrong", "a workload in a class that is not for its kind",
                       changed(right, "spec", "runtimeClassName", to=wrong), not_for)  # fmt: skip
    for_gpus = next(
        (each.id for each in runtimes_.values() if each.gpu and (kind or "agent-sessions") in each.workloads), None
    )
    if for_gpus is not None:
        yield flip("runtime-gpu", "a class for GPUs without one", changed(right, "spec", "runtimeClassName",
             to=for_gpus),
                   gpus)  # fmt: skip
        toleration = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
        yield flip("gpu-nodes", "the nodes with GPUs without one", changed(right, "spec", "tolerations", to=toleration),
                   "may tolerate the taint of GPU nodes")  # fmt: skip


def running(place: Place) -> Iterator[Flip]:
    """Pods that run and would be made into something else (B1, C3, C6, E2, G7)."""
    if place.running is None or place.virtual:
        return
    mine = f"{at(place.namespace, 'pods')}/{place.running}"

    def flip(id_: str, control: str, title: str, body: Any, by: Refuser, words: str) -> Flip:  # noqa: PLR0917 - the columns of a table
        like, flipped = patch(mine, {"metadata": {"labels": {"note": "mine"}}}), patch(mine, body)
        return Flip(id=id_, control=control, title=title, who="developer", twin=like, flip=flipped, by=by, words=words)

    tag = [{"op": "replace", "path": "/spec/containers/0/image", "value": f"{place.image.partition('@')[0]}:latest"}]
    yield flip("patch-image", "TP-G7-01", "a running pod to an image by tag", tag, POD_POLICY, "named by digest")
    yield flip("patch-label", "TP-B1-01", "a running pod into another tenant's",
               {"metadata": {"labels": {names.TENANT_LABEL: place.stranger_id}}}, policy("tenantplane-tenant-objects"),
               "label of another tenant")  # fmt: skip
    yield flip("patch-kind", "TP-C3-02", "a running pod into another kind of workload",
               {"metadata": {"labels": {names.WORKLOAD_LABEL: "unheard-of"}}}, policy("tenantplane-runtimes"),
               "does not list")  # fmt: skip
    yield flip("patch-network", "TP-C4-10", "another tenant's address for a running pod",
               {"metadata": {"annotations": {"cni.projectcalico.org/podIP": "10.128.0.9/32"}}}, POD_POLICY,
               "asks nothing of the node")  # fmt: skip
