"""A CustomResourceDefinition and its objects in one program."""

import pulumi
import pulumi_kubernetes as k8s

from .table import ABSENT, Json, at, meta, without_absent

NAMESPACE = "diff-custom"
GROUP = "differential.example.test"


def _definition(plural: str, kind: str, scope: str, spec: Json) -> Json:
    schema = {
        "type": "object",
        "properties": {
            "spec": {"type": "object", **spec},
            "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    }
    return {
        "metadata": meta(f"{plural}.{GROUP}"),
        "spec": {
            "group": GROUP,
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "scope": scope,
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}},
                }
            ],
        },
    }


def declare(phase: int) -> None:
    """Namespaced and cluster-wide custom resources, with defaults, lists and rules."""
    namespace = k8s.core.v1.Namespace(NAMESPACE, metadata=meta(NAMESPACE))
    item = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    properties = {
        "size": {"type": "integer", "minimum": 1},
        "mode": {"type": "string", "default": "slow"},
        "note": {"type": "string"},
        "parts": {
            "type": "array",
            "items": item,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "port": {"x-kubernetes-int-or-string": True},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "extra": at(phase, ABSENT, {"type": "string"}, {"type": "string"}),
    }
    rule = {"rule": "!has(self.note) || self.note != 'forbidden'", "message": "note is forbidden"}
    widgets = k8s.apiextensions.v1.CustomResourceDefinition(
        "widgets",
        **without_absent(
            _definition(
                "widgets", "Widget", "Namespaced", {"properties": properties, "x-kubernetes-validations": [rule]}
            )
        ),
    )
    planets = k8s.apiextensions.v1.CustomResourceDefinition(
        "planets",
        **_definition("planets", "Planet", "Cluster", {"properties": {"moons": {"type": "integer"}}}),
    )
    of_widgets = pulumi.ResourceOptions(parent=namespace, depends_on=[widgets])
    k8s.apiextensions.CustomResource(
        "widget",
        api_version=f"{GROUP}/v1",
        kind="Widget",
        metadata=meta("widget", NAMESPACE, labels={"step": at(phase, "one", "two")}),
        spec=without_absent(
            {
                "size": at(phase, 1, 2),
                "note": at(phase, "one", "two", ABSENT),
                "parts": [{"name": "a"}, at(phase, ABSENT, {"name": "b"}, ABSENT)],
                "port": at(phase, 80, "http"),
                "free": {"any": [1, 2.5, True, None, {"x": "y"}]},
            }
        ),
        opts=of_widgets,
    )
    k8s.apiextensions.CustomResource(
        "auto-widget",
        api_version=f"{GROUP}/v1",
        kind="Widget",
        metadata={"namespace": NAMESPACE},
        spec={"size": at(phase, 1, 1, 3)},
        opts=of_widgets,
    )
    k8s.apiextensions.CustomResource(
        "planet",
        api_version=f"{GROUP}/v1",
        kind="Planet",
        metadata=meta("diff-planet"),
        spec={"moons": at(phase, 0, 2)},
        opts=pulumi.ResourceOptions(depends_on=[planets]),
    )
