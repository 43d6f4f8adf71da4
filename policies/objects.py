"""What the engine is about to make, as the rules see it: plain data, by kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TENANT_PREFIX = "tenant-"
"""Beginning of the name of every tenant's namespace."""
_POD_AT: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "ReplicationController": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "SandboxTemplate": ("spec", "podTemplate", "spec"),
    "Sandbox": ("spec", "podTemplate", "spec"),
}
POD_KINDS = tuple(_POD_AT)
"""Kinds of object that are pods or make some."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of the engine.

    kind: such as "Deployment", or "s3:Bucket" for one of AWS. props: its inputs in the words of its API; one that is
    not known yet raises when it is read. name, urn: the engine's. protect: whether the engine refuses to delete it.
    depends: URNs of what it refers to. origins: by property, the kinds of what its value comes from, "" for what is not
    of the stack; empty as long as nobody has told. provider: inputs of its provider.
    """

    kind: str
    props: Mapping[str, Any]
    name: str = ""
    urn: str = ""
    protect: bool = False
    depends: frozenset[str] = frozenset()
    origins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    provider: Mapping[str, Any] = field(default_factory=dict)

    def at(self, *path: str | int) -> Any:
        """What is at a path of keys and places, or None where the path ends before."""
        place: Any = self.props
        for step in path:
            if isinstance(step, int):
                place = place[step] if _is_list(place) and len(place) > step else None
            else:
                place = place.get(step) if isinstance(place, Mapping) else None
        return place

    def every(self, *path: str) -> Sequence[Any]:
        """The list at a path; empty where there is none."""
        found = self.at(*path)
        return found if _is_list(found) else ()

    def comes_from(self, prop: str, kinds: frozenset[str]) -> bool:
        """Whether the value of a property comes from resources of these kinds in the same stack, and from no other."""
        origins = self.origins.get(prop, frozenset())
        return bool(origins) and origins <= kinds

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def kind_of(token: str) -> str:
    """The kind of a type token, as rules have it."""
    return found(token, {}).kind


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


@dataclass(frozen=True, kw_only=True)
class AwsResource(Resource):
    """One resource of AWS. kind: such as "kms:Key"."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, those of the provider included."""
        return self.props.get("tagsAll") or self.props.get("tags") or {}

    @property
    def region(self) -> str | None:
        """The region that it or its provider names."""
        return self.props.get("region") or self.provider.get("region")


@dataclass(frozen=True, kw_only=True)
class KubernetesObject(Resource):
    """One object. kind: such as "Deployment"; a patch of one is of the same kind."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata; empty when it has none."""
        return self.props.get("metadata") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return self.metadata.get("labels") or {}

    @property
    def namespace(self) -> str:
        """The namespace that it is, or is in; empty for what is in none."""
        return str(self.metadata.get("name" if self.kind == "Namespace" else "namespace") or "")

    @property
    def tenant_namespace(self) -> str | None:
        """The tenant's namespace that it is, or is in; None elsewhere."""
        return self.namespace if self.namespace.startswith(TENANT_PREFIX) else None

    @property
    def tenant(self) -> str | None:
        """The tenant whose namespace it is, or is in."""
        # A namespace beside its home is `tenant-<id>--<name>`, and no id has two hyphens (A6).
        name = self.tenant_namespace
        return name.removeprefix(TENANT_PREFIX).partition("--")[0] if name is not None else None

    def annotated(self, prefix: str) -> bool:
        """Whether it has an annotation that begins so."""
        return any(key.startswith(prefix) for key in self.metadata.get("annotations") or {})

    @property
    def pod(self) -> Mapping[str, Any] | None:
        """The spec of its pods; None for what makes none."""
        spec: Mapping[str, Any] | None = self.at(*_POD_AT.get(self.kind, ("no pod",)))
        return spec

    @property
    def pod_metadata(self) -> Mapping[str, Any]:
        """The metadata of its pods."""
        return self.at(*(*_POD_AT.get(self.kind, ("no pod",))[:-1], "metadata")) or {}

    @property
    def pod_labels(self) -> Mapping[str, str]:
        """The labels of its pods."""
        return self.pod_metadata.get("labels") or {}

    def containers(self) -> Iterator[Mapping[str, Any]]:
        """Every container of its pods, those that only start up included."""
        for group in ("initContainers", "containers", "ephemeralContainers"):
            yield from (self.pod or {}).get(group) or []


def found(token: str, props: Mapping[str, Any], **more: Any) -> Resource:
    """A resource of the engine by its type token, of its own class where the rules know its provider."""
    provider, _, kind = token.partition(":")
    short = kind.rpartition(":")[2]
    if provider == "kubernetes":
        # `ServiceAccountPatch` and the like change a part of an object that is there.
        return KubernetesObject(kind=short.removesuffix("Patch"), props=props, **more)
    if provider == "aws":
        return AwsResource(kind=f"{kind.partition('/')[0]}:{short}", props=props, **more)
    return Resource(kind=token, props=props, **more)
