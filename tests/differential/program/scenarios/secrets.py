"""What is secret in the program stays secret in the plan and in the state."""

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from .table import at, meta

NAMESPACE = "diff-secrets"


def declare(phase: int) -> None:
    """Secrets by kind, by option, and inside otherwise plain objects."""
    namespace = k8s.core.v1.Namespace(NAMESPACE, metadata=meta(NAMESPACE))
    opts = pulumi.ResourceOptions(parent=namespace)
    word = pulumi.Output.secret(at(phase, "swordfish", "marlin"))
    k8s.core.v1.Secret("by-data", metadata=meta("by-data", NAMESPACE), data={"a": "c3dvcmRmaXNo"}, opts=opts)
    k8s.core.v1.Secret(
        "by-string-data", metadata=meta("by-string-data", NAMESPACE), string_data={"a": "plain", "b": word}, opts=opts
    )
    k8s.core.v1.Secret(
        "by-both",
        metadata=meta("by-both", NAMESPACE, labels={"step": at(phase, "one", "two")}),
        data={"a": "c3dvcmRmaXNo"},
        string_data={"b": "plain"},
        opts=opts,
    )
    k8s.core.v1.Secret("empty", metadata=meta("empty", NAMESPACE), opts=opts)
    k8s.core.v1.Secret(
        "docker",
        metadata=meta("docker", NAMESPACE),
        type="kubernetes.io/dockerconfigjson",
        string_data={".dockerconfigjson": pulumi.Output.secret('{"auths":{}}')},
        opts=opts,
    )
    k8s.core.v1.ConfigMap("in-config", metadata=meta("in-config", NAMESPACE), data={"a": word, "b": "c"}, opts=opts)
    k8s.core.v1.ConfigMap(
        "in-label",
        metadata=meta("in-label", NAMESPACE, labels={"a": word, "b": "c"}),
        data={"b": "c"},
        opts=opts,
    )
    k8s.core.v1.ConfigMap(
        "by-option",
        metadata=meta("by-option", NAMESPACE),
        data={"a": "b"},
        opts=pulumi.ResourceOptions(parent=namespace, additional_secret_outputs=["data"]),
    )
    k8s.apps.v1.Deployment(
        "in-list",
        metadata=meta("in-list", NAMESPACE),
        spec={
            "replicas": 0,
            "selector": {"matchLabels": {"app": "list"}},
            "template": {
                "metadata": {"labels": {"app": "list"}},
                "spec": {
                    "containers": [
                        {
                            "name": "app",
                            "image": "registry.invalid/app",
                            "env": [{"name": "A", "value": "a"}, {"name": "WORD", "value": word}],
                        }
                    ]
                },
            },
        },
        opts=opts,
    )
    password = random.RandomPassword("password", length=24)
    k8s.core.v1.Secret(
        "password", metadata=meta("password", NAMESPACE), string_data={"random-password": password.result}, opts=opts
    )
