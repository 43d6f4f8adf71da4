"""Lets other clusters take over the tenants of one that is lost (H3).

Steps, each of which does nothing when it was done before, so that the same command goes on after a failure or a kill:
the topology says that the cluster is lost; made-up secrets are carried over in the states; data is copied, where the
lost cluster's database server still answers; the stand-by's stacks are applied; quota, policies, rights and secrets are
compared with what the lost cluster had. Nothing of the lost cluster is deleted.
"""

from dataclasses import dataclass

from rich.console import Console

from fleet.data.servers import NotReachedError
from fleet.errors import FleetError
from fleet.relocation.carry import carry
from fleet.relocation.catalogue_edit import mark_lost
from fleet.relocation.data import Removal, open_databases
from fleet.relocation.parts import FleetOf, Steps, answers, cluster_of, stack_of
from fleet.relocation.sameness import compared
from fleet.run import Fleet, Scope, apply
from fleet.stacks import catalogue_folder
from settings import Cluster, Tenant, plan_tenants
from settings.homing import home_of, standby_of


@dataclass(frozen=True, kw_only=True)
class Takeover:
    """Who goes where. moving: tenants by id, with the cluster that takes them. staying: those that nobody may take."""

    moving: dict[str, Cluster]
    staying: tuple[Tenant, ...]


class Failover:
    """The fail-over of one cluster.

    fleet_of: reads the catalogue anew. lost: name of the cluster. alive: go on even though it answers.
    """

    def __init__(self, fleet_of: FleetOf, lost: str, console: Console, *, alive: bool = False) -> None:
        self._fleet_of = fleet_of
        self._lost = lost
        self._console = console
        self._alive = alive

    def run(self, workers: int | None = None) -> bool:
        """Carry it out, or what is left of it; whether every tenant that may move is served as before.

        Raises FleetError before anything is changed: for a cluster that is not there, that nobody stands by for, or
        that answers.
        """
        fleet = self._fleet_of()
        cluster = cluster_of(fleet, self._lost)
        takeover = self._planned(fleet, cluster)
        steps = Steps(self._console)
        if not cluster.lost:
            with steps.step(f"the topology says that {self._lost} is lost"):
                folder = catalogue_folder(fleet.root, fleet.catalogue.environment)
                mark_lost(folder / "topology" / f"{fleet.catalogue.environment}.yaml", self._lost)
            fleet = self._fleet_of()
        cluster = cluster_of(fleet, self._lost)
        with steps.step("made-up secrets are carried over"):
            for tenant, target in takeover.moving.items():
                carry(fleet.engine, tenant, stack_of(fleet, tenant, cluster), stack_of(fleet, tenant, target))
        removals = self._removals(fleet, cluster, takeover)
        following = [each for each in removals if each.follows(fleet)]
        with steps.step("data is copied"):
            self._copy(fleet, [each for each in removals if each not in following])
        good = True
        withheld = frozenset(each.plan.tenant.id for each in following)
        for standby in sorted({target.name for target in takeover.moving.values()}):
            with steps.step(f"the stacks of {standby} are applied"):
                scope = Scope(cluster=standby, withheld=withheld)
                good &= apply(self._fleet_of(), "up", scope, self._console, workers)
        if good and following:
            with steps.step("data is copied to servers that tenants have to themselves"):
                self._copy(fleet, following)
                for standing_in in {each.new.name: each.new for each in following}.values():
                    open_databases(self._fleet_of(), standing_in, self._console)
        if good:
            with steps.step("quota, policies, rights and secrets are compared"):
                good = self._compare(self._fleet_of(), cluster, takeover)
        self._told(takeover)
        steps.account(f"fail-over of {self._lost}" if good else f"fail-over of {self._lost}, NOT ended")
        return good

    def _planned(self, fleet: Fleet, cluster: Cluster) -> Takeover:
        topology = fleet.catalogue.topology
        standbys = [each.name for each in topology.clusters if cluster.name in each.stands_by_for and not each.lost]
        if not standbys:
            raise FleetError(
                f"no cluster stands by for {cluster.name!r}, so nobody can take its tenants over; allowed: a cluster "
                f"of its tiers with `stands_by_for: [{cluster.name}]`"
            )
        here = [tenant for tenant in fleet.catalogue.tenants if home_of(tenant, topology) == cluster]
        targets = {tenant.id: standby_of(tenant, cluster, topology) for tenant in here}
        staying = tuple(tenant for tenant in here if targets[tenant.id] is None)
        stack = next(each for each in fleet.stacks if each.config.cluster in (None, cluster.name))
        if not cluster.lost and not self._alive and answers(cluster, stack, fleet.root):
            raise FleetError(
                f"cluster {cluster.name!r} answers, and its tenants would then be served twice; if it has to be given "
                "up all the same, stop it, or say --alive"
            )
        return Takeover(moving={name: each for name, each in targets.items() if each is not None}, staying=staying)

    def _removals(self, fleet: Fleet, cluster: Cluster, takeover: Takeover) -> list[Removal]:
        plans = {plan.tenant.id: plan for plan in plan_tenants(fleet.catalogue)}
        return [
            Removal(plan=plans[tenant], old=cluster, new=target)
            for tenant, target in takeover.moving.items()
            if cluster.has_databases or target.has_databases
        ]

    def _copy(self, fleet: Fleet, removals: list[Removal]) -> None:
        silent: dict[tuple[str, str], str] = {}  # asked once for all their tenants: each answer takes its time-out
        for each in removals:
            if each.servers not in silent:
                try:
                    transfer = each.transfer(fleet, self._console)
                except NotReachedError as error:
                    silent[each.servers] = str(error)
            if each.servers in silent:
                self._console.print(
                    f"  warning: {each.plan.tenant.id}: {silent[each.servers]}: its data is not copied; bring the last "
                    "backup to the new server before people write there (docs/phase-two.md)"
                )
                continue
            transfer.run()

    def _compare(self, fleet: Fleet, cluster: Cluster, takeover: Takeover) -> bool:
        good = True
        for tenant, target in takeover.moving.items():
            before = fleet.engine.deployment_in_clear(stack_of(fleet, tenant, cluster))
            if not before:
                self._console.print(f"  {tenant}: was never applied to {cluster.name}; nothing to compare")
                continue
            after = fleet.engine.deployment_in_clear(stack_of(fleet, tenant, target))
            topology = fleet.catalogue.topology
            ranges = topology.database_ranges(cluster), topology.database_ranges(target)
            found = compared(before, after, tenant, ranges)
            self._console.print(f"  {tenant} on {target.name}: the same as on {cluster.name}: {found.counts}")
            for line in found.different:
                self._console.print(f"  {tenant} on {target.name}: {line}", style="red")
            good &= found.holds
        return good

    def _told(self, takeover: Takeover) -> None:
        for tenant in takeover.staying:
            allowed = ", ".join(sorted({tenant.region, *tenant.residency}))
            self._console.print(
                f"  {tenant.id} is not served: its data may be in {allowed} alone, and no stand-by is there (F6)",
                style="yellow",
            )
        self._console.print(
            f"  commit the topology with `lost: true` on {self._lost}. When the cluster is back: take it away there; "
            f"`python -m fleet move ENV TENANT --to {self._lost}` brings each of them home"
        )
