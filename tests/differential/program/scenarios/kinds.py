"""One of each kind the platform uses: created, changed in place, a field or list item taken away, left alone."""

import pulumi
import pulumi_kubernetes as k8s

from .table import ABSENT, Json, at, meta, resource, without_absent

NAMESPACE = "diff-kinds"
IMAGE = "registry.invalid/app@sha256:" + "0" * 64
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _labels(phase: int, app: str) -> Json:
    """Labels that gain a key in phase 2 and lose one in phase 3."""
    return {"app": app, "old": at(phase, "yes", "yes", ABSENT), "new": at(phase, ABSENT, "yes")}


def _container(phase: int, name: str = "app") -> Json:
    return {
        "name": name,
        "image": IMAGE,
        "resources": {"requests": {"cpu": at(phase, "100m", "0.2"), "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "env": [
            {"name": "A", "value": at(phase, "1", "2")},
            at(phase, ABSENT, {"name": "B", "value": "b"}, ABSENT),
        ],
        "ports": [{"containerPort": 8080, "name": "http"}],
        "securityContext": RESTRICTED,
        "readinessProbe": at(phase, {"httpGet": {"path": "/", "port": "http"}}, ABSENT),
    }


def _template(phase: int, app: str, **spec: Json) -> Json:
    return {
        "metadata": {"labels": {"app": app}, "annotations": at(phase, ABSENT, {"note": "two"}, {"note": "three"})},
        "spec": {"automountServiceAccountToken": False, "containers": [_container(phase)], **spec},
    }


def declare(phase: int) -> None:
    """All kinds; phase 2 changes and adds, phase 3 removes."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted", "old": at(phase, "yes", "yes", ABSENT)}
    annotations = at(phase, ABSENT, {"note": "two"}, ABSENT)
    namespace = k8s.core.v1.Namespace(
        NAMESPACE, metadata=without_absent(meta(NAMESPACE, labels=labels, annotations=annotations))
    )
    opts = pulumi.ResourceOptions(parent=namespace)
    _policy(phase, opts)
    _rbac(phase, opts)
    _workloads(phase, opts)
    _network(phase, opts)
    _storage(phase, opts)
    _cluster(phase, opts)


def _policy(phase: int, opts: pulumi.ResourceOptions) -> None:
    resource(
        k8s.core.v1.ResourceQuota,
        "quota",
        {
            "metadata": meta("quota", NAMESPACE),
            "spec": {
                "hard": {
                    "requests.cpu": at(phase, "4", "4500m", "5"),
                    "requests.memory": at(phase, "8Gi", "8192Mi"),
                    "pods": at(phase, 20, "30"),
                    "services.loadbalancers": at(phase, "0", "1", ABSENT),
                }
            },
        },
        opts,
    )
    resource(
        k8s.core.v1.LimitRange,
        "limits",
        {
            "metadata": meta("limits", NAMESPACE),
            "spec": {
                "limits": [
                    {
                        "type": "Container",
                        "default": {"cpu": at(phase, "500m", "0.5", "1"), "memory": "1Gi"},
                        "defaultRequest": {"cpu": "200m", "memory": "512Mi"},
                    },
                    at(phase, ABSENT, {"type": "PersistentVolumeClaim", "max": {"storage": "10Gi"}}, ABSENT),
                ]
            },
        },
        opts,
    )
    resource(
        k8s.policy.v1.PodDisruptionBudget,
        "budget",
        {
            "metadata": meta("budget", NAMESPACE, labels=_labels(phase, "web")),
            "spec": {
                "minAvailable": at(phase, 1, "50%", ABSENT),
                "maxUnavailable": at(phase, ABSENT, ABSENT, 1),
                "selector": {"matchLabels": {"app": "web"}},
            },
        },
        opts,
    )
    resource(
        k8s.autoscaling.v2.HorizontalPodAutoscaler,
        "scaler",
        {
            "metadata": meta("scaler", NAMESPACE),
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "absent"},
                "minReplicas": 1,
                "maxReplicas": at(phase, 10, 5),
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "averageUtilization": at(phase, 70, 60)},
                        },
                    }
                ],
                "behavior": at(phase, ABSENT, {"scaleDown": {"stabilizationWindowSeconds": 60}}, ABSENT),
            },
        },
        opts,
    )


def _rbac(phase: int, opts: pulumi.ResourceOptions) -> None:
    resource(
        k8s.core.v1.ServiceAccount,
        "account",
        {
            "metadata": meta("account", NAMESPACE, labels=_labels(phase, "account")),
            "automountServiceAccountToken": at(phase, False, True, ABSENT),
        },
        opts,
    )
    rules = [
        {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", at(phase, "list", "watch")]},
        at(phase, {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["*"]}, ABSENT),
    ]
    resource(k8s.rbac.v1.Role, "role", {"metadata": meta("role", NAMESPACE), "rules": rules}, opts)
    subjects = [
        {"kind": "Group", "name": "developers", "apiGroup": "rbac.authorization.k8s.io"},
        at(phase, ABSENT, {"kind": "ServiceAccount", "name": "account", "namespace": NAMESPACE}, ABSENT),
    ]
    role_ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "role"}
    resource(
        k8s.rbac.v1.RoleBinding,
        "binding",
        {"metadata": meta("binding", NAMESPACE), "subjects": subjects, "roleRef": role_ref},
        opts,
    )
    resource(
        k8s.rbac.v1.ClusterRole,
        "cluster-role",
        {
            "metadata": meta("diff-cluster-role"),
            "rules": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}],
            "aggregationRule": ABSENT,
        },
        opts,
    )
    resource(
        k8s.rbac.v1.ClusterRoleBinding,
        "cluster-binding",
        {
            "metadata": meta("diff-cluster-binding", labels=_labels(phase, "rbac")),
            "subjects": subjects[:1],
            "roleRef": {**role_ref, "kind": "ClusterRole", "name": "diff-cluster-role"},
        },
        opts,
    )


def _workloads(phase: int, opts: pulumi.ResourceOptions) -> None:
    resource(
        k8s.apps.v1.Deployment,
        "web",
        {
            "metadata": meta("web", NAMESPACE, labels=_labels(phase, "web")),
            "spec": {
                "replicas": at(phase, 1, 2),
                "selector": {"matchLabels": {"app": "web"}},
                "template": _template(phase, "web"),
                "strategy": at(phase, ABSENT, {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, ABSENT),
            },
        },
        opts,
    )
    resource(
        k8s.apps.v1.StatefulSet,
        "store",
        {
            "metadata": meta("store", NAMESPACE, labels=_labels(phase, "store")),
            "spec": {
                "serviceName": "store",
                "replicas": at(phase, 1, 2, 1),
                "selector": {"matchLabels": {"app": "store"}},
                "template": _template(phase, "store"),
                "podManagementPolicy": "Parallel",
            },
        },
        opts,
    )
    resource(
        k8s.apps.v1.DaemonSet,
        "agent",
        {
            "metadata": meta("agent", NAMESPACE),
            "spec": {
                "selector": {"matchLabels": {"app": "agent"}},
                "template": _template(phase, "agent", nodeSelector={"kubernetes.io/os": "none"}),
            },
        },
        opts,
    )
    resource(
        k8s.batch.v1.Job,
        "job",
        {
            "metadata": meta("job", NAMESPACE, labels=_labels(phase, "job")),
            "spec": {"backoffLimit": at(phase, 1, 2), "template": _template(1, "job", restartPolicy="Never")},
        },
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(delete_before_replace=True)),
    )
    resource(
        k8s.batch.v1.CronJob,
        "cron",
        {
            "metadata": meta("cron", NAMESPACE),
            "spec": {
                "schedule": at(phase, "0 0 1 1 *", "0 0 2 1 *"),
                "suspend": at(phase, True, True, ABSENT),
                "jobTemplate": {"spec": {"template": _template(phase, "cron", restartPolicy="OnFailure")}},
            },
        },
        opts,
    )
    resource(
        k8s.core.v1.PodTemplate,
        "pod-template",
        {"metadata": meta("pod-template", NAMESPACE), "template": _template(phase, "pod-template")},
        opts,
    )
    resource(
        k8s.core.v1.Pod,
        "pod",
        {
            "metadata": meta("pod", NAMESPACE, labels=_labels(phase, "pod")),
            "spec": {"containers": [{**_container(1), "readinessProbe": ABSENT}], "restartPolicy": "Always"},
        },
        opts,
    )


def _network(phase: int, opts: pulumi.ResourceOptions) -> None:
    resource(
        k8s.networking.v1.NetworkPolicy,
        "deny",
        {
            "metadata": meta("deny", NAMESPACE),
            "spec": {
                "podSelector": {},
                "policyTypes": ["Ingress", at(phase, ABSENT, "Egress")],
                "egress": at(
                    phase,
                    ABSENT,
                    [{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}],
                    [{"ports": [{"port": 53, "protocol": "UDP"}]}],
                ),
            },
        },
        opts,
    )
    resource(
        k8s.core.v1.Service,
        "web-service",
        {
            "metadata": meta("web", NAMESPACE, labels=_labels(phase, "web")),
            "spec": {
                "selector": {"app": "web"},
                "ports": [
                    {"name": "http", "port": 80, "targetPort": at(phase, 8080, "http")},
                    at(phase, ABSENT, {"name": "admin", "port": 81, "protocol": "TCP"}, ABSENT),
                ],
            },
        },
        opts,
    )
    resource(
        k8s.core.v1.Service,
        "headless",
        {
            "metadata": meta("store", NAMESPACE),
            "spec": {"clusterIP": "None", "selector": {"app": "store"}, "ports": [{"port": 5432}]},
        },
        opts,
    )
    resource(
        k8s.networking.v1.IngressClass,
        "ingress-class",
        {"metadata": meta("diff-class", labels=_labels(phase, "class")), "spec": {"controller": "example.test/none"}},
        opts,
    )
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    paths = [
        {"path": at(phase, "/", "/a"), "pathType": "Prefix", "backend": backend},
        at(phase, ABSENT, {"path": "/b", "pathType": "Exact", "backend": backend}, ABSENT),
    ]
    resource(
        k8s.networking.v1.Ingress,
        "ingress",
        {
            "metadata": meta("ingress", NAMESPACE, annotations={"pulumi.com/skipAwait": "true"}),
            "spec": {
                "ingressClassName": "diff-class",
                "rules": [{"host": "web.example.test", "http": {"paths": paths}}],
            },
        },
        opts,
    )
    resource(
        k8s.discovery.v1.EndpointSlice,
        "slice",
        {
            "metadata": meta("slice", NAMESPACE, labels={"kubernetes.io/service-name": "external"}),
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["192.0.2.1"]}, at(phase, ABSENT, {"addresses": ["192.0.2.2"]}, ABSENT)],
            "ports": [{"name": "http", "port": at(phase, 80, 8080), "protocol": "TCP"}],
        },
        opts,
    )


def _storage(phase: int, opts: pulumi.ResourceOptions) -> None:
    resource(
        k8s.storage.v1.StorageClass,
        "class",
        {
            "metadata": meta("diff-storage", labels=_labels(phase, "storage")),
            "provisioner": "kubernetes.io/no-provisioner",
            "allowVolumeExpansion": at(phase, False, True),
            "volumeBindingMode": "Immediate",
        },
        opts,
    )
    volume = resource(
        k8s.core.v1.PersistentVolume,
        "volume",
        {
            "metadata": meta("diff-volume", labels=_labels(phase, "volume")),
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "diff-storage",
                "persistentVolumeReclaimPolicy": at(phase, "Retain", "Delete", "Retain"),
                "hostPath": {"path": "/nowhere"},
            },
        },
        opts,
    )
    resource(
        k8s.core.v1.PersistentVolumeClaim,
        "claim",
        {
            "metadata": meta("claim", NAMESPACE, labels=_labels(phase, "claim")),
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "diff-storage",
                "volumeName": "diff-volume",
                "resources": {"requests": {"storage": "1Gi"}},
            },
        },
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[volume] if volume else [])),
    )
    resource(
        k8s.core.v1.ConfigMap,
        "config",
        {
            "metadata": meta("config", NAMESPACE, labels=_labels(phase, "config")),
            "data": {"text": "line\n", "empty": ""},
            "binaryData": {"bytes": "AAEC"},
        },
        opts,
    )


def _cluster(phase: int, opts: pulumi.ResourceOptions) -> None:
    resource(
        k8s.scheduling.v1.PriorityClass,
        "priority",
        {
            "metadata": meta("diff-priority"),
            "value": 1000,
            "globalDefault": False,
            "description": at(phase, "one", "two", ABSENT),
        },
        opts,
    )
    resource(
        k8s.node.v1.RuntimeClass,
        "runtime",
        {
            "metadata": meta("diff-runtime", labels=_labels(phase, "runtime")),
            "handler": "runsc",
            "scheduling": at(phase, {"nodeSelector": {"pool": "sandbox"}}, {"nodeSelector": {"pool": "other"}}, ABSENT),
        },
        opts,
    )
    resource(
        k8s.coordination.v1.Lease,
        "lease",
        {
            "metadata": meta("lease", NAMESPACE),
            "spec": {"holderIdentity": at(phase, "one", "two"), "leaseDurationSeconds": at(phase, 15, 30, ABSENT)},
        },
        opts,
    )
    validation = {"expression": at(phase, "true", "1 == 1"), "message": at(phase, "never", "never", ABSENT)}
    policy = resource(
        k8s.admissionregistration.v1.ValidatingAdmissionPolicy,
        "admission-policy",
        {
            "metadata": meta("diff-admission"),
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {
                    "resourceRules": [
                        {
                            "apiGroups": [""],
                            "apiVersions": ["v1"],
                            "operations": ["CREATE", at(phase, ABSENT, "UPDATE", ABSENT)],
                            "resources": ["endpoints"],
                        }
                    ]
                },
                "validations": [validation],
            },
        },
        opts,
    )
    resource(
        k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding,
        "admission-binding",
        {
            "metadata": meta("diff-admission-binding"),
            "spec": {"policyName": "diff-admission", "validationActions": ["Deny", at(phase, ABSENT, "Audit", ABSENT)]},
        },
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy] if policy else [])),
    )
