"""Moves a tenant to another cluster, without losing a row or a secret (H1).

Two sides for a while: the new one is made and compared before the old one is off-boarded. Steps, each of which does
nothing when it was done before, so that the same command goes on after a failure or a kill:

1. made-up secrets are carried over in the states;
2. data is copied: from here on the tenant reads and cannot write, until step 4 is done;
3. the tenant's file places it on the new cluster, where the topology would not;
4. the new cluster's stacks are applied;
5. quota, policies, rights and secrets are compared;
6. the old stack off-boards it: first marked and unprotected, then removed. Its data stays on the old server, as that of
   every tenant that leaves (A7).
"""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml
from rich.console import Console

from fleet.errors import FleetError
from fleet.relocation.carry import carry
from fleet.relocation.catalogue_edit import place
from fleet.relocation.data import Removal, open_databases
from fleet.relocation.parts import FleetOf, Steps, answers, cluster_of, stack_of
from fleet.relocation.rehearsal import mistakes
from fleet.relocation.sameness import compared
from fleet.run import Fleet, Scope, apply
from fleet.stacks import PREFIX, Stack, catalogue_folder, stack_file
from settings import Cluster, Tenant, plan_tenants
from settings.dates import today
from settings.homing import home_of


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """A move that was looked at. sources: stacks of other clusters that hold the tenant. lines: what would be done."""

    fleet: Fleet
    tenant: Tenant
    target: Cluster
    sources: list[Stack]
    lines: list[str]


class Move:
    """A planned move of one tenant.

    fleet_of: reads the catalogue anew. to: name of the cluster.
    """

    def __init__(self, fleet_of: FleetOf, tenant: str, to: str, console: Console) -> None:
        self._fleet_of = fleet_of
        self._tenant = tenant
        self._to = to
        self._console = console

    def plan(self) -> list[str]:
        """What a move would do, one line each; empty when the tenant is there and nowhere else. Changes nothing. Raises
        FleetError for what would make it fail."""
        return self._planned().lines

    def _planned(self) -> _Planned:
        fleet = self._fleet_of()
        tenant, target = self._checked(fleet)
        sources = self._sources(fleet, target)
        if not sources and self._here(fleet, tenant, target):
            return _Planned(fleet=fleet, tenant=tenant, target=target, sources=sources, lines=[])
        placed = self._placed(fleet, tenant, target)
        lines = [f"carry its secrets from {stack.name}" for stack in sources]
        lines += [f"copy its data from {stack.config.cluster}: its writes are refused meanwhile" for stack in sources]
        if not placed:
            lines.append(f"place it on {target.name} in tenants/{tenant.id}.yaml")
        lines.append(f"apply it to {target.name} and compare quota, policies, rights and secrets")
        lines += [f"off-board it from {stack.name}; its data is kept there" for stack in sources]
        return _Planned(fleet=fleet, tenant=tenant, target=target, sources=sources, lines=lines)

    def run(self, workers: int | None = None) -> bool:
        """Carry it out, or what is left of it; whether it went well.

        Raises FleetError before anything is changed, for a tenant or a cluster that is not there or may not have it,
        and for one, or a database server, that does not answer.
        """
        planned = self._planned()
        fleet, tenant, target, sources = planned.fleet, planned.tenant, planned.target, planned.sources
        if not planned.lines:
            self._console.print(f"tenant {self._tenant} is on {self._to} and nowhere else; nothing to do")
            return True
        removals = self._removals(fleet, sources, target)
        following = [each for each in removals if each.follows(fleet)]
        steps = Steps(self._console)
        with steps.step("secrets are carried over"):
            for source in sources:
                carry(fleet.engine, tenant.id, source, stack_of(fleet, tenant.id, target))
        with steps.step("data is copied"):
            for each in removals:
                if each not in following:
                    self._copy(fleet, each)
        if not self._placed(fleet, tenant, target):
            with steps.step(f"tenants/{tenant.id}.yaml places it on {target.name}"):
                self._place(fleet, catalogue_folder(fleet.root, fleet.catalogue.environment))
        with steps.step(f"the stacks of {target.name} are applied"):
            moving = frozenset({tenant.id})
            withheld = moving if following else frozenset()
            scope = Scope(cluster=target.name, tenant=tenant.id, moving=moving, withheld=withheld)
            good = apply(self._fleet_of(), "up", scope, self._console, workers)
        if good and following:
            with steps.step("data is copied to the server that the tenant has to itself"):
                for each in following:
                    self._copy(fleet, each)
                open_databases(self._fleet_of(), target, self._console)
        if good:
            with steps.step("quota, policies, rights and secrets are compared"):
                good = self._compare(self._fleet_of(), sources, target)
        if good:
            for source in sources:
                with steps.step(f"{source.name} off-boards it"):
                    good = good and self._leave(source.name)
        steps.account(f"move of {tenant.id} to {target.name}" if good else f"move of {tenant.id}, NOT ended")
        return good

    def _checked(self, fleet: Fleet) -> tuple[Tenant, Cluster]:
        try:
            tenant = fleet.catalogue.tenant(self._tenant)
        except KeyError:
            raise FleetError(
                f"tenant {self._tenant!r} is not in the catalogue of {fleet.catalogue.environment!r}"
            ) from None
        target = cluster_of(fleet, self._to)
        if target.lost:
            raise FleetError(f"cluster {target.name!r} is lost, says its topology")
        if tenant.tier not in target.tiers:
            raise FleetError(
                f"cluster {target.name!r} does not serve tier {tenant.tier!r}; it serves {', '.join(target.tiers)}"
            )
        allowed = {tenant.region, *tenant.residency}
        if not allowed & set(target.regions):
            raise FleetError(
                f"cluster {target.name!r} is in {target.region}, and the data of {tenant.id!r} may be in "
                f"{', '.join(sorted(allowed))} alone (F6)"
            )
        for stack in (*self._sources(fleet, target), stack_of(fleet, tenant.id, target)):
            cluster = cluster_of(fleet, str(stack.config.cluster))
            if not answers(cluster, stack, fleet.root):
                raise FleetError(
                    f"cluster {cluster.name!r} does not answer; for one that is gone: `python -m fleet failover`"
                )
        self._rehearse(fleet, tenant, target)
        return tenant, target

    def _rehearse(self, fleet: Fleet, tenant: Tenant, target: Cluster) -> None:
        """Raises FleetError where the tenant cannot be placed, before its writes are refused for it."""
        environment = fleet.catalogue.environment
        if self._placed(fleet, tenant, target):
            return
        day = today(os.environ, datetime.now(UTC))
        folder = catalogue_folder(fleet.root, environment)
        if wrong := mistakes(folder, environment, day, lambda copy: self._place(fleet, copy)):
            raise FleetError(
                "\n  ".join([f"{tenant.id!r} cannot be placed on {target.name!r}; nothing was changed:", *wrong])
            )

    def _place(self, fleet: Fleet, folder: Path) -> None:
        place(folder / "tenants" / f"{self._tenant}.yaml", fleet.catalogue.environment, self._to)

    def _placed(self, fleet: Fleet, tenant: Tenant, target: Cluster) -> bool:
        """Whether the catalogue has the tenant on the cluster already."""
        placed = home_of(tenant, fleet.catalogue.topology)
        return placed is not None and placed.name == target.name

    def _sources(self, fleet: Fleet, target: Cluster) -> list[Stack]:
        """Stacks of other clusters that hold the tenant, by their states."""
        return [
            stack
            for stack in fleet.stacks
            if not stack.lost
            and stack.config.cluster != target.name
            and self._tenant in fleet.states[stack.name].tenants
        ]

    def _here(self, fleet: Fleet, tenant: Tenant, target: Cluster) -> bool:
        held = self._tenant in fleet.states[stack_of(fleet, tenant.id, target).name].tenants
        return held and self._placed(fleet, tenant, target)

    def _removals(self, fleet: Fleet, sources: list[Stack], target: Cluster) -> list[Removal]:
        """What of its data is to be copied. Raises FleetError where a server cannot be reached."""
        plan = next(each for each in plan_tenants(fleet.catalogue) if each.tenant.id == self._tenant)
        clusters = [cluster_of(fleet, str(source.config.cluster)) for source in sources]
        removals = [
            Removal(plan=plan, old=old, new=target) for old in clusters if old.has_databases or target.has_databases
        ]
        for each in removals:
            if why := each.unreached(fleet):
                said = f"the data of {self._tenant!r} cannot be copied; nothing was changed:"
                raise FleetError("\n  ".join([said, *why]))
        return removals

    def _copy(self, fleet: Fleet, removal: Removal) -> None:
        transfer = removal.transfer(fleet, self._console)
        try:
            transfer.run()
        except BaseException:
            transfer.reopen()
            raise

    def _compare(self, fleet: Fleet, sources: list[Stack], target: Cluster) -> bool:
        after = fleet.engine.deployment_in_clear(stack_of(fleet, self._tenant, target))
        good = True
        for source in sources:
            topology, old = fleet.catalogue.topology, source.config.cluster
            there = topology.database_ranges(cluster_of(fleet, old)) if old else ()
            ranges = there, topology.database_ranges(target)
            found = compared(fleet.engine.deployment_in_clear(source), after, self._tenant, ranges)
            self._console.print(f"  the same as in {source.name}: {found.counts}")
            for line in found.different:
                self._console.print(f"  {line}", style="red")
            good &= found.holds
        return good

    def _leave(self, name: str) -> bool:
        """Off-board the tenant from its old stack: an update that lets it go, then one without it."""
        fleet = self._fleet_of()
        stack = next(each for each in fleet.stacks if each.name == name)
        recorded = fleet.states[name].tenants[self._tenant]
        if recorded.get("lifecycle") != "offboarding":
            leaving = replace(stack, file=self._leaving_file(fleet, stack))
            if any(outcome.failed for outcome in fleet.run("up", [leaving], self._console, 1)):
                return False
        return not any(outcome.failed for outcome in fleet.run("up", [stack], self._console, 1))

    def _leaving_file(self, fleet: Fleet, stack: Stack) -> Path:
        document = yaml.safe_load(stack.file.read_text())
        document["config"] |= {f"{PREFIX}leaving": self._tenant}
        return stack_file(fleet.folder / "leaving" / stack.file.name, document)
