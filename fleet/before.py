"""What a run on one stack needs first: what must be gone or let go, and a look at a cluster that is not the same (H2).

A cluster at AWS that was deleted behind our back, and made again, has the same name and nothing in it. States of what
was in the old one list everything still: an update by them alone would change nothing, and a look at a cluster that is
not there would fail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fleet.engine import Engine, Verb
from fleet.stacks import Stack
from fleet.state import StackState
from settings import Catalogue
from settings.control_plane import identity
from settings.stack_config import kubeconfig_path


@dataclass(frozen=True, kw_only=True)
class Before:
    """How a run is to begin. flags: more of the engine's. skipped: why it is not run at all; empty when it is."""

    flags: tuple[str, ...] = ()
    skipped: str = ""


def prepare(
    verb: Verb,
    stack: Stack,
    *,
    state: StackState,
    catalogue: Catalogue,
    root: Path,
    engine: Engine,
    needs: Iterable[Stack],
) -> Before:
    """Does what has to be done before a verb on a stack, and says how the engine is to be run.

    state: of the stack when the command began. needs: the stacks that it stands on. Raises FleetError where what has to
    be done cannot be.
    """
    if verb == "up" and state.stale:
        from fleet.settle import await_removals  # noqa: PLC0415  the Kubernetes client, seldom needed

        await_removals(catalogue, stack, root)
    if verb == "destroy" and catalogue.topology.aws is not None:
        from fleet.undo import unprotect  # noqa: PLC0415  boto3, seldom needed

        unprotect(engine.reader.deployment(stack.name) or {})
    if verb == "refresh" and is_without_cluster(catalogue, stack, root, engine.environment):
        return Before(skipped="its cluster is gone: `up --all` makes it anew, and then what was in it")
    if verb in ("preview", "up") and state.cluster is not None:
        # Their states of this moment: the foundation may have been applied by this very command.
        below = [engine.state(each) for each in needs if each.config.layer == "foundation"]
        if is_on_another(stack, state, below):
            return Before(flags=("--refresh",))
    return Before()


def is_without_cluster(catalogue: Catalogue, stack: Stack, root: Path, environment: Mapping[str, str]) -> bool:
    """Whether the stack is of a cluster of EKS that nobody has a way to. environment: the engine's variables."""
    found = [each for each in catalogue.topology.clusters if each.name == stack.config.cluster]
    return any(
        each.provider == "eks" and not kubeconfig_path(each, stack.config, environment, root).is_file()
        for each in found
    )


def is_on_another(stack: Stack, state: StackState, foundations: Iterable[StackState]) -> bool:
    """Whether the stack's cluster was made anew since its last update. foundations: states of those it stands on."""
    if state.cluster is None or stack.config.cluster is None:
        return False
    made = [each.clusters[stack.config.cluster] for each in foundations if stack.config.cluster in each.clusters]
    return any(identity(each) not in (None, state.cluster) for each in made)
