"""Kubernetes objects as the rules see them: plain data, by type token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class AwsResource:
    """One resource of AWS. kind: such as "kms/key:Key". props: its properties in the engine's own words."""

    kind: str
    props: Mapping[str, Any]

    @classmethod
    def of(cls, token: str, props: Mapping[str, Any]) -> "AwsResource | None":
        """The resource of one of the engine, or None when it is not of AWS."""
        provider, _, kind = token.partition(":")
        return cls(kind=kind, props=props) if provider == "aws" else None

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags, those of the provider included."""
        return self.props.get("tagsAll") or self.props.get("tags") or {}


@dataclass(frozen=True, kw_only=True)
class KubernetesObject:
    """One object. kind: such as "Deployment". props: its properties in the API's own words."""

    kind: str
    props: Mapping[str, Any]

    @classmethod
    def of(cls, token: str, props: Mapping[str, Any]) -> "KubernetesObject | None":
        """The object of a resource of the engine, or None when it is not a Kubernetes object."""
        if not token.startswith("kubernetes:"):
            return None
        return cls(kind=token.rpartition(":")[2], props=props)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata; empty when it has none."""
        return self.props.get("metadata") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return self.metadata.get("labels") or {}

    @property
    def tenant_namespace(self) -> str | None:
        """The tenant's namespace that it is, or is in; None elsewhere."""
        key = "name" if self.kind == "Namespace" else "namespace"
        name = str(self.metadata.get(key) or "")
        return name if name.startswith(TENANT_PREFIX) else None

    def annotated(self, prefix: str) -> bool:
        """Whether it has an annotation that begins so."""
        return any(key.startswith(prefix) for key in self.metadata.get("annotations") or {})

    @property
    def pod(self) -> Mapping[str, Any] | None:
        """The spec of its pods; None for what makes none."""
        spec: Mapping[str, Any] | None = self._along(_POD_AT.get(self.kind, ("no pod",)))
        return spec

    @property
    def pod_labels(self) -> Mapping[str, str]:
        """The labels of its pods."""
        metadata = self._along((*_POD_AT.get(self.kind, ("no pod",))[:-1], "metadata")) or {}
        return metadata.get("labels") or {}

    def containers(self) -> Iterator[Mapping[str, Any]]:
        """Every container of its pods, those that only start up included."""
        for group in ("initContainers", "containers", "ephemeralContainers"):
            yield from (self.pod or {}).get(group) or []

    def _along(self, path: tuple[str, ...]) -> Any:
        place: Any = self.props
        for step in path:
            place = (place or {}).get(step)
        return place
