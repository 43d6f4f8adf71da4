"""No tenant disappears by accident: a stack refuses to lose one whose off-boarding it has not applied before (A7).

Protection of the namespace alone is not enough. The engine deletes what depends on a resource first, so that a refused
deletion of the namespace would come after its quota and policies are gone. This check comes before anything is
registered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
from pulumi.runtime.invoke import invoke

OUTPUT = "tenants"
"""The stack output that records which tenants a stack holds, and the lifecycle of each."""


def unapproved_removals(recorded: Mapping[str, Mapping[str, Any]], present: Iterable[str]) -> list[str]:
    """One line for each tenant that the stack holds, the catalogue no longer has, and no applied off-boarding allows
    to go.

    recorded: the stack's output of its last update. present: ids of the tenants that it is to hold now.
    """
    gone = sorted(set(recorded) - set(present))
    return [
        f"tenant {tenant!r} is {recorded[tenant].get('lifecycle', 'active')} in this stack, not in the catalogue; "
        "allowed: put its file back, or first apply `lifecycle: offboarding` with an approval and then remove it"
        for tenant in gone
        if recorded[tenant].get("lifecycle") != "offboarding"
    ]


def recorded_tenants() -> dict[str, dict[str, Any]]:
    """The tenants that this stack recorded in its last update; none for a new stack."""
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    result = invoke("pulumi:pulumi:readStackOutputs", {"name": stack})
    outputs = (result.value or {}).get("outputs") or {}
    tenants = outputs.get(OUTPUT) or {}
    return {tenant: dict(facts) for tenant, facts in tenants.items()}
