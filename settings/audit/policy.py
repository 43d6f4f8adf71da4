"""The audit policy of an API server: who did what to which tenant's objects, and never a secret (G5)."""

from collections.abc import Iterable
from typing import Any, Final

Document = dict[str, Any]

_LOOKING: Final = ["get", "list", "watch"]
_CHANGING: Final = ["create", "update", "patch", "delete", "deletecollection"]

SECRET_BODIES: Final[tuple[Document, ...]] = (
    {
        "group": "",
        "resources": [
            "secrets",
            "configmaps",
            "serviceaccounts/token",
            "pods/exec",
            "pods/attach",
            "pods/portforward",
            "pods/proxy",
            "services/proxy",
            "nodes/proxy",
        ],
    },
    {"group": "authentication.k8s.io"},
)
"""What is always recorded, whoever asks and also who only reads, and never with its body: that is a secret, a token,
or what people put into ConfigMaps although they should not."""

GUARDS: Final[tuple[Document, ...]] = (
    {"group": "", "resources": ["namespaces", "resourcequotas", "limitranges", "serviceaccounts"]},
    {"group": "rbac.authorization.k8s.io"},
    {"group": "networking.k8s.io"},
    {"group": "projectcalico.org"},
    {"group": "node.k8s.io"},
    {"group": "scheduling.k8s.io"},
    {"group": "admissionregistration.k8s.io"},
)
"""What keeps tenants apart. What was asked is recorded word for word, since it matters which rule was written; none of
these kinds has a field for a secret. Pods, sandboxes and their claims have: the environment of a container."""


def audit_policy(*, controllers: Iterable[str] = (), kubelets: Iterable[str] = ()) -> Document:
    """An `audit.k8s.io/v1` Policy: the first rule that fits a request decides how much of it is recorded.

    controllers: users beside those of Kubernetes itself that watch the whole cluster for a living; what they read,
    other than secrets, is left out, and what they change is not. kubelets: users that report for nodes, beside the
    group `system:nodes`; what they say of the health of nodes and pods is left out.

    Rules see who is really there: the API server picks the rule before it looks at impersonation, so that nobody
    slips through as one of those users by impersonating it.
    """
    return {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "omitManagedFields": True,
        "rules": [
            {"level": "Metadata", "resources": list(SECRET_BODIES)},
            *_heartbeat(list(controllers), list(kubelets)),
            {"level": "Request", "verbs": _CHANGING, "resources": list(GUARDS)},
            {"level": "Metadata"},
        ],
    }


def _heartbeat(controllers: list[str], kubelets: list[str]) -> list[Document]:
    """What the machine does by itself, nobody's decision and most of the requests."""
    health = [
        {"group": "", "resources": ["nodes/status", "pods/status"]},
        {"group": "coordination.k8s.io", "resources": ["leases"]},
    ]
    readers = ["system:kube-scheduler", "system:kube-controller-manager", "system:apiserver", *controllers]
    return [
        {"level": "None", "userGroups": ["system:serviceaccounts:kube-system", "system:nodes"], "verbs": _LOOKING},
        {"level": "None", "users": readers, "verbs": _LOOKING},
        {"level": "None", "userGroups": ["system:nodes"], "resources": health},
        *([{"level": "None", "users": kubelets, "resources": health}] if kubelets else []),
        # Who removes events covers tracks: that is kept.
        {
            "level": "None",
            "verbs": [*_LOOKING, "create", "update", "patch"],
            "resources": [
                {"group": "", "resources": ["events"]},
                {"group": "events.k8s.io", "resources": ["events"]},
            ],
        },
        {"level": "None", "nonResourceURLs": ["/readyz*", "/livez*", "/healthz*", "/version", "/openapi*"]},
    ]
