"""Pods that would reach the node, its kernel, its network or other tenants' pods (C2, C4, C6, C8, G7)."""

from typing import Any

from tests.cluster.acting import IMAGE, pod
from tests.cluster.attacks.attack import (
    CONTAINER,
    PLUGIN,
    POD_SECURITY,
    PODS,
    SCHEMA,
    Attack,
    Control,
    Request,
    at,
    changed,
    flipped,
    policy,
    post,
)

SECURITY = (*CONTAINER, "securityContext")
TENANT_PODS = policy("tenantplane-tenant-pods")
TWIN = post(PODS, pod())


def _pod(
    id_: str,
    title: str,
    flip: dict[str, Any],
    words: str,
    *sources: str,
    control: Control = POD_SECURITY,
    twin: Request = TWIN,
) -> Attack:
    return Attack(id=id_, title=title, sources=sources, twin=twin, flip=post(PODS, flip), control=control, words=words)


def annotated(key: str, value: str) -> dict[str, Any]:
    return changed(pod(), ("metadata", "annotations"), {key: value})


def volume(kind: str, **fields: Any) -> dict[str, Any]:
    return flipped("volumes", to=[{"name": "v", kind: fields}])


def affine(side: str, wish: str, **term: Any) -> dict[str, Any]:
    """The compliant pod, near to or far from others."""
    whole = {"topologyKey": "topology.kubernetes.io/region", "labelSelector": {}, **term}
    terms = [{"weight": 1, "podAffinityTerm": whole}] if wish.startswith("preferred") else [whole]
    return flipped("affinity", side, f"{wish}DuringSchedulingIgnoredDuringExecution", to=terms)


POD_SECURITY_ROWS = (
    # Says escalation as well: the API server takes no privileged container that forbids it.
    _pod("privileged", "a privileged container", flipped(*SECURITY, to={"privileged": True}),
         "must not set securityContext.privileged=true", "C4", "MTB-PL1-BC-CPI-5", "CIS 5.2.2"),
    _pod("escalation", "a process that may gain privileges", flipped(*SECURITY, "allowPrivilegeEscalation", to=True),
         "allowPrivilegeEscalation != false", "C4", "MTB-PL1-BC-CPI-6", "CIS 5.2.6"),
    _pod("added-capability", "a capability more", flipped(*SECURITY, "capabilities", to={"add": ["NET_ADMIN"],
         "drop": ["ALL"]}), 'must not include "NET_ADMIN"', "C4", "MTB-PL1-BC-CPI-3", "CIS 5.2.9"),
    _pod("kept-capabilities", "the capabilities that a runtime gives by default", flipped(*SECURITY, "capabilities",
         to={}), "unrestricted capabilities", "C4", "MTB-PL1-BC-CPI-3", "CIS 5.2.10"),
    _pod("root", "a container that may run as root", flipped("securityContext", "runAsNonRoot", to=False),
         "runAsNonRoot != true", "C4", "MTB-PL1-BC-CPI-4", "CIS 5.2.7"),
    _pod("uid-0", "user id 0", flipped("securityContext", "runAsUser", to=0), "runAsUser=0", "C4", "MTB-PL1-BC-CPI-4"),
    _pod("seccomp", "all system calls", flipped("securityContext", "seccompProfile", to={"type": "Unconfined"}),
         "seccompProfile", "C4", "CIS 5.7.2"),
    _pod("host-path", "a directory of the node", volume("hostPath", path="/"), "hostPath", "C4",
         "MTB-PL1-BC-HI-1 (host path)", "CIS 5.2.12"),
    _pod("host-network", "the node's network", flipped("hostNetwork", to=True), "hostNetwork=true", "C4",
         "MTB-PL1-BC-HI-3", "CIS 5.2.5"),
    _pod("host-port", "a port of the node", flipped(*CONTAINER, "ports", to=[{"containerPort": 8080,
         "hostPort": 8080}]), "hostPort", "C4", "MTB-PL1-BC-HI-3", "CIS 5.2.13"),
    _pod("host-pid", "the node's processes", flipped("hostPID", to=True), "hostPID=true", "C4", "MTB-PL1-BC-HI-4",
         "CIS 5.2.3"),
    _pod("host-ipc", "the node's shared memory", flipped("hostIPC", to=True), "hostIPC=true", "C4", "MTB-PL1-BC-HI-5",
         "CIS 5.2.4"),
    _pod("nfs", "a share of somebody's file server", volume("nfs", server="files.example", path="/"),
         "restricted volume types", "C4", "MTB #1198 (claims for storage)"),
    _pod("iscsi", "a disk over the network", volume("iscsi", targetPortal="10.0.0.1:3260", iqn="iqn.2001-04.example:x",
         lun=0), "restricted volume types", "C4", "MTB #1198 (claims for storage)"),
    _pod("sysctl", "a setting of the node's kernel", flipped("securityContext", "sysctls", to=[{"name":
         "kernel.msgmax", "value": "1"}]), "forbidden sysctls", "C4"),
    _pod("proc-mount", "/proc without its masks", changed(flipped("hostUsers", to=False), ("spec", *SECURITY,
         "procMount"), "Unmasked"), "procMount", "C4", twin=post(PODS, flipped("hostUsers", to=False))),
    _pod("selinux", "an SELinux type of its own", flipped("securityContext", "seLinuxOptions", to={"type":
         "container_runtime_t"}), "seLinuxOptions", "C4"),
    _pod("apparmor", "no AppArmor profile", flipped("securityContext", "appArmorProfile", to={"type": "Unconfined"}),
         "AppArmor", "C4"),
    _pod("apparmor-annotation", "no AppArmor profile, by the old annotation",
         annotated("container.apparmor.security.beta.kubernetes.io/main", "unconfined"), "AppArmor", "C4"),
    _pod("host-process", "a process on the node, the Windows way", changed(flipped("hostNetwork", to=True),
         ("spec", *SECURITY, "windowsOptions"), {"hostProcess": True}), "hostProcess", "C4"),
    _pod("init-container", "the same in an init container", flipped("initContainers", to=[{"name": "first",
         "image": IMAGE, "imagePullPolicy": "Always", "securityContext": {"privileged": True}}]),
         "must not set securityContext.privileged=true", "C4", "MTB-PL1-BC-CPI-5"),
    _pod("host-probe", "a probe of the node's own network", flipped(*CONTAINER, "livenessProbe", to={"httpGet":
         {"host": "169.254.169.254", "port": 80}}), "probe or lifecycle host", "C4", "E2"),
)  # fmt: skip

OWN_ROWS = (
    _pod("image-tag", "an image by tag", flipped(*CONTAINER, "image", to="registry.example/app:latest"),
         "images are named by digest", "G7", control=TENANT_PODS),
    _pod("image-tag-init", "an image by tag in an init container", flipped("initContainers", to=[{
         **pod()["spec"]["containers"][0], "name": "first", "image": "registry.example/app"}]),
         "images are named by digest", "G7", control=TENANT_PODS),
    _pod("image-registry", "an image from a registry of nobody's choice", flipped(*CONTAINER, "image",
         to=IMAGE.replace("registry.", "hub.", 1)), "the environment's registries", "G7", control=TENANT_PODS),
    _pod("image-registry-alike", "a registry whose name begins like the environment's", flipped(*CONTAINER, "image",
         to=IMAGE.replace("/app", ".evil.example/app")), "the environment's registries", "G7", control=TENANT_PODS),
    _pod("image-no-registry", "an image whose registry the node chooses", flipped(*CONTAINER, "image",
         to=IMAGE.rpartition("/")[2]), "the environment's registries", "G7", control=TENANT_PODS),
    _pod("image-registry-init", "the same in an init container", flipped("initContainers", to=[{
         **pod()["spec"]["containers"][0], "name": "first", "image": IMAGE.replace("registry.", "hub.", 1)}]),
         "the environment's registries", "G7", control=TENANT_PODS),
    _pod("pull-policy", "an image that lies on the node already", flipped(*CONTAINER, "imagePullPolicy",
         to="IfNotPresent"), "set imagePullPolicy to Always", "MTB-PL1-CC-DI-1", "CIS 5.5.1", control=TENANT_PODS),
    _pod("csi-inline", "an inline volume of a storage driver", volume("csi", driver="files.example"),
         "leave out inline csi volumes", "MTB #1198 (claims for storage)", control=TENANT_PODS),
    _pod("long-grace", "thirty years to end", flipped("terminationGracePeriodSeconds", to=1_000_000_000),
         "ends soon", "A7", control=TENANT_PODS),
    _pod("anti-affinity", "to be alone in the region", affine("podAntiAffinity", "required", namespaceSelector={}),
         "pods of its own tenant alone", "C6", "D3", control=TENANT_PODS,
         twin=post(PODS, affine("podAntiAffinity", "required"))),
    _pod("anti-affinity-named", "to be without one other tenant", affine("podAntiAffinity", "required",
         namespaces=["tenant-acme-robotics"]), "pods of its own tenant alone", "C6", "D3", control=TENANT_PODS,
         twin=post(PODS, affine("podAntiAffinity", "required", namespaces=["tenant-pelican-games"]))),
    _pod("affinity", "to be beside another tenant's pods", affine("podAffinity", "preferred", namespaceSelector={
         "matchLabels": {"tenant": "acme-robotics"}}), "pods of its own tenant alone", "C6", "D3", control=TENANT_PODS,
         twin=post(PODS, affine("podAffinity", "preferred", namespaceSelector={"matchLabels": {"tenant":
         "pelican-games"}}))),
    _pod("address-annotation", "an address of its choice from the network plug-in",
         annotated("cni.projectcalico.org/ipAddrs", '["10.128.0.7"]'), "asks nothing of the node", "E2",
         control=TENANT_PODS),
    _pod("network-annotation", "a second network", annotated("k8s.v1.cni.cncf.io/networks", "host"),
         "asks nothing of the node", "E2", control=TENANT_PODS),
    _pod("runtime-annotation", "another kernel for its micro-VM",
         annotated("io.katacontainers.config.hypervisor.kernel", "/tmp/k"),  # noqa: S108
         "asks nothing of the node", "C3", control=TENANT_PODS),
    _pod("node-name", "a node by name", flipped("nodeName", to="any"), "may not name its node", "C6",
         control=TENANT_PODS),
    _pod("overhead", "a micro-VM that counts for nothing", flipped("overhead", to={"cpu": "0", "memory": "0"}),
         "Overhead doesn't match", "C2", control=PLUGIN),
    _pod("priority-number", "a priority without a class", flipped("priority", to=2_000_000_000), "priority", "C8",
         control=PLUGIN),
    _pod("born-ephemeral", "an ephemeral container from birth", flipped("ephemeralContainers", to=[{"name": "debug",
         "image": IMAGE}]), "ephemeral", "C4", control=SCHEMA),
)  # fmt: skip

TOLERATIONS = {
    "tolerates-everything": ("every taint there is", {}, "may not tolerate every taint"),
    "nodes-of-another-tenant": (
        "the nodes of another tenant",
        {"key": "tenantplane.dev/tenant", "operator": "Equal", "value": "northwind-bank"},
        "the taint of another tenant's nodes",
    ),
    "nodes-of-every-tenant": (
        "the nodes of whichever tenant",
        {"key": "tenantplane.dev/tenant"},
        "the taint of another tenant's nodes",
    ),
    "system-nodes": (
        "the nodes of the system",
        {"key": "tenantplane.dev/pool-kind", "operator": "Equal", "value": "system"},
        "the taint of the system nodes",
    ),
}
TOLERATION_ROWS = tuple(
    _pod(
        id_,
        title,
        flipped("tolerations", to=[{"operator": "Exists", "effect": "NoSchedule", **toleration}]),
        words,
        "C6",
        control=TENANT_PODS,
        twin=post(PODS, flipped("tolerations", to=[{"key": "tenantplane.dev/pool-kind", "value": "sandbox"}])),
    )
    for id_, (title, toleration, words) in TOLERATIONS.items()
)

PRIORITY_ROWS = tuple(
    _pod(
        f"priority-{name}",
        f"the priority {name}",
        flipped("priorityClassName", to=name),
        "priority class of its tier",
        "C8",
        "D5",
        control=TENANT_PODS,
        twin=post(PODS, flipped("priorityClassName", to="team")),
    )
    for name in ("critical", "enterprise", "system-node-critical", "system-cluster-critical", "free", "placeholder")
)

OWNER = "northwind-bank"
"""A tenant with nodes of its own, and with a GPU of a pool that is shared."""
OWNERS_PODS = at(f"tenant-{OWNER}", "pods")
OWN_NODES = {"node-restriction.kubernetes.io/tenant": OWNER}


def _beside(id_: str, title: str, selector: dict[str, str], *, twin: dict[str, str]) -> Attack:
    """A pod of that tenant's which chooses other nodes; the twin chooses those that it may."""
    return Attack(
        id=f"dedicated-{id_}",
        title=f"a pod of a tenant with nodes of its own {title}",
        sources=("A6", "C6"),
        twin=post(OWNERS_PODS, flipped("nodeSelector", to=twin)),
        flip=post(OWNERS_PODS, flipped("nodeSelector", to=selector)),
        control=TENANT_PODS,
        words="a tenant with nodes of its own runs on those",
        tenant=OWNER,
    )


DEDICATED_ROWS = (
    _beside("anywhere", "on whichever", {}, twin=OWN_NODES),
    _beside("shared", "on shared ones", {"tenantplane.dev/pool-kind": "sandbox"}, twin=OWN_NODES),
    _beside("others", "on those of another", {"node-restriction.kubernetes.io/tenant": "acme-robotics"},
            twin=OWN_NODES),
    _beside("pool", "in a pool that its file does not name", {"tenantplane.dev/pool": "general"},
            twin={"tenantplane.dev/pool": "gpu-a100-whole"}),
)  # fmt: skip

ROWS = (*POD_SECURITY_ROWS, *OWN_ROWS, *TOLERATION_ROWS, *PRIORITY_ROWS, *DEDICATED_ROWS)
