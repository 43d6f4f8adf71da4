"""The explicit, separate approval without which no data is deleted (A7)."""

from collections.abc import Iterable, Mapping
from typing import Any

from settings.fields import Email, Model, Reason, Snapshot


class Offboarding(Model):
    """The explicit, separate approval without which nothing of a tenant, or of one of its namespaces, is deleted (A7).

    approved_by: who, by mail address. final_snapshot: id of the snapshot that was taken. reason: why it ends.
    """

    approved_by: Email
    final_snapshot: Snapshot
    reason: Reason


def lost_namespaces(recorded: Mapping[str, Any], present: Iterable[str]) -> list[str]:
    """Names of a tenant's further namespaces that would be deleted and whose end was not applied before.

    recorded: what the stack recorded of the tenant. present: those that its file names now.
    """
    before: Mapping[str, str] = recorded.get("namespaces") or {}
    if recorded.get("lifecycle") == "offboarding":
        return []
    return sorted(name for name, state in before.items() if state != "retiring" and name not in set(present))
