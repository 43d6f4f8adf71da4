"""What the engine did, read from its event log: one JSON event a line."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Op = Literal["create", "update", "replace", "delete", "same"]

OPS: Final[dict[str, Op]] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "refresh": "update",
    "replace": "replace",
    "import-replacement": "replace",
    "delete": "delete",
    "same": "same",
    "read": "same",
}
"""The engine's operations in the words of the summary. The two halves of a replacement are left out: `replace`
stands for both."""

TENANT_TYPE: Final = "tenantplane:tenancy:Tenant"
PLATFORM: Final = ""
"""Whose a resource is that belongs to no tenant."""

_SECRET_MARK: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105
"""Key that marks a secret value in serialised properties (Pulumi's resource.SigKey)."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource that is, or is to be, changed.

    tenant: id, or PLATFORM. paths: changed properties as the engine names them, with "add", "update", "delete" and
    so on. old, new: the resource's inputs, secrets masked. protected: the engine refuses to delete it. retained: it
    stays where it is when it is deleted. declared: of a look for drift, where old and new are what was and is there,
    the inputs.
    """

    op: Op
    urn: str
    tenant: str
    paths: Mapping[str, str]
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    protected: bool = False
    retained: bool = False
    declared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Type of the resource, without those of its parents."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """Logical name of the resource."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass
class Changes:
    """Everything one run of the engine did, by tenant.

    done: finished operations by tenant. changes: those that are no "same", in the order of the log. failed: URN and
    message of each error, each once. warnings: messages, each once. started: operations begun. result: the engine's
    own word on the end. drift: look at what is there, in every resource, and not at what the engine calls a change: it
    compares what the program says, and does not see what was added beside that.
    """

    drift: bool = False
    done: dict[str, Counter[Op]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    started: int = 0
    current: str = ""
    result: str = ""
    _parents: dict[str, str] = field(default_factory=dict)
    _counted: set[tuple[str, str]] = field(default_factory=set)

    @property
    def finished(self) -> int:
        """Number of operations that came to their end."""
        return sum(sum(counter.values()) for counter in self.done.values())

    @property
    def changed(self) -> int:
        """Number of resources created, updated, replaced or deleted."""
        return len(self.changes)

    def feed(self, line: str) -> None:
        """Takes one line of the log. A line that is no event, such as one cut off by a crash, is left out."""
        try:
            event = json.loads(line)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        if step := event.get("resourcePreEvent"):
            self.started += 1
            meta = step["metadata"]
            self._remember_parent(meta)
            self.current = f"{meta['op']} {meta['urn'].rsplit('::', 1)[-1]}"
        elif step := event.get("resOutputsEvent"):
            self._finish(step["metadata"])
        elif diagnostic := event.get("diagnosticEvent"):
            self._diagnose(diagnostic)
        elif summary := event.get("summaryEvent"):
            self.result = summary.get("result", "")

    def tenant_of(self, urn: str, labels: Mapping[str, Any] | None = None) -> str:
        """Whose a resource is: by its label (B1), else by the Tenant component it lies in."""
        if labels and isinstance(tenant := labels.get("tenant"), str):
            return tenant
        seen: set[str] = set()
        while urn and urn not in seen:
            if type_of(urn) == TENANT_TYPE:
                return urn.rsplit("::", 1)[-1]
            seen.add(urn)
            urn = self._parents.get(urn, "")
        return PLATFORM

    def _remember_parent(self, meta: Mapping[str, Any]) -> None:
        for state in (meta.get("new"), meta.get("old")):
            if state and state.get("parent"):
                self._parents[meta["urn"]] = state["parent"]
                return

    def _finish(self, meta: Mapping[str, Any]) -> None:
        op = OPS.get(meta["op"])
        # A component is reported at its registration and again when its outputs are known.
        if op is None or (meta["urn"], meta["op"]) in self._counted:
            return
        self._counted.add((meta["urn"], meta["op"]))
        self._remember_parent(meta)
        old, new = inputs_of(meta.get("old")), inputs_of(meta.get("new"))
        labels = ((new or old).get("metadata") or {}).get("labels") if isinstance((new or old), dict) else None
        tenant = self.tenant_of(meta["urn"], labels if isinstance(labels, dict) else None)
        declared = old
        if (op == "update" and meta["op"] == "refresh") or (self.drift and op in ("same", "update")):
            old, new = outputs_of(meta.get("old")), outputs_of(meta.get("new"))
            # A secret is masked in both: that it differs is the engine's word.
            op = "update" if old != new or (self.drift and meta.get("detailedDiff")) else "same"
        self.done.setdefault(tenant, Counter())[op] += 1
        if op != "same":
            paths = {path: diff.get("diffKind", "") for path, diff in (meta.get("detailedDiff") or {}).items()}
            before = meta.get("old") or {}
            self.changes.append(
                Change(
                    op=op,
                    urn=meta["urn"],
                    tenant=tenant,
                    paths=paths,
                    old=old,
                    new=new,
                    protected=bool(before.get("protect")),
                    retained=bool(before.get("retainOnDelete")),
                    declared=declared if self.drift else {},
                )
            )

    def _diagnose(self, diagnostic: Mapping[str, Any]) -> None:
        severity, message = diagnostic.get("severity"), str(diagnostic.get("message", "")).strip()
        if not message:
            return
        if severity == "error" and (found := (diagnostic.get("urn") or "", message)) not in self.failed:
            self.failed.append(found)
        elif severity == "warning" and message not in self.warnings and not _is_noise(message):
            self.warnings.append(message)


def type_of(urn: str) -> str:
    """Type token of a resource's URN, without those of its parents."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else ""


def inputs_of(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The inputs of a resource in an event, secrets masked."""
    return dict(masked((state or {}).get("inputs") or {}))


def outputs_of(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """The outputs of a resource in an event, without what a server changes by itself, secrets masked."""
    found = dict((state or {}).get("outputs") or {})
    for noise in ("__inputs", "__fieldManager", "__initialApiVersion", "status"):
        found.pop(noise, None)
    if isinstance(metadata := found.get("metadata"), dict):
        found["metadata"] = {
            key: value
            for key, value in metadata.items()
            if key not in ("managedFields", "resourceVersion", "generation")
        }
    return dict(masked(found))


def masked(value: Any) -> Any:
    """The value with every secret in it replaced by a mark (I5)."""
    if isinstance(value, dict):
        if _SECRET_MARK in value:
            return "[secret]"
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    return value


def _is_noise(message: str) -> bool:
    # Said once per plugin and run by the engine where plugins are taken from PATH; nothing a person could act on.
    return message.startswith("using pulumi-") and " from $PATH at " in message
