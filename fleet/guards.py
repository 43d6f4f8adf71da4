"""Checks over all stacks of an environment, before the first of them is changed (A7)."""

from collections.abc import Iterable, Mapping, Sequence

from fleet.stacks import Stack
from fleet.state import StackState
from settings.approval import lost_namespaces


def removal_problems(
    stacks: Sequence[Stack], states: Mapping[str, StackState], moving: frozenset[str] = frozenset()
) -> list[str]:
    """One line for each tenant, or further namespace of one, that a stack holds and the catalogue no longer puts
    there, when no applied approval lets it go.

    moving: tenants on their way to another cluster, which are made there before they leave.

    The program of each stack refuses as well; this looks at all of them first, so that no shard is changed when
    another one would be refused.
    """
    homes = {tenant: stack.name for stack in stacks for tenant in stack.tenants}
    problems: list[str] = []
    for stack in stacks:
        if stack.lost:  # it is not run, so it loses nobody
            continue
        for tenant, facts in sorted(states[stack.name].tenants.items()):
            for name in lost_namespaces(facts, stack.namespaces.get(tenant, ())) if tenant in stack.tenants else ():
                problems.append(
                    f"namespace {name!r} of tenant {tenant!r} is kept in stack {stack.name!r} and is not in the "
                    "tenant's file; allowed: put it back, or first apply `retire` with an approval on its entry, then "
                    "remove the entry"
                )
            if tenant in stack.tenants or tenant in moving or facts.get("lifecycle") == "offboarding":
                continue
            if tenant in homes:
                problems.append(
                    f"tenant {tenant!r} is in stack {stack.name!r} and would now belong to {homes[tenant]!r}; moving "
                    f"it would delete it here and make it there; allowed: keep its cluster and the number of "
                    f"shards, or `python -m fleet move`"
                )
            else:
                problems.append(
                    f"tenant {tenant!r} is {facts.get('lifecycle', 'active')} in stack {stack.name!r} and has no file "
                    f"in the catalogue; allowed: put its file back, or first apply `lifecycle: offboarding` with an "
                    f"approval, then remove the file"
                )
    return problems


def is_affected(stack: Stack, state: StackState) -> bool:
    """Whether an update of the stack could change anything: its plan is not the one last applied whole, or a run was
    cut off."""
    return not state.exists or state.plan != stack.plan or bool(state.pending) or state.stale


def affected(stacks: Iterable[Stack], states: Mapping[str, StackState]) -> tuple[Stack, ...]:
    """Those of the stacks that are affected, in their order."""
    return tuple(stack for stack in stacks if is_affected(stack, states[stack.name]))
