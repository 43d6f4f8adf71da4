"""The checks of the controls: pure functions from an object to what is wrong with it."""

import re
from collections.abc import Iterator

from policies.objects import TENANT_PREFIX, KubernetesObject

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_MODES = ("enforce", "audit", "warn")


def carries_its_tenant(found: KubernetesObject) -> Iterator[str]:
    """An object in a tenant's namespace says whose it is (B1)."""
    if found.tenant_namespace is None:
        return
    expected = found.tenant_namespace.removeprefix(TENANT_PREFIX)
    if found.labels.get("tenant") != expected:
        yield f"label `tenant` is {found.labels.get('tenant')!r}, not {expected!r}"


def namespace_enforces_restricted(found: KubernetesObject) -> Iterator[str]:
    """A tenant's namespace enforces, audits and warns at level `restricted` (C1)."""
    if found.kind != "Namespace" or found.tenant_namespace is None:
        return
    for mode in _MODES:
        level = found.labels.get(f"pod-security.kubernetes.io/{mode}")
        if level != "restricted":
            yield f"Pod Security `{mode}` is {level!r}"


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
