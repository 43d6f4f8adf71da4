"""No tenant disappears by accident: a stack refuses to lose one whose off-boarding it has not applied before (A7).

Protection of the namespace alone is not enough. The engine deletes what depends on a resource first, so that a refused
deletion of the namespace would come after its quota and policies are gone. This check comes before anything is
registered.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
from pulumi.runtime.invoke import invoke

from settings import TenantPlan
from settings.approval import lost_namespaces

READ_S, READ_AGAIN_S = 5.0, 0.05
OUTPUT = "tenants"
"""The stack output that records which tenants a stack holds, and the lifecycle of each."""


def unapproved_removals(recorded: Mapping[str, Mapping[str, Any]], present: Iterable[TenantPlan]) -> list[str]:
    """One line for each tenant, and each further namespace of one, that the stack holds, the catalogue no longer has,
    and no applied approval allows to go.

    recorded: the stack's output of its last update. present: the tenants that it is to hold now.
    """
    kept = {plan.tenant.id: plan for plan in present}
    gone = sorted(set(recorded) - set(kept))
    lost = [
        f"tenant {tenant!r} is {recorded[tenant].get('lifecycle', 'active')} in this stack, not in the catalogue; "
        "allowed: put its file back, or first apply `lifecycle: offboarding` with an approval and then remove it"
        for tenant in gone
        if recorded[tenant].get("lifecycle") != "offboarding"
    ]
    for tenant in sorted(set(recorded) & set(kept)):
        for name in lost_namespaces(recorded[tenant], [str(each.child) for each in kept[tenant].children]):
            lost.append(
                f"namespace {name!r} of tenant {tenant!r} is kept in this stack, not in the tenant's file; allowed: "
                "put it back, or first apply `retire` with an approval on its entry and then remove it"
            )
    return lost


def recorded_tenants() -> dict[str, dict[str, Any]]:
    """The tenants that this stack recorded in its last update; none for a new stack.

    Errors: pulumi.RunError when the state cannot be read.
    """
    outputs = _own_outputs(time.monotonic() + READ_S)
    tenants = outputs.get(OUTPUT) or {}
    return {tenant: dict(facts) for tenant, facts in tenants.items()}


def _own_outputs(deadline: float) -> dict[str, Any]:
    """The stack's outputs of its last update.

    A file backend is read while the engine writes the beginning of this update, and the attributes it keeps beside the
    checkpoint are not replaced in one step: a read that falls in between ends in the middle, and the next one does not.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    while True:
        try:
            result = invoke("pulumi:pulumi:readStackOutputs", {"name": stack})
        except Exception as error:  # the SDK raises no narrower one
            if time.monotonic() > deadline:
                raise pulumi.RunError(f"the state of stack {stack} cannot be read: {error}") from error
            time.sleep(READ_AGAIN_S)
        else:
            return (result.value or {}).get("outputs") or {}
