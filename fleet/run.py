"""One verb over an environment: choose the stacks, check them all, run them, give one account."""

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from rich.console import Console

from fleet.before import prepare
from fleet.diff import print_changes
from fleet.engine import Engine, Outcome, Verb
from fleet.environment import engine_environment
from fleet.errors import FleetError
from fleet.events import Changes
from fleet.guards import affected, removal_problems
from fleet.program_server import serving
from fleet.progress import Progress
from fleet.schedule import parallelism, run_all
from fleet.stacks import Stack, catalogue_folder, project_name, stacks_of
from fleet.state import StackState
from fleet.summary import print_summary
from localcloud.paths import state_directory
from settings import Catalogue

if TYPE_CHECKING:
    from localcloud.controlplane.gateway import GatewayServer

WORTH_A_SERVER: Final = 3
"""Stacks from which on it pays to import the program once for all of them."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which stacks of an environment are meant. tenant, cluster: only theirs. every: those with nothing to do as well.
    moving: tenants that may be on two clusters for a while. withheld: those whose data has yet to come, whose
    databases are not opened."""

    tenant: str | None = None
    cluster: str | None = None
    every: bool = False
    moving: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()


class Fleet:
    """The stacks of one environment, and the engine to run on them.

    root: the project's folder. catalogue: loaded and without mistakes.
    """

    def __init__(self, root: Path, catalogue: Catalogue) -> None:
        folder = state_directory() / "fleet" / catalogue.environment
        self.root = root
        self.folder = folder
        self.catalogue = catalogue
        self.stacks = stacks_of(catalogue, root)
        self.environment = engine_environment(root, catalogue.topology)
        self.engine = Engine(root, project_name(root), self.environment, folder, [each.name for each in self.stacks])
        self.states: dict[str, StackState] = {stack.name: self.engine.state(stack) for stack in self.stacks}

    def chosen(self, scope: Scope) -> tuple[Stack, ...]:
        """The stacks of a scope, affected or not; none of a cluster that is lost. Raises FleetError for a tenant or a
        cluster that is not there."""
        clusters = [each.name for each in self.catalogue.topology.clusters]
        if scope.cluster is not None and scope.cluster not in clusters:
            raise FleetError(f"cluster {scope.cluster!r} is not in the topology; allowed: {', '.join(clusters)}")
        if scope.cluster in self.lost:
            raise FleetError(
                f"cluster {scope.cluster!r} is lost, says its topology; when it is back, take `lost` away there"
            )
        live = [each for each in self.stacks if not each.lost]
        picked = live
        if scope.cluster is not None:
            picked = [
                each
                for each in live
                if each.config.cluster == scope.cluster
                or (each.config.cluster is None and not each.config.is_of_the_cloud)
            ]
        if scope.tenant is not None:
            held = self.states
            picked = [
                each for each in picked if scope.tenant in each.tenants or scope.tenant in held[each.name].tenants
            ]
            if not picked:
                raise FleetError(f"tenant {scope.tenant!r} is in no stack of {self.catalogue.environment!r}")
        # What they stand on comes along: without its priority classes no pod of a tenant ever starts.
        wanted = {each.name for each in picked}
        for each in reversed(live):  # what is stood on comes before what stands on it
            if each.name in wanted:
                wanted |= set(each.needs)
        return tuple(each for each in live if each.name in wanted)

    @property
    def lost(self) -> tuple[str, ...]:
        """Clusters that are lost: none of their stacks is run."""
        return tuple(each.name for each in self.catalogue.topology.clusters if each.lost)

    def refuse_removals(self, moving: frozenset[str] = frozenset()) -> None:
        """Raises FleetError when a stack would lose a tenant without an applied off-boarding (A7). moving: tenants that
        are made on another cluster first."""
        if problems := removal_problems(self.stacks, self.states, moving):
            raise FleetError("\n  ".join(["a tenant may not be removed (A7); nothing was changed:", *problems]))

    def refuse_misplaced(self, stacks: Sequence[Stack], console: Console, *, migrate: bool) -> None:
        """Raises FleetError when the data of a tenant is not where the catalogue wants it (F1); with `migrate` it is
        moved there instead, where that helps."""
        if not _has_databases(self.catalogue):
            return
        from fleet.data.guard import compare  # noqa: PLC0415  its libraries are needed here alone

        folder = catalogue_folder(self.root, self.catalogue.environment)
        found = compare(self.catalogue, folder, stacks)
        for why in found.unknown:
            console.print(f"  warning: {why}")
        if migrate and all(each.movable for each in found.misplaced):
            for each in found.misplaced:
                from fleet.data.commands import move_data  # noqa: PLC0415

                move_data(each.server, each.wanted, console)
        else:
            found.refuse()

    def run(
        self, verb: Verb, stacks: Sequence[Stack], console: Console, workers: int | None, flags: Sequence[str] = ()
    ) -> list[Outcome]:
        """Runs a verb on stacks, with progress; Ctrl-C stops the engines in an orderly way. flags: more of the
        engine's."""
        expected = {name: state.resources for name, state in self.states.items()}
        with ExitStack() as context:
            progress = context.enter_context(Progress(console, verb, expected))
            context.enter_context(self._orderly_stop(console))
            if len(stacks) >= WORTH_A_SERVER and verb in ("preview", "up"):
                self.engine.add_environment(context.enter_context(serving(self.root)))

            def one(stack: Stack) -> Outcome:
                try:
                    outcome = self._one(verb, stack, progress, flags)
                except FleetError as error:
                    outcome = refusal(stack, error)
                progress.done(outcome)
                return outcome

            return run_all(stacks, parallelism(workers, len(stacks), verb), one, backwards=verb == "destroy")

    def _one(self, verb: Verb, stack: Stack, progress: Progress, flags: Sequence[str]) -> Outcome:
        needs = [each for each in self.stacks if each.name in stack.needs]
        first = prepare(
            verb,
            stack,
            state=self.states[stack.name],
            catalogue=self.catalogue,
            root=self.root,
            engine=self.engine,
            needs=needs,
        )
        if first.skipped:
            return Outcome(stack=stack, changes=Changes(), exit_code=None, skipped=first.skipped)
        return self.engine.run(verb, stack, progress.watch(stack.name), (*flags, *first.flags))

    @contextmanager
    def _orderly_stop(self, console: Console) -> Iterator[None]:
        """Turns SIGINT and SIGTERM into a request to every engine to end what it does and write its state."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            console.print("stopping: each engine ends what is under way and writes its state")
            self.engine.interrupt()

        previous = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in previous.items():
                signal.signal(each, handler)


def refusal(stack: Stack, error: FleetError) -> Outcome:
    """The outcome of a run that was refused before the engine began."""
    return Outcome(stack=stack, changes=Changes(failed=[("", str(error))]), exit_code=1)


def apply(
    fleet: Fleet,
    verb: Verb,
    scope: Scope,
    console: Console,
    workers: int | None,
    *,
    migrate: bool = False,
    policies: bool = False,
) -> bool:
    """Runs a verb on the stacks of a scope and prints the account; whether all went well.

    migrate: move the data of tenants whose model of data isolation has changed, instead of refusing. policies: ask the
    rules of the policy pack first (I1); what they refuse ends an update before it begins, and fails a preview.

    preview leaves out stacks that are as they were last applied; up runs those alone as well; refresh and destroy
    take every one.
    """
    began = time.monotonic()
    chosen = fleet.chosen(scope)
    for name in fleet.lost:
        console.print(f"  cluster {name} is lost: its stacks are left as they are")
    if verb in ("preview", "up"):
        fleet.refuse_removals(scope.moving)
        fleet.refuse_misplaced(chosen, console, migrate=migrate)
    todo = affected(chosen, fleet.states) if verb in ("preview", "up") and not scope.every else chosen
    if left := len(chosen) - len(todo):
        what = "1 stack is" if left == 1 else f"{left} stacks are"
        console.print(
            f"  {what} as last applied"
            + ("" if todo else "; nothing is affected, so nothing is run (--all runs every stack)")
        )
    held = _policies_hold(fleet, verb, todo, console, asked=policies)
    outcomes = fleet.run(verb, todo, console, workers) if todo else []
    if verb == "preview":
        print_changes(console, outcomes)
    if outcomes:
        print_summary(console, outcomes, verb, time.monotonic() - began)
    else:
        console.print(
            f"nothing {'would change' if verb == 'preview' else 'changed'} ({time.monotonic() - began:.1f} s)",
            style="bold",
        )
    failed = {outcome.stack.name for outcome in outcomes if outcome.failed}
    if verb == "up":
        from fleet.drain import drain_suspended  # noqa: PLC0415  the Kubernetes client, which a preview need not wait for

        applied = [each for each in chosen if each.name not in failed]
        ended = drain_suspended(fleet.catalogue, applied, fleet.root)
        made, missing = _databases(fleet, applied, scope.withheld)
        for tenant, what in made.items():
            console.print(f"  tenant {tenant} has its database ({what})")
        served, lacking = _gateways(fleet, applied)
        for cluster, gateway in served.items():
            where = f"https://<tenant>.{fleet.catalogue.topology.domain}:{gateway.port}/<workload>"
            console.print(f"  tenants of {cluster} are reached at {where}, with `python -m localcloud token <tenant>`")
            for why in gateway.refusals:
                console.print(f"  warning: Envoy Gateway refuses {why}")
        for lack in (*missing, *lacking):
            console.print(f"  warning: {lack}")
        for tenant, pods in ended.items():
            console.print(
                f"  tenant {tenant} is not active: asked {pods} pod{'s' if pods > 1 else ''} of its own to end"
            )
    return not failed and held


def _policies_hold(fleet: Fleet, verb: Verb, stacks: Sequence[Stack], console: Console, *, asked: bool) -> bool:
    """Whether the policy pack lets these stacks pass, as far as it is asked; a preview prints what it refuses. Raises
    FleetError with that for any other verb."""
    if not asked:
        return True
    from fleet.policy_gate import refusals  # noqa: PLC0415  the SDK, which a run without policies need not import

    found = refusals(fleet.root, fleet.catalogue, fleet.stacks, stacks, console)
    if found and verb != "preview":
        raise FleetError("\n  ".join(["the policies refuse this (I1); nothing was changed:", *found]))
    for each in found:
        console.print(f"  refused: {each}")
    return not found


def _gateways(fleet: Fleet, stacks: Sequence[Stack]) -> "tuple[dict[str, GatewayServer], list[str]]":
    """The gateways of local clusters; those of other clusters are told by Envoy Gateway in them."""
    if not any(each.provider == "localcloud" and each.has_gateway for each in fleet.catalogue.topology.clusters):
        return {}, []
    from fleet.gateways import serve_gateways  # noqa: PLC0415  its libraries are needed here alone

    return serve_gateways(fleet.catalogue, stacks, fleet.root)


def _databases(fleet: Fleet, stacks: Sequence[Stack], withheld: frozenset[str]) -> tuple[dict[str, str], list[str]]:
    """The databases on servers that are reached from here; those of other clusters are made in them."""
    if not _has_databases(fleet.catalogue):
        return {}, []
    from fleet.databases import make_databases  # noqa: PLC0415  its libraries are needed here alone

    return make_databases(fleet.catalogue, stacks, fleet.root, withheld)


def _has_databases(catalogue: Catalogue) -> bool:
    return any(each.has_reachable_databases for each in catalogue.topology.clusters)
