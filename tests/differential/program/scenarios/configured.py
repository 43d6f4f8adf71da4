"""Providers configured by the program: contents, path, context, namespace, identity, and none that answers."""

import json
import os
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s
import yaml

from .table import Json, at, meta


def declare(phase: int) -> None:
    """One object through each provider. Phase 2 changes what must not replace, phase 3 what must."""
    path = os.environ["KUBECONFIG"]
    contents = yaml.safe_load(Path(path).read_text())
    one = k8s.core.v1.Namespace("one", metadata=meta("diff-provider-one"))
    two = k8s.core.v1.Namespace("two", metadata=meta("diff-provider-two"))

    def through(name: str, **settings: Json) -> None:
        provider = k8s.Provider(name, **settings, opts=pulumi.ResourceOptions(depends_on=[one, two]))
        opts = pulumi.ResourceOptions(provider=provider)
        k8s.core.v1.ConfigMap(f"of-{name}", data={"a": "b"}, metadata=meta(f"of-{name}"), opts=opts)

    through("by-contents", kubeconfig=json.dumps(contents), namespace="diff-provider-one")
    through("by-secret", kubeconfig=pulumi.Output.secret(json.dumps(contents)), namespace="diff-provider-one")
    through("by-path", kubeconfig=path, namespace="diff-provider-one")
    added = _with_context(contents, "second", "diff-provider-two")
    through("by-context", kubeconfig=json.dumps(added), context="second")
    through("by-current-context", kubeconfig=json.dumps({**added, "current-context": "second"}))
    through("namespace-changes", namespace=at(phase, "diff-provider-one", "diff-provider-two"))
    through(
        "identified",
        kubeconfig=json.dumps(at(phase, contents, _with_user(contents))),
        cluster_identifier="cluster-one",
        namespace="diff-provider-one",
    )
    written_otherwise = json.dumps(at(phase, contents, _with_user(contents)))
    through("user-changes", kubeconfig=written_otherwise, namespace="diff-provider-one")
    through(
        "identity-changes",
        cluster_identifier=at(phase, "cluster-one", "cluster-one", "cluster-two"),
        namespace="diff-provider-one",
    )
    through("mutable", enable_config_map_mutable=True, namespace="diff-provider-one")
    provider = k8s.Provider(
        "mutable-data",
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        suppress_deprecation_warnings=True,
        kube_client_settings={"burst": 10, "qps": 5.5},
        opts=pulumi.ResourceOptions(depends_on=[one]),
    )
    for kind, argument in ((k8s.core.v1.ConfigMap, "data"), (k8s.core.v1.Secret, "string_data")):
        kind(
            f"mutable-{argument}",
            metadata=meta(f"mutable-{argument}".replace("_", "-"), "diff-provider-one"),
            **{argument: {"a": at(phase, "b", "c")}},
            opts=pulumi.ResourceOptions(provider=provider),
        )
    if os.environ.get("DIFFERENTIAL_CASE") == "unreachable":
        nowhere = json.loads(json.dumps(contents))
        for cluster in nowhere["clusters"]:
            cluster["cluster"]["server"] = "https://127.0.0.1:1"
        through("unreachable", kubeconfig=json.dumps(nowhere))
    if os.environ.get("DIFFERENTIAL_CASE") == "unparsable":
        through("unparsable", kubeconfig="{not: [a kubeconfig")
    if os.environ.get("DIFFERENTIAL_CASE") == "no-context":
        through("no-context", kubeconfig=json.dumps(contents), context="not-there")


def _with_context(config: Json, name: str, namespace: str) -> Json:
    """The kubeconfig with one more context, to the same cluster with a namespace of its own."""
    current = next(entry for entry in config["contexts"] if entry["name"] == config["current-context"])
    added = {"name": name, "context": {**current["context"], "namespace": namespace}}
    return {**config, "contexts": [*config["contexts"], added]}


def _with_user(config: Json) -> Json:
    """The kubeconfig with its users renamed: the same cluster, written otherwise."""
    return {
        **config,
        "users": [{**user, "name": f"{user['name']}-renamed"} for user in config["users"]],
        "contexts": [
            {**entry, "context": {**entry["context"], "user": f"{entry['context']['user']}-renamed"}}
            for entry in config["contexts"]
        ],
    }
