"""Events as the engine writes them, for tests."""

import json
from collections.abc import Mapping
from typing import Any

STACK = "urn:pulumi:local::tenantplane::pulumi:pulumi:Stack::tenantplane-local"


def urn(name: str, kind: str = "kubernetes:core/v1:ConfigMap") -> str:
    """URN of a resource of the stack `local`."""
    return f"urn:pulumi:local::tenantplane::{kind}::{name}"


def resource(
    name: str,
    op: str,
    *,
    event: str = "resOutputsEvent",
    kind: str = "kubernetes:core/v1:ConfigMap",
    tenant: str | None = None,
    parent: str = STACK,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    paths: Mapping[str, str] | None = None,
) -> str:
    """One line of the event log: an operation on a resource."""
    labels = {"metadata": {"labels": {"tenant": tenant}}} if tenant else {}
    where = urn(name, kind)

    def state(inputs: Mapping[str, Any] | None) -> dict[str, Any]:
        return {"urn": where, "type": kind, "parent": parent, "inputs": {**labels, **(inputs or {})}, "outputs": {}}

    meta: dict[str, Any] = {"op": op, "urn": where, "type": kind, "old": None, "new": None}
    if op != "create":
        meta["old"] = state(old)
    if op != "delete":
        meta["new"] = state(new)
    meta["detailedDiff"] = {path: {"diffKind": how} for path, how in (paths or {}).items()} or None
    return json.dumps({"sequence": 1, "timestamp": 1, event: {"metadata": meta}})


def said(severity: str, message: str, where: str = "") -> str:
    """One line of the event log: a message."""
    event = {"urn": where, "severity": severity, "message": message, "color": "never"}
    return json.dumps({"sequence": 1, "timestamp": 1, "diagnosticEvent": event})
