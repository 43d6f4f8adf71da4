"""Changes that cannot be made in place (phase 2), of objects with a name of their own and of auto-named ones."""

import pulumi
import pulumi_kubernetes as k8s

from .table import ABSENT, Json, at, meta, without_absent

NAMESPACE = "diff-replacing"
IMAGE = "registry.invalid/app@sha256:" + "1" * 64


def _metadata(name: str, named: bool) -> Json:
    return meta(name, NAMESPACE) if named else {"namespace": NAMESPACE}


def _pods(app: str, image: str = IMAGE, **spec: Json) -> Json:
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "app", "image": image}], **spec}}


def declare(phase: int) -> None:
    """Every row twice: `<row>-named` is deleted before it is made again, `<row>-auto` is made first."""
    namespace = k8s.core.v1.Namespace(NAMESPACE, metadata=meta(NAMESPACE))
    renamed = k8s.core.v1.Namespace("renamed", metadata=meta(at(phase, "diff-renamed-one", "diff-renamed-two")))
    follower = {"data": {"a": "b"}, "metadata": {"name": "follower", "namespace": renamed.metadata["name"]}}
    k8s.core.v1.ConfigMap("follower", **follower)
    opts = pulumi.ResourceOptions(parent=namespace)
    for named in (True, False):
        _rows(phase, named, opts)
    k8s.core.v1.ConfigMap(
        "gains-a-name",
        metadata=at(phase, {"namespace": NAMESPACE}, meta("gained", NAMESPACE)),
        data={"a": "b"},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        "loses-its-name",
        metadata=at(phase, meta("lost", NAMESPACE), {"namespace": NAMESPACE}),
        data={"a": "b"},
        opts=opts,
    )
    k8s.rbac.v1.ClusterRoleBinding(
        "cluster-role-ref",
        metadata=meta("diff-role-ref"),
        role_ref={
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": at(phase, "view", "edit"),
        },
        subjects=[{"kind": "Group", "name": "nobody", "apiGroup": "rbac.authorization.k8s.io"}],
        opts=opts,
    )
    k8s.storage.v1.StorageClass(
        "provisioner",
        metadata=meta("diff-provisioner"),
        provisioner=at(phase, "example.test/one", "example.test/two"),
        opts=opts,
    )


def _rows(phase: int, named: bool, opts: pulumi.ResourceOptions) -> None:
    kind = "named" if named else "auto"
    skip = {"annotations": {"pulumi.com/skipAwait": "true"}}

    def metadata(name: str) -> Json:
        return {**_metadata(name, named), **skip}

    k8s.core.v1.Service(
        f"cluster-ip-{kind}",
        metadata=metadata("cluster-ip"),
        spec=without_absent({"clusterIP": at(phase, ABSENT, "None"), "ports": [{"port": 80}]}),
        opts=opts,
    )
    k8s.core.v1.Service(
        f"service-type-{kind}",
        metadata=metadata("service-type"),
        spec={"type": at(phase, "ClusterIP", "NodePort"), "ports": [{"port": 80}]},
        opts=opts,
    )
    k8s.batch.v1.Job(
        f"job-template-{kind}",
        metadata=metadata("job-template"),
        spec={
            "suspend": True,
            "template": _pods("job", at(phase, IMAGE, IMAGE.replace("1", "2")), restartPolicy="Never"),
        },
        opts=opts,
    )
    selector = at(phase, "one", "two")
    k8s.apps.v1.Deployment(
        f"selector-{kind}",
        metadata=metadata("selector"),
        spec={"replicas": 0, "selector": {"matchLabels": {"app": selector}}, "template": _pods(selector)},
        opts=opts,
    )
    k8s.apps.v1.DaemonSet(
        f"daemon-selector-{kind}",
        metadata=metadata("daemon-selector"),
        spec={"selector": {"matchLabels": {"app": selector}}, "template": _pods(selector, nodeSelector={"no": "node"})},
        opts=opts,
    )
    k8s.apps.v1.StatefulSet(
        f"service-name-{kind}",
        metadata=metadata("service-name"),
        spec={
            "replicas": 0,
            "serviceName": at(phase, "one", "two"),
            "selector": {"matchLabels": {"app": "set"}},
            "template": _pods("set"),
        },
        opts=opts,
    )
    k8s.apps.v1.StatefulSet(
        f"claims-{kind}",
        metadata=metadata("claims"),
        spec={
            "replicas": 0,
            "serviceName": "claims",
            "selector": {"matchLabels": {"app": "claims"}},
            "template": _pods("claims"),
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "data"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": at(phase, "1Gi", "2Gi")}},
                    },
                }
            ],
        },
        opts=opts,
    )
    k8s.core.v1.Secret(
        f"secret-data-{kind}",
        metadata=_metadata("secret-data", named),
        string_data={"key": at(phase, "one", "two")},
        opts=opts,
    )
    k8s.core.v1.Secret(
        f"secret-type-{kind}",
        metadata=_metadata("secret-type", named),
        type=at(phase, "Opaque", "example.test/other"),
        string_data={"key": "one"},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        f"config-data-{kind}",
        metadata=_metadata("config-data", named),
        data={"key": at(phase, "one", "two")},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        f"config-immutable-{kind}",
        metadata=_metadata("config-immutable", named),
        immutable=True,
        data={"key": at(phase, "one", "two")},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        f"config-label-{kind}",
        metadata={**_metadata("config-label", named), "labels": {"step": at(phase, "one", "two")}},
        data={"key": "one"},
        opts=opts,
    )
    k8s.rbac.v1.RoleBinding(
        f"role-ref-{kind}",
        metadata=_metadata("role-ref", named),
        role_ref={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": at(phase, "view", "edit")},
        subjects=[{"kind": "Group", "name": "nobody", "apiGroup": "rbac.authorization.k8s.io"}],
        opts=opts,
    )
    k8s.core.v1.Pod(
        f"pod-image-{kind}",
        metadata=metadata("pod-image"),
        spec={"containers": [{"name": "app", "image": at(phase, "registry.invalid/a", "registry.invalid/b")}]},
        opts=opts,
    )
    k8s.core.v1.Pod(
        f"pod-node-{kind}",
        metadata=metadata("pod-node"),
        spec={
            "terminationGracePeriodSeconds": 0,
            "nodeSelector": {"no": at(phase, "node", "other")},
            "containers": [{"name": "app", "image": "registry.invalid/a"}],
        },
        opts=opts,
    )
    k8s.core.v1.PersistentVolumeClaim(
        f"claim-class-{kind}",
        metadata=metadata("claim-class"),
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": at(phase, "none-one", "none-two"),
            "resources": {"requests": {"storage": "1Gi"}},
        },
        opts=opts,
    )
