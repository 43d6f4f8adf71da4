"""What the API server refuses and what never becomes ready (phase 1), and what later updates make of it."""

import pulumi
import pulumi_kubernetes as k8s

from .table import ABSENT, Json, at, meta, resource, without_absent

NAMESPACE = "diff-failing"  # made by the test with its quota, limits and admission policy
SOON = pulumi.CustomTimeouts(create="4s", update="4s", delete="4s")


def _pods(app: str, **spec: Json) -> Json:
    container = {"name": "app", "image": "registry.invalid/app"}
    return {
        "metadata": {"labels": {"app": app}},
        "spec": {"containers": [container], "nodeSelector": {"no": "node"}, **spec},
    }


def _set(app: str, replicas: int) -> Json:
    return {"replicas": replicas, "selector": {"matchLabels": {"app": app}}, "template": _pods(app)}


def declare(phase: int) -> None:
    """Time-outs, refusals of creates, refusals of updates."""
    _never_ready(phase)
    _refused(phase)
    _refused_updates(phase)
    if phase < 3:
        k8s.core.v1.ConfigMap(
            "finalizer",
            metadata=meta("finalizer", NAMESPACE, finalizers=["example.test/never"]),
            data={"a": "b"},
            opts=pulumi.ResourceOptions(custom_timeouts=SOON),
        )
        k8s.core.v1.ConfigMap("already-gone", metadata=meta("already-gone", NAMESPACE), data={"a": "b"})


def _never_ready(phase: int) -> None:
    """Not ready in time in phase 1; asked for something that is ready, or changed in another way, in phase 2."""
    opts = pulumi.ResourceOptions(custom_timeouts=SOON)
    k8s.apps.v1.Deployment(
        "deployment-late", metadata=meta("deployment-late", NAMESPACE), spec=_set("late", at(phase, 1, 0)), opts=opts
    )
    k8s.apps.v1.Deployment(
        "deployment-still-late",
        metadata=meta("deployment-still-late", NAMESPACE, labels={"step": at(phase, "one", "two")}),
        spec=_set("still-late", 1),
        opts=opts,
    )
    k8s.apps.v1.StatefulSet(
        "set-late",
        metadata=meta("set-late", NAMESPACE),
        spec={"serviceName": "set-late", **_set("set-late", at(phase, 1, 0))},
        opts=opts,
    )
    k8s.core.v1.Pod("pod-late", metadata=meta("pod-late", NAMESPACE), spec=_pods("pod-late")["spec"], opts=opts)
    k8s.batch.v1.Job(
        "job-late",
        metadata=meta("job-late", NAMESPACE),
        spec={"template": _pods("job-late", restartPolicy="Never")},
        opts=opts,
    )
    k8s.batch.v1.Job(
        "job-fails",
        metadata=meta("job-fails", NAMESPACE),
        spec={"activeDeadlineSeconds": 1, "backoffLimit": 0, "template": _pods("job-fails", restartPolicy="Never")},
    )
    k8s.core.v1.Service(
        "service-late",
        metadata=meta("service-late", NAMESPACE),
        spec={"selector": {"app": "nobody"}, "ports": [{"port": 80}]},
        opts=opts,
    )
    k8s.core.v1.Service(
        "balancer-late",
        metadata=meta("balancer-late", NAMESPACE),
        spec={"type": "LoadBalancer", "ports": [{"port": 80}]},
        opts=opts,
    )
    k8s.networking.v1.Ingress(
        "ingress-late",
        metadata=meta("ingress-late", NAMESPACE),
        spec={"defaultBackend": {"service": {"name": "nobody", "port": {"number": 80}}}},
        opts=opts,
    )
    k8s.apps.v1.Deployment(
        "condition-late",
        metadata=meta("condition-late", NAMESPACE, annotations={"pulumi.com/waitFor": "condition=Never"}),
        spec=_set("condition-late", 0),
        opts=opts,
    )


def _refused(phase: int) -> None:
    """Each is refused for a reason of its own; where phase 2 mends it, it is created then."""
    config = k8s.core.v1.ConfigMap
    config("bad-name", metadata=meta(at(phase, "Bad_Name", "good-name"), NAMESPACE), data={"a": "b"})
    config("bad-label", metadata=meta("bad-label", NAMESPACE, labels={"a": "not a label!"}), data={"a": "b"})
    config("bad-data-key", metadata=meta("bad-data-key", NAMESPACE), data={"a/b": "c"})
    config("missing-namespace", metadata=meta("missing", "diff-missing"), data={"a": "b"})
    config("already-exists", metadata=meta("exists", NAMESPACE), data={"mine": "b"})
    config("admission-policy", metadata=meta("forbidden-by-policy", NAMESPACE), data={"a": "b"})
    k8s.core.v1.Pod(
        "pod-security",
        metadata=meta("pod-security", "diff-failing-restricted"),
        spec={"containers": [{"name": "app", "image": "registry.invalid/app"}]},
    )
    k8s.apps.v1.Deployment(
        "pod-security-deployment",
        metadata=meta("pod-security-deployment", "diff-failing-restricted"),
        spec=_set("restricted", 1),
        opts=pulumi.ResourceOptions(custom_timeouts=SOON),
    )
    big = {"requests": {"cpu": "100"}, "limits": {"cpu": "100"}}
    k8s.core.v1.Pod(
        "quota",
        metadata=meta("quota", "diff-failing-quota"),
        spec={"containers": [{"name": "app", "image": "registry.invalid/app", "resources": big}]},
    )
    k8s.core.v1.PersistentVolumeClaim(
        "limit-range",
        metadata=meta("limit-range", "diff-failing-quota"),
        spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "100Gi"}}},
    )
    k8s.apps.v1.Deployment(
        "selector-mismatch",
        metadata=meta("selector-mismatch", NAMESPACE),
        spec={"selector": {"matchLabels": {"app": "other"}}, "template": _pods("app")},
    )
    k8s.core.v1.Service(
        "bad-port", metadata=meta("bad-port", NAMESPACE), spec={"ports": [{"port": at(phase, 123456, 80)}]}
    )
    resource(
        k8s.core.v1.ResourceQuota,
        "bad-quantity",
        {"metadata": meta("bad-quantity", NAMESPACE), "spec": {"hard": {"pods": "many"}}},
    )
    k8s.apiextensions.CustomResource(
        "no-such-kind",
        api_version="nowhere.example.test/v1",
        kind="Nothing",
        metadata=meta("nothing", NAMESPACE),
        spec={"a": 1},
    )
    for name, spec in (
        ("rule", {"note": "forbidden"}),
        ("type", {"size": "many"}),
        ("minimum", {"size": 0}),
        ("unknown-field", {"size": 1, "sise": 2}),
    ):
        k8s.apiextensions.CustomResource(
            f"custom-{name}",
            api_version="failing.example.test/v1",
            kind="Thing",
            metadata=meta(name, NAMESPACE),
            spec=spec,
        )
    k8s.core.v1.Secret("bad-base64", metadata=meta("bad-base64", NAMESPACE), data={"a": "not base64!"})
    k8s.core.v1.ConfigMapPatch("patch-of-nothing", metadata=meta("not-there", NAMESPACE), data={"a": "b"})
    k8s.core.v1.ConfigMapPatch("patch-conflict", metadata=meta("exists", NAMESPACE), data={"theirs": "mine"})


def _refused_updates(phase: int) -> None:
    """Made in phase 1, refused in phase 2, mended in phase 3."""
    k8s.scheduling.v1.PriorityClass("value", metadata=meta("diff-value"), value=at(phase, 1, 2, 1))
    k8s.node.v1.RuntimeClass("handler", metadata=meta("diff-handler"), handler=at(phase, "one", "two", "one"))
    k8s.core.v1.ConfigMap(
        "stolen-label",
        metadata=meta("stolen-label", NAMESPACE, labels={"step": at(phase, "one", "two")}),
        data={"a": "b"},
    )
    k8s.core.v1.ConfigMap(
        "stolen-unchanged", metadata=meta("stolen-unchanged", NAMESPACE, labels={"step": "one"}), data={"a": "b"}
    )
    k8s.core.v1.ConfigMap(
        "forced",
        metadata=meta(
            "forced",
            NAMESPACE,
            labels={"step": at(phase, "one", "two")},
            annotations={"pulumi.com/patchForce": "true"},
        ),
        data={"a": "b"},
    )
    k8s.core.v1.ConfigMap(
        "replaced-by-option",
        metadata=meta("replaced-by-option", NAMESPACE, labels={"step": at(phase, "one", "two", "one")}),
        data={"a": "b"},
        opts=pulumi.ResourceOptions(replace_on_changes=["metadata.labels.step"]),
    )
    k8s.core.v1.Service(
        "invalid-update",
        metadata=meta("invalid-update", NAMESPACE),
        spec=without_absent({"ports": [{"port": at(phase, 80, 0, 81)}], "type": ABSENT}),
    )
    k8s.core.v1.ServiceAccount(
        "deleted-behind", metadata=meta("deleted-behind", NAMESPACE, labels={"step": at(phase, "one", "two")})
    )
