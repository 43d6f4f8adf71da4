"""Names: auto-naming, unknowns that reach other resources at preview, aliases, ignored changes."""

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from .table import at, meta

NAMESPACE = "diff-naming"


def declare(phase: int) -> None:
    """A namespace whose name is not known at preview, and what depends on it."""
    auto = k8s.core.v1.Namespace("diff-auto")
    inside = auto.metadata["name"]
    word = random.RandomPassword("word", length=16, special=False)
    pet = random.RandomPet("pet")
    k8s.core.v1.Secret(
        "from-unknowns",
        metadata={"namespace": inside},
        string_data={"random-password": word.result, "random-pet": pet.id},
    )
    k8s.core.v1.ConfigMap(
        "in-unknown-namespace",
        metadata={"name": "known", "namespace": inside},
        data={"namespace": inside, "step": "one"},
    )
    k8s.core.v1.Service(
        "unknown-selector",
        metadata={"namespace": inside, "annotations": {"pulumi.com/skipAwait": "true"}},
        spec={"selector": {"random-pet": pet.id}, "ports": [{"port": 80}]},
    )
    namespace = k8s.core.v1.Namespace(NAMESPACE, metadata=meta(NAMESPACE))
    k8s.core.v1.ConfigMap("no-namespace", data={"a": "b"}, metadata={"labels": {"step": at(phase, "one", "two")}})
    k8s.core.v1.ConfigMap(
        at(phase, "alias-old", "alias-new"),
        metadata=meta("alias", NAMESPACE),
        data={"a": "b"},
        opts=pulumi.ResourceOptions(parent=namespace, aliases=[pulumi.Alias(name="alias-old")] if phase > 1 else None),
    )
    k8s.core.v1.ConfigMap(
        "ignored",
        metadata=meta("ignored", NAMESPACE, labels={"step": at(phase, "one", "two"), "other": "same"}),
        data={"a": at(phase, "b", "c")},
        opts=pulumi.ResourceOptions(parent=namespace, ignore_changes=["data.a", "metadata.labels.step"]),
    )
    k8s.core.v1.ConfigMap(
        "ignored-one-of-two",
        metadata=meta("ignored-one-of-two", NAMESPACE, labels={"a": at(phase, "1", "2"), "b": at(phase, "1", "2")}),
        data={"a": "b"},
        opts=pulumi.ResourceOptions(parent=namespace, ignore_changes=["metadata.labels.a"]),
    )
    k8s.core.v1.ConfigMap(
        "forced-order",
        metadata=meta("forced-order", NAMESPACE, labels={"step": at(phase, "one", "two")}),
        data={"a": "b"},
        opts=pulumi.ResourceOptions(
            parent=namespace, replace_on_changes=["metadata.labels.step"], delete_before_replace=True
        ),
    )
    k8s.core.v1.ConfigMap(
        "retained",
        metadata=meta("retained", NAMESPACE),
        data={"a": "b"},
        opts=pulumi.ResourceOptions(parent=namespace, retain_on_delete=True),
    )
