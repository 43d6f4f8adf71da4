"""One refusal in a preview of its own: a preview stops at the first error, so each case is asked for by name."""

import os

import pulumi
import pulumi_kubernetes as k8s

from .table import Json, at, meta

NAMESPACE = "diff-refused"


def declare(phase: int) -> None:
    """Phase 2 updates once, so that fields are owned by an apply; DIFFERENTIAL_CASE makes one thing bad."""
    case = os.environ.get("DIFFERENTIAL_CASE", "")
    namespace = k8s.core.v1.Namespace(
        NAMESPACE, metadata=meta(NAMESPACE, labels={"pod-security.kubernetes.io/enforce": "restricted"})
    )
    opts = pulumi.ResourceOptions(parent=namespace)

    def value(good: Json, bad: Json, name: str) -> Json:
        return bad if case == name else good

    k8s.core.v1.ConfigMap(
        "conflict",
        metadata=meta("conflict", NAMESPACE, labels={"step": value(at(phase, "one", "applied"), "two", "conflict")}),
        data={"a": "b"},
        opts=opts,
    )
    k8s.core.v1.Service(
        "validation",
        metadata=meta("validation", NAMESPACE),
        spec={"ports": [{"port": value(80, 123456, "validation")}]},
        opts=opts,
    )
    k8s.node.v1.RuntimeClass("immutable", metadata=meta("diff-refused"), handler=value("one", "two", "immutable"))
    if case == "pod-security":
        k8s.core.v1.Pod(
            "pod-security",
            metadata=meta("pod-security", NAMESPACE),
            spec={"containers": [{"name": "app", "image": "registry.invalid/app"}]},
            opts=opts,
        )
    if case == "exists":
        k8s.core.v1.ConfigMap("exists", metadata=meta("kube-root-ca.crt", NAMESPACE), data={"a": "b"}, opts=opts)
    if case == "unknown-field":
        k8s.apps.v1.Deployment(
            "unknown-field",
            metadata=meta("unknown-field", NAMESPACE),
            spec={
                "replicas": 0,
                "selector": {"matchLabels": {"app": "a"}},
                "template": {
                    "metadata": {"labels": {"app": "a"}},
                    "spec": {"containers": [{"name": "app", "image": "registry.invalid/app", "colour": "red"}]},
                },
            },
            opts=opts,
        )
    if case == "generate-name":
        made = {"generateName": "generate-", "namespace": NAMESPACE}
        k8s.core.v1.ConfigMap("generate-name", metadata=made, data={"a": "b"}, opts=opts)
    if case == "patch-without-name":
        k8s.core.v1.ConfigMapPatch("patch-without-name", metadata={"namespace": NAMESPACE}, data={"a": "b"}, opts=opts)
    if case == "crash":
        raise RuntimeError("the program fails by itself")
