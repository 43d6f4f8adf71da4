"""Runs many stacks side by side, in the order in which they depend on each other."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Final

import psutil

from fleet.engine import Outcome, Verb
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


def waves(stacks: Sequence[Stack], *, backwards: bool) -> list[list[Stack]]:
    """Groups of stacks, each of which needs the ones before it; backwards for a removal."""
    groups = [
        [stack for stack in stacks if stack.is_shared],
        [stack for stack in stacks if not stack.is_shared],
    ]
    return [group for group in (reversed(groups) if backwards else groups) if group]


def run_all(groups: Sequence[Sequence[Stack]], workers: int, run: Callable[[Stack], Outcome]) -> list[Outcome]:
    """Runs every stack, a group after the other, at most `workers` at once; after a failure the later groups are
    left out."""
    outcomes: list[Outcome] = []
    for group in groups:
        if any(outcome.failed for outcome in outcomes):
            reason = "what it stands on failed"
            outcomes += [Outcome(stack=each, changes=Changes(), exit_code=None, skipped=reason) for each in group]
            continue
        # The largest first, so that none is left running alone at the end.
        ordered = sorted(group, key=lambda stack: -len(stack.tenants))
        with ThreadPoolExecutor(max_workers=workers) as pool:
            outcomes += [done.result() for done in as_completed([pool.submit(run, stack) for stack in ordered])]
    return outcomes
