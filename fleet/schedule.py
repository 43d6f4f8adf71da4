"""Runs many stacks side by side, in the order in which they depend on each other."""

import os
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

import psutil

from fleet.engine import Outcome, Verb
from fleet.errors import FleetError
from fleet.events import Changes
from fleet.stacks import Stack

MEMORY_PER_STACK_BYTES: Final = 600 * 1024 * 1024
"""What one run takes with engine, program and provider at some 300 objects: 360 to 500 MB, measured."""

REMOVALS_PER_CORE: Final = 5
"""Removals at once. Each spends some 6 s of its 8 in wait for the namespace controller, which looks at a namespace only
5 s after its deletion, and runs no program."""


def parallelism(given: int | None, stacks: int, verb: Verb) -> int:
    """How many stacks to run at once: as asked, else one per core and one that waits for the cluster, more where most
    of a run is waiting, within free memory."""
    if given is not None:
        return given
    cores = os.cpu_count() or 1
    fits = psutil.virtual_memory().available // MEMORY_PER_STACK_BYTES
    return max(1, min(stacks, cores * REMOVALS_PER_CORE if verb == "destroy" else cores + 1, int(fits)))


def run_all(
    stacks: Sequence[Stack], workers: int, run: Callable[[Stack], Outcome], *, backwards: bool = False
) -> list[Outcome]:
    """Runs every stack as soon as those it stands on, and those it comes after, are done, at most `workers` at once;
    what stands on one that failed is left out, and everything else goes on.

    backwards: for a removal, in which a stack waits for those that stand on it.
    """
    names = {stack.name for stack in stacks}
    needed = {stack.name: names & {*stack.needs} for stack in stacks}
    earlier = {stack.name: names & {*stack.needs, *stack.after} for stack in stacks}
    if backwards:
        needed, earlier = _turned(needed), _turned(earlier)
    # The largest first, so that none is left running alone at the end.
    waiting = sorted(stacks, key=lambda stack: -len(stack.tenants))
    outcomes: dict[str, Outcome] = {}
    stopped: set[str] = set()
    running: dict[Future[Outcome], Stack] = {}
    with ThreadPoolExecutor(max_workers=workers) as pool:
        while waiting or running:
            ready = [stack for stack in waiting if earlier[stack.name] <= outcomes.keys()]
            waiting = [stack for stack in waiting if stack not in ready]
            for stack in ready:
                if needed[stack.name] & stopped:
                    reason = "what stands on it failed" if backwards else "what it stands on failed"
                    outcomes[stack.name] = Outcome(stack=stack, changes=Changes(), exit_code=None, skipped=reason)
                    stopped.add(stack.name)
                else:
                    running[pool.submit(run, stack)] = stack
            if not ready and not running:
                raise FleetError(f"stacks that stand on each other: {', '.join(stack.name for stack in waiting)}")
            for done in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                stack, outcome = running.pop(done), done.result()
                outcomes[stack.name] = outcome
                if outcome.failed:
                    stopped.add(stack.name)
    return list(outcomes.values())


def _turned(before: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    return {name: {each for each, those in before.items() if name in those} for name in before}
