"""What a virtual control plane of a tenant is configured with: vCluster's own values, closed by construction (A6).

A tenant that needs the Kubernetes API itself (its own CustomResourceDefinitions, namespaces, roles and webhooks) gets
an API server of its own, whose pods are run by the host's nodes in the tenant's namespace. There they are pods like all
others: quota, Pod Security, admission, guard-rails and network policies of the host hold for them, whatever the virtual
API server was told. What is set here is what the syncer, the one program that writes to both, may carry over.

Rendered only: no topology offers it yet, because it has not been run. settings.homes refuses the level, and says so.
"""

from collections.abc import Mapping
from typing import Any, Final

from components.security.hardened_pod import USER_ID
from settings import Runtime, TenantPlan
from settings.placing import sandbox_pools, tolerations
from settings.quantities import format_bytes, format_cpu

NAME: Final = "virtual"
"""Name of the control plane in the tenant's namespace; its objects are `vc-virtual` and so on."""
CONTROL_PLANE: Final = {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "1Gi"}
"""Of the one pod with API server, controllers, store and syncer; counts in the tenant's quota like any pod."""
STORE: Final = "5Gi"
READ: Final = ("get", "list", "watch")
WRITE: Final = ("create", "delete", "get", "list", "patch", "update", "watch")

KEPT_APART: Final = (
    "endpoints",
    "endpointSlices",
    "gatewayApi",
    "ingresses",
    "namespaces",
    "networkPolicies",
    "persistentVolumes",
    "podDisruptionBudgets",
    "priorityClasses",
    "resourceClaims",
    "resourceClaimTemplates",
    "serviceAccounts",
    "storageClasses",
)
"""What the virtual control plane may have and the host never gets. An Endpoints object can point anywhere, an Ingress
take any host, a PersistentVolume mount a path of the node."""
NOT_SHOWN: Final = (
    "csiDrivers",
    "csiNodes",
    "csiStorageCapacities",
    "configMaps",
    "deviceClasses",
    "gatewayClasses",
    "gateways",
    "ingressClasses",
    "nodes",
    "priorityClasses",
    "runtimeClasses",
    "secrets",
    "storageClasses",
)
"""What the host has and the virtual control plane never sees: its nodes above all, which are other tenants' too."""

ROLE: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "apiGroups": [""],
        "resources": ["configmaps", "persistentvolumeclaims", "pods", "secrets", "services"],
        "verbs": list(WRITE),
    },
    {"apiGroups": [""], "resources": ["pods/status", "pods/ephemeralcontainers"], "verbs": ["patch", "update"]},
    {
        "apiGroups": [""],
        "resources": ["pods/attach", "pods/exec", "pods/portforward"],
        "verbs": ["create", "get"],
    },
    {"apiGroups": [""], "resources": ["endpoints", "events", "pods/log"], "verbs": list(READ)},
    {"apiGroups": ["apps"], "resources": ["deployments", "replicasets", "statefulsets"], "verbs": list(READ)},
)
"""Rights of the syncer, in the tenant's namespace alone. There is no ClusterRole, and nothing here that a tenant's
admin may not do there either, but to write the status of its pods."""


def virtual_control_plane_values(plan: TenantPlan, runtime: Runtime) -> dict[str, Any]:
    """Values of vCluster's chart for a tenant.

    runtime: of every pod that is carried over; a sandboxed one, since nobody has reviewed what runs there (C3). Its
    nodes are those of sandboxes.
    Errors: ValueError for a runtime that shares the node's kernel.
    """
    if "agent-sessions" not in runtime.workloads:
        raise ValueError(f"runtime {runtime.id!r} is not for what nobody has reviewed")
    selector, pools = sandbox_pools(plan.tenant, plan.cluster)
    tolerated = tolerations(pools)
    return {
        "sync": {
            "toHost": {
                "pods": {
                    "enabled": True,
                    "runtimeClassName": runtime.id,
                    "priorityClassName": plan.tier.priority_class,
                    "enforceTolerations": [f"{each['key']}={each['value']}:{each['effect']}" for each in tolerated],
                    "useSecretsForSATokens": True,
                    "rewriteHosts": {"enabled": False},
                },
                "services": {"enabled": True},
                "persistentVolumeClaims": {"enabled": True},
                "configMaps": {"enabled": True, "all": False},
                "secrets": {"enabled": True, "all": False},
                **{kind: {"enabled": False} for kind in KEPT_APART},
            },
            "fromHost": {"events": {"enabled": True}, **{kind: {"enabled": False} for kind in NOT_SHOWN}},
        },
        "controlPlane": {
            "backingStore": {"database": {"embedded": {"enabled": True}}},
            "coredns": {
                "enabled": True,
                "security": _security(),
                "deployment": {
                    "pods": {"labels": plan.labels},
                    "nodeSelector": selector,
                    "tolerations": list(tolerated),
                },
            },
            "service": {"enabled": True, "labels": plan.labels, "spec": {"type": "ClusterIP"}},
            "ingress": {"enabled": False},
            "statefulSet": {
                "labels": plan.labels,
                "pods": {"labels": plan.labels},
                "imagePullPolicy": "Always",
                "enableServiceLinks": False,
                "runtimeClassName": runtime.id,
                "resources": {"requests": dict(CONTROL_PLANE), "limits": dict(CONTROL_PLANE)},
                "highAvailability": {"replicas": 1 if plan.active else 0},
                "security": _security(),
                "scheduling": {
                    "priorityClassName": plan.tier.priority_class,
                    "nodeSelector": selector,
                    "tolerations": list(tolerated),
                },
                # Kept when the control plane goes: all that the tenant has told it lies there (A7).
                "persistence": {"volumeClaim": {"enabled": True, "retentionPolicy": "Retain", "size": STORE}},
            },
            "advanced": {
                "virtualScheduler": {"enabled": False},
                "serviceAccount": {"enabled": True, "labels": plan.labels},
                "workloadServiceAccount": {"enabled": True, "labels": plan.labels},
            },
        },
        "policies": {
            "resourceQuota": {"enabled": True, "labels": plan.labels, "quota": plan.quota.hard()},
            "limitRange": {
                "enabled": True,
                "labels": plan.labels,
                "defaultRequest": _amounts(plan.limit_range.default_request, plan.limit_range.scratch_request_bytes),
                "default": _amounts(plan.limit_range.default_limit, plan.limit_range.scratch_limit_bytes),
            },
            "networkPolicy": {
                "enabled": True,
                "labels": plan.labels,
                # The chart's default opens the internet to every pod; the ranges are the guard-rail's to give (E2).
                "workload": {"publicEgress": {"enabled": False}},
            },
        },
        "rbac": {
            "role": {"enabled": True, "overwriteRules": [dict(each) for each in ROLE]},
            "clusterRole": {"enabled": False},
        },
        "networking": {"advanced": {"fallbackHostCluster": False}},
        "telemetry": {"enabled": False},
    }


def _security() -> dict[str, Any]:
    """Pod Security `restricted`, which the namespace enforces, for a program whose chart would run it as root."""
    return {
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER_ID,
            "runAsGroup": USER_ID,
            "fsGroup": USER_ID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": USER_ID,
            "runAsGroup": USER_ID,
        },
    }


def _amounts(amount: Any, scratch_bytes: int) -> dict[str, str]:
    return {
        "cpu": format_cpu(amount.cpu_m),
        "memory": format_bytes(amount.memory_bytes),
        "ephemeral-storage": format_bytes(scratch_bytes),
    }
