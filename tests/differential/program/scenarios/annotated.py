"""`pulumi.com/...` annotations and resource options that change what the provider does."""

import pulumi
import pulumi_kubernetes as k8s

from .table import Json, at, meta

NAMESPACE = "diff-annotated"


def _deployment(replicas: int, app: str) -> Json:
    return {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": app}},
        "template": {
            "metadata": {"labels": {"app": app}},
            "spec": {
                "nodeSelector": {"no": "node"},
                "containers": [{"name": "app", "image": "registry.invalid/app"}],
            },
        },
    }


def declare(phase: int) -> None:
    """Waits skipped or replaced, field manager named, deletion policy given."""
    namespace = k8s.core.v1.Namespace(NAMESPACE, metadata=meta(NAMESPACE))
    opts = pulumi.ResourceOptions(parent=namespace)

    def annotated(name: str, **annotations: str) -> Json:
        keys = {f"pulumi.com/{key}": value for key, value in annotations.items()}
        return meta(name, NAMESPACE, annotations=keys, labels={"step": at(phase, "one", "two")})

    k8s.apps.v1.Deployment(
        "never-ready", metadata=annotated("never-ready", skipAwait="true"), spec=_deployment(1, "never"), opts=opts
    )
    k8s.apps.v1.Deployment(
        "waits-for-path",
        metadata=annotated("waits-for-path", waitFor="jsonpath={.status.observedGeneration}"),
        spec=_deployment(0, "path"),
        opts=opts,
    )
    k8s.apps.v1.Deployment(
        "waits-for-condition",
        metadata=annotated("waits-for-condition", waitFor="condition=Available"),
        spec=_deployment(0, "condition"),
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        "manager", metadata=annotated("manager", patchFieldManager="differential"), data={"a": "b"}, opts=opts
    )
    k8s.core.v1.ConfigMap(
        "manager-renamed",
        metadata=annotated("manager-renamed", patchFieldManager=at(phase, "before", "after")),
        data={"a": "b"},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        "foreground",
        metadata=annotated("foreground", deletionPropagationPolicy="foreground"),
        data={"a": "b"},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        "orphan", metadata=annotated("orphan", deletionPropagationPolicy="orphan"), data={"a": "b"}, opts=opts
    )
    k8s.core.v1.ConfigMap(
        "unknown-annotation", metadata=annotated("unknown-annotation", notAnAnnotation="x"), data={"a": "b"}, opts=opts
    )
    k8s.core.v1.ConfigMap(
        "time-out-annotation",
        metadata=annotated("time-out-annotation", timeoutSeconds="30"),
        data={"a": "b"},
        opts=opts,
    )
    k8s.batch.v1.Job(
        "replace-unready",
        metadata=annotated("replace-unready", replaceUnready="true", skipAwait="true"),
        spec={
            "suspend": True,
            "template": {
                "spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "registry.invalid/app"}]}
            },
        },
        opts=opts,
    )
