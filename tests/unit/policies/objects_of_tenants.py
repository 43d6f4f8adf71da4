"""Kubernetes objects that every rule passes."""

import copy
from typing import Any

DIGEST = "registry.example/app@sha256:" + "a" * 64
HOME = "tenant-acme"
LABELS = {
    "tenant": "acme",
    "tenantplane.dev/tier": "team",
    "app.kubernetes.io/part-of": "tenantplane",
    "app.kubernetes.io/managed-by": "pulumi",
}
OURS = {key: value for key, value in LABELS.items() if key.startswith("app.")}


def metadata(name: str = "app", namespace: str | None = HOME, **more: Any) -> dict[str, Any]:
    held = {"namespace": namespace} if namespace else {}
    tenants = (namespace or name).startswith("tenant-")
    return {"name": name, **held, "labels": dict(LABELS if tenants else OURS), **more}


def container(name: str = "app") -> dict[str, Any]:
    return {
        "name": name,
        "image": DIGEST,
        "imagePullPolicy": "Always",
        "ports": [{"containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
        "env": [{"name": "PORT", "value": "8080"}],
        "resources": {
            "requests": {"cpu": "200m", "memory": "512Mi"},
            "limits": {"cpu": "500m", "memory": "1Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "procMount": "Default",
            "capabilities": {"drop": ["ALL"], "add": []},
        },
    }


def pod_template(**more: Any) -> dict[str, Any]:
    return {
        "metadata": {"labels": {**LABELS, "tenantplane.dev/workload": "homework-correction", "app": "app"}},
        "spec": {
            "runtimeClassName": "runc",
            "automountServiceAccountToken": False,
            "priorityClassName": "team",
            "terminationGracePeriodSeconds": 30,
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "512Mi"}}],
            "tolerations": [{"key": "tenantplane.dev/pool-kind", "value": "cpu"}],
            "containers": [container()],
            **more,
        },
    }


DEPLOYMENT: dict[str, Any] = {"metadata": metadata(), "spec": {"template": pod_template()}}
CRONJOB: dict[str, Any] = {
    "metadata": metadata(),
    "spec": {"jobTemplate": {"spec": {"template": pod_template(initContainers=[copy.deepcopy(container("first"))])}}},
}
SANDBOXES: dict[str, Any] = {
    "metadata": metadata("sandboxes"),
    "spec": {"networkPolicyManagement": "Unmanaged", "podTemplate": pod_template(runtimeClassName="gvisor")},
}
SANDBOXES["spec"]["podTemplate"]["metadata"]["labels"]["tenantplane.dev/workload"] = "agent-sessions"
NAMESPACE: dict[str, Any] = {
    "metadata": {
        **metadata(HOME, None),
        "labels": LABELS
        | {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")},
    }
}
QUOTA_HARD = {
    **dict.fromkeys(("requests.cpu", "limits.cpu", "pods", "services", "configmaps", "secrets"), "4"),
    **dict.fromkeys(("requests.memory", "limits.memory", "requests.storage"), "8Gi"),
    **dict.fromkeys(("requests.ephemeral-storage", "limits.ephemeral-storage"), "10Gi"),
    **dict.fromkeys(("persistentvolumeclaims", "resourcequotas", "replicationcontrollers"), "2"),
    "services.nodeports": "0",
    "services.loadbalancers": "0",
}
QUOTA: dict[str, Any] = {"metadata": metadata("tenant"), "spec": {"hard": QUOTA_HARD}}
LIMITS: dict[str, Any] = {
    "metadata": metadata("tenant"),
    "spec": {
        "limits": [
            {
                "type": "Container",
                "default": {"cpu": "500m", "memory": "1Gi"},
                "defaultRequest": {"cpu": "200m", "memory": "512Mi"},
            }
        ]
    },
}
ROUTE: dict[str, Any] = {
    "metadata": metadata("tenant"),
    "spec": {
        "hostnames": ["acme.tenants.example"],
        "rules": [{"backendRefs": [{"kind": "Service", "name": "app", "port": 80}]}],
    },
}
SERVICE: dict[str, Any] = {"metadata": metadata(), "spec": {"type": "ClusterIP", "ports": [{"port": 80}]}}
POLICY: dict[str, Any] = {
    "metadata": metadata("traffic"),
    "spec": {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [{"podSelector": {}}]}],
        "egress": [
            {
                "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
                "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
            }
        ],
    },
}
STORAGE: dict[str, Any] = {
    "metadata": metadata("fast", None),
    "parameters": {"type": "gp3", "encrypted": "true"},
    "volumeBindingMode": "WaitForFirstConsumer",
    "allowVolumeExpansion": True,
    "reclaimPolicy": "Delete",
}
CLAIM: dict[str, Any] = {"metadata": metadata("data"), "spec": {"storageClassName": "tenantplane-team"}}
ROLE: dict[str, Any] = {
    "metadata": metadata("tenantplane:tenant-developer", None),
    "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "create"]}],
}
BINDING: dict[str, Any] = {
    "metadata": metadata("tenant-admin", HOME),
    "roleRef": {"kind": "ClusterRole", "name": "tenantplane:tenant-admin"},
    "subjects": [{"kind": "Group", "name": "acme:admins"}],
}
SECRET: dict[str, Any] = {"metadata": metadata("database"), "type": "Opaque", "stringData": {"user": "acme"}}
ACCOUNT: dict[str, Any] = {"metadata": metadata("default"), "automountServiceAccountToken": False}
CONFIG: dict[str, Any] = {"metadata": metadata("settings"), "data": {"mode": "fast"}}
RUNTIME: dict[str, Any] = {
    "metadata": metadata("gvisor", None),
    "handler": "runsc",
    "overhead": {"podFixed": {"memory": "64Mi"}},
    "scheduling": {"nodeSelector": {"runtime": "gvisor"}},
}
