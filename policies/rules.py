"""The checks of the controls: pure functions from an object to what is wrong with it."""

import re
from collections.abc import Iterator

from components.tenancy.namespace import CAPABILITIES_PREFIX
from policies.objects import TENANT_PREFIX, AwsResource, KubernetesObject
from settings import names
from settings.volume import SERVICE_DAYS, TENANT_DAYS

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_UNREVIEWED, _SHARED_KERNEL = "agent-sessions", "runc"
"""What a pod counts as that states no kind of workload, and the class that such a pod may not have."""
_MODES = ("enforce", "audit", "warn")


def carries_its_tenant(found: KubernetesObject) -> Iterator[str]:
    """An object in a tenant's namespace says whose it is (B1)."""
    if found.tenant_namespace is None:
        return
    # A namespace beside its home is `tenant-<id>--<name>`, and no id has two hyphens (A6).
    expected = found.tenant_namespace.removeprefix(TENANT_PREFIX).partition("--")[0]
    if found.labels.get("tenant") != expected:
        yield f"label `tenant` is {found.labels.get('tenant')!r}, not {expected!r}"


def namespace_enforces_restricted(found: KubernetesObject) -> Iterator[str]:
    """A tenant's namespace enforces, audits and warns at level `restricted` (C1)."""
    if found.kind != "Namespace" or found.tenant_namespace is None:
        return
    for mode in _MODES:
        level = found.labels.get(f"pod-security.kubernetes.io/{mode}")
        # Who states capabilities has `restricted` with that one exception, by RootedAdmission.
        excepted = mode == "enforce" and level == "baseline" and found.annotated(CAPABILITIES_PREFIX)
        if level != "restricted" and not excepted:
            yield f"Pod Security `{mode}` is {level!r}"


def pods_have_a_runtime(found: KubernetesObject) -> Iterator[str]:
    """A tenant's pods name their RuntimeClass, and agents are not on the node's own kernel (C3)."""
    if found.tenant_namespace is None or found.pod is None:
        return
    runtime, kind = found.pod.get("runtimeClassName"), found.pod_labels.get(names.WORKLOAD_LABEL, _UNREVIEWED)
    if not runtime:
        yield "the pod names no runtimeClassName"
    elif runtime == _SHARED_KERNEL and kind == _UNREVIEWED:
        yield f"the pod is of kind {kind} and has runtimeClassName {runtime!r}"


def containers_have_no_privilege(found: KubernetesObject) -> Iterator[str]:
    """No container is privileged or may become so (C4)."""
    for container in found.containers():
        security = container.get("securityContext") or {}
        if security.get("privileged"):
            yield f"container {container.get('name')!r} is privileged"
        if security.get("allowPrivilegeEscalation") is not False:
            yield f"container {container.get('name')!r} may escalate its privileges"


def images_are_named_by_digest(found: KubernetesObject) -> Iterator[str]:
    """Every image is named by its digest (G7)."""
    for container in found.containers():
        image = str(container.get("image") or "")
        if not _DIGEST.search(image):
            yield f"image {image!r} of container {container.get('name')!r} has no digest"


def volumes_are_encrypted(found: KubernetesObject) -> Iterator[str]:
    """Every class of volumes encrypts them; a driver's own default is not relied on (F4, F5)."""
    if found.kind == "StorageClass":
        encrypted = (found.props.get("parameters") or {}).get("encrypted")
        if encrypted != "true":
            yield f"parameter `encrypted` is {encrypted!r}"


def keys_are_turned(found: AwsResource) -> Iterator[str]:
    """Keys of services every 90 days, keys of tenants every 365, by KMS itself (F5). KMS's default is 365."""
    if found.kind != "kms/key:Key":
        return
    if found.props.get("enableKeyRotation") is not True:
        yield "KMS does not turn the key"
        return
    most = TENANT_DAYS if names.TENANT_LABEL in found.tags else SERVICE_DAYS
    days = found.props.get("rotationPeriodInDays", TENANT_DAYS)
    if days > most:
        yield f"the key is turned after {days:g} days, and {most} are allowed"
