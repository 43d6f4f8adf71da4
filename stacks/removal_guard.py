"""No tenant disappears by accident: a stack refuses to lose one whose off-boarding it has not applied before (A7).

Protection of the namespace alone is not enough. The engine deletes what depends on a resource first, so that a refused
deletion of the namespace would come after its quota and policies are gone. This check comes before anything is
registered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from settings import TenantPlan
from settings.approval import lost_namespaces
from stacks.references import stack_outputs

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
    outputs = stack_outputs(pulumi.get_stack())
    tenants = outputs.get(OUTPUT) or {}
    return {tenant: dict(facts) for tenant, facts in tenants.items()}
