"""Rights of the parts that Kubernetes does not know by itself: KWOK's (least privilege)."""

from typing import Any

_RULES = (
    ("", ("nodes",), ("get", "list", "watch")),
    ("", ("nodes/status", "pods/status"), ("get", "patch", "update")),
    ("", ("pods",), ("get", "list", "watch", "patch", "delete")),
    ("", ("events",), ("create", "patch", "update")),
    ("coordination.k8s.io", ("leases",), ("get", "list", "watch", "create", "update", "patch", "delete")),
)
_NAME = "tenantplane:kwok"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"


def kwok_access() -> tuple[tuple[str, dict[str, Any]], ...]:
    """Path and object of the ClusterRole and the binding that KWOK's certificate needs, for server-side apply."""
    api_version = "rbac.authorization.k8s.io/v1"
    role = {
        "apiVersion": api_version,
        "kind": "ClusterRole",
        "metadata": {"name": _NAME},
        "rules": [
            {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
            for group, resources, verbs in _RULES
        ],
    }
    binding = {
        "apiVersion": api_version,
        "kind": "ClusterRoleBinding",
        "metadata": {"name": _NAME},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": _NAME},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": _NAME}],
    }
    return ((f"{_RBAC}/clusterroles/{_NAME}", role), (f"{_RBAC}/clusterrolebindings/{_NAME}", binding))
