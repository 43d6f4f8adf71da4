"""Rules about what a pod may do to its node (C4)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from controls.admission.parts import NODE_ANNOTATIONS
from policies.expected import Expected, known
from policies.objects import POD_KINDS, KubernetesObject
from policies.rule import rule
from settings import names
from settings.fields import Capability

CAPABILITIES: Final = frozenset(get_args(Capability))
SYSCTLS: Final = frozenset(
    (
        "kernel.shm_rmid_forced",
        *(f"net.ipv4.{each}" for each in ("ip_local_port_range", "ip_local_reserved_ports", "ping_group_range")),
        *(f"net.ipv4.{each}" for each in ("ip_unprivileged_port_start", "tcp_rmem", "tcp_syncookies", "tcp_wmem")),
        *(f"net.ipv4.tcp_{each}" for each in ("fin_timeout", "keepalive_intvl", "keepalive_probes", "keepalive_time")),
    )
)
"""Sysctls that reach no further than their pod (Pod Security Standards v1.34, Sysctls)."""
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_SELINUX: Final = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
"""SELinux types of `baseline` (Pod Security Standards v1.34, SELinux)."""
_HOST: Final = ("hostNetwork", "hostPID", "hostIPC")


def _security(container: Mapping[str, Any]) -> Mapping[str, Any]:
    return container.get("securityContext") or {}


def _effective(found: KubernetesObject, container: Mapping[str, Any], key: str) -> Any:
    """A setting of a container, or that of its pod where the container is silent."""
    own = _security(container).get(key)
    return own if own is not None else ((found.pod or {}).get("securityContext") or {}).get(key)


def _added(container: Mapping[str, Any]) -> list[str]:
    return list((_security(container).get("capabilities") or {}).get("add") or [])


def containers_have_no_privilege(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """No container is privileged; that none may become so is controls.admission.rooted's."""
    for container in found.containers():
        if _security(container).get("privileged"):
            yield f"container {container.get('name')!r} is privileged"


def capabilities_are_stated(found: KubernetesObject, expected: Expected) -> Iterator[str]:
    """No container adds a capability that the catalogue cannot state; a tenant's none that its file does not state for
    this kind of workload, or that its runtime does not allow. That all drop ALL is controls.admission.rooted's."""
    for container in found.containers():
        for each in _added(container):
            if each not in CAPABILITIES:
                yield f"container {container.get('name')!r} adds capability {each}"
            elif found.tenant is not None and each not in _stated(found, expected):
                yield f"container {container.get('name')!r} adds capability {each}, which its workload does not state"
            elif found.tenant is not None and each not in _of_its_runtime(found, expected):
                yield f"container {container.get('name')!r} adds capability {each}, which its runtime does not allow"


def _stated(found: KubernetesObject, expected: Expected) -> frozenset[str]:
    by_kind = known(expected.capabilities, "what capabilities tenants' files state").get(found.tenant or "", {})
    return by_kind.get(str(found.pod_labels.get(names.WORKLOAD_LABEL)), frozenset())


def _of_its_runtime(found: KubernetesObject, expected: Expected) -> frozenset[str]:
    runtime = str((found.pod or {}).get("runtimeClassName"))
    return known(expected.runtime_capabilities, "what capabilities runtimes allow").get(runtime, frozenset())


def root_is_read_only(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Nothing is written outside of volumes."""
    for container in found.containers():
        if _security(container).get("readOnlyRootFilesystem") is not True:
            yield f"container {container.get('name')!r} can write its root file system"


def no_namespace_of_the_node(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """hostNetwork, hostPID, hostIPC."""
    for key in _HOST:
        if (found.pod or {}).get(key):
            yield f"the pod has {key}"


def no_port_of_the_node(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """hostPort, and probes that the node would send elsewhere."""
    for container in found.containers():
        for port in container.get("ports") or []:
            if port.get("hostPort"):
                yield f"container {container.get('name')!r} takes port {port['hostPort']:g} of its node"
        for key in _PROBES:
            for how in ("httpGet", "tcpSocket"):
                if (host := ((container.get(key) or {}).get(how) or {}).get("host")) is not None:
                    yield f"{key} of container {container.get('name')!r} has the node ask {host!r}"


def no_token_without_an_account(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """A tenant's pod that names no account of its own mounts no token."""
    if found.tenant_namespace is None or found.pod is None:
        return
    if found.pod.get("automountServiceAccountToken") is not False and found.pod.get("serviceAccountName") in (
        None, "", "default",
    ):  # fmt: skip
        yield "the pod mounts the token of account 'default'"


def nothing_asked_of_the_node(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Annotations for networks and runtimes on a tenant's pods."""
    if found.tenant_namespace is None or found.pod is None:
        return
    for key in found.pod_metadata.get("annotations") or {}:
        if key.startswith(NODE_ANNOTATIONS):
            yield f"the pod has annotation {key!r}"


def the_kernel_is_left_alone(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """Sysctls, /proc, host processes, SELinux and unconfined profiles (Pod Security `baseline`)."""
    yield from _unconfined_by_annotation(found)
    for each in ((found.pod or {}).get("securityContext") or {}).get("sysctls") or []:
        if each.get("name") not in SYSCTLS:
            yield f"the pod sets sysctl {each.get('name')!r}"
    for container in found.containers():
        if _security(container).get("procMount") not in (None, "Default"):
            yield f"container {container.get('name')!r} has procMount {_security(container)['procMount']!r}"
        if (_effective(found, container, "windowsOptions") or {}).get("hostProcess"):
            yield f"container {container.get('name')!r} is a process of its host"
        linux = _effective(found, container, "seLinuxOptions") or {}
        if linux.get("type") not in _SELINUX or linux.get("user") or linux.get("role"):
            yield f"container {container.get('name')!r} has SELinux options {dict(linux)}"
        for key in ("appArmorProfile", "seccompProfile"):
            if (_effective(found, container, key) or {}).get("type") == "Unconfined":
                yield f"container {container.get('name')!r} has {key} Unconfined"


def _unconfined_by_annotation(found: KubernetesObject) -> Iterator[str]:
    for key, value in (found.pod_metadata.get("annotations") or {}).items():
        if key.startswith(_APPARMOR) and value == "unconfined":
            yield f"container {key.removeprefix(_APPARMOR)!r} has AppArmor profile unconfined"


def scratch_is_bounded(found: KubernetesObject, _: Expected) -> Iterator[str]:
    """emptyDir volumes of tenants have a size."""
    if found.tenant_namespace is None:
        return
    for volume in (found.pod or {}).get("volumes") or []:
        if volume.get("emptyDir") is not None and not volume["emptyDir"].get("sizeLimit"):
            yield f"volume {volume.get('name')!r} has no sizeLimit"


PRIVILEGES = (
    rule("TP-C4-01", POD_KINDS, containers_have_no_privilege),
    rule("TP-C4-02", POD_KINDS, capabilities_are_stated),
    rule("TP-C4-05", POD_KINDS, root_is_read_only),
    rule("TP-C4-06", POD_KINDS, no_namespace_of_the_node),
    rule("TP-C4-08", POD_KINDS, no_port_of_the_node),
    rule("TP-C4-09", POD_KINDS, no_token_without_an_account),
    rule("TP-C4-10", POD_KINDS, nothing_asked_of_the_node),
    rule("TP-C4-11", POD_KINDS, the_kernel_is_left_alone),
    rule("TP-C4-12", POD_KINDS, scratch_is_bounded),
)
