"""The pod that every workload of the platform runs as: the sandbox profile of C4, as far as a pod spec can say it.

What a pod spec cannot say (100 pids, no swap) is set on the node: settings.nodeconfig.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from components.objects import Manifest
from settings.sandbox_profile import MEMORY_LIMIT, TMP_SIZE

USER_ID = 65532
"""Uid and gid of the process: any but 0 would do; this one is `nonroot` in the common distroless images."""


def container_security(capabilities: Sequence[str] = ()) -> Manifest:
    """Security context of a container: read-only root, no capability, no escalation (C4).

    capabilities: of a process that starts as root to use them and gives them up; admission takes those alone which its
    workload states and its runtime allows.
    """
    base: Manifest = {
        "allow_privilege_escalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "read_only_root_filesystem": True,
        "run_as_non_root": True,
    }
    if not capabilities:
        return base
    root = {"run_as_non_root": False, "run_as_user": 0, "run_as_group": 0}
    return {**base, **root, "capabilities": {"add": list(capabilities), "drop": ["ALL"]}}


def hardened_pod(
    *,
    service_account: str,
    priority_class: str,
    placement: Mapping[str, Any],
    containers: Sequence[Mapping[str, Any]],
    volumes: Sequence[Manifest] = (),
) -> Manifest:
    """A pod spec which passes Pod Security `restricted` and holds the sandbox profile (C4).

    service_account: its token is not mounted. priority_class: by the tenant's tier. placement: node selector,
    tolerations and the like, from `components.scheduling.placement`. containers: each with name, image (by digest),
    `resources` and what else it needs; one that names no memory limit gets 2 Gi, and one that names no `capabilities`
    adds none. The security context and /tmp are added here and cannot be given. volumes: besides /tmp.
    Errors: ValueError for a container with a security context of its own.
    """
    hardened: list[Manifest] = []
    for container in containers:
        if "security_context" in container:
            raise ValueError(f"container {container['name']!r} sets a security context of its own")
        mounts = [{"name": "tmp", "mount_path": "/tmp"}, *container.get("volume_mounts", [])]  # noqa: S108
        asked = container.get("resources", {})
        resources = {**asked, "limits": {"memory": MEMORY_LIMIT, **asked.get("limits", {})}}
        security = container_security(container.get("capabilities", ()))
        given = {key: value for key, value in container.items() if key != "capabilities"}
        hardened.append({**given, "resources": resources, "security_context": security, "volume_mounts": mounts})
    return {
        "service_account_name": service_account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": priority_class,
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER_ID,
            "run_as_group": USER_ID,
            "fs_group": USER_ID,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": hardened,
        "volumes": [{"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": TMP_SIZE}}, *volumes],
        **placement,
    }
