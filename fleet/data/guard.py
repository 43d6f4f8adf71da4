"""Compares where tenants' data is with where the catalogue wants it, before anything is changed (F1, A7).

Without this a new and empty home would be made, and the data would stay behind where nobody looks for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet.data.adoption import found_model
from fleet.data.records import Record, read_records
from fleet.data.servers import NotReachedError, owner_of, server_of
from fleet.errors import FleetError
from fleet.stacks import Stack
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import Sessions
from settings import Catalogue, TenantPlan, plan_tenants
from settings.database import Model, TenantDatabase, database_of
from settings.yaml_source import read


@dataclass(frozen=True, kw_only=True)
class Misplaced:
    """A tenant whose data is not where the catalogue wants it. problem: for the person, with file and line. movable:
    whether moving the data is what helps."""

    plan: TenantPlan
    wanted: TenantDatabase
    server: DatabaseServer
    problem: str
    movable: bool


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a comparison found. unknown: why some could not be compared."""

    misplaced: tuple[Misplaced, ...] = ()
    unknown: tuple[str, ...] = ()

    def refuse(self) -> None:
        """Raises FleetError with a line for each tenant, when there is one."""
        if self.misplaced:
            count = f"{len(self.misplaced)} tenant{'s' if len(self.misplaced) > 1 else ''}"
            lines = [f"the data of {count} is not where the catalogue wants it (F1); nothing was changed:"]
            raise FleetError("\n  ".join([*lines, *(each.problem for each in self.misplaced)]))


def compare(catalogue: Catalogue, folder: Path, stacks: Iterable[Stack]) -> Findings:
    """Compare the tenants of stacks with the records of their clusters' servers. folder: of the catalogue."""
    misplaced: list[Misplaced] = []
    unknown: list[str] = []
    on_servers: dict[tuple[str, str], list[TenantPlan]] = {}
    for stack in stacks:
        for plan in plan_tenants(catalogue, stack.config.cluster, stack.config.shard):
            if plan.cluster.has_reachable_databases and plan.tenant.id in stack.tenants:
                on_servers.setdefault((plan.cluster.name, owner_of(plan.cluster, plan)), []).append(plan)
    for plans in on_servers.values():
        cluster = plans[0].cluster
        try:
            server = server_of(catalogue, cluster, plans[0])
        except NotReachedError as error:
            unknown.append(f"{error}; so where its tenants' data is was not compared with the catalogue")
            continue
        if server is not None:
            misplaced += _misplaced(server, plans, folder)
        elif cluster.databases == "local":  # an Aurora is made by what is about to be applied
            unknown.append(
                f"no PostgreSQL runs beside cluster {cluster.name!r}, so where its tenants' data is was not compared "
                "with the catalogue"
            )
    return Findings(misplaced=tuple(misplaced), unknown=tuple(dict.fromkeys(unknown)))


def _misplaced(server: DatabaseServer, plans: Sequence[TenantPlan], folder: Path) -> Iterator[Misplaced]:
    records = read_records(server)
    with Sessions(server) as sessions:
        for plan in plans:
            wanted = database_of(plan)
            record = records.get(plan.tenant.id)
            problem, movable = None, True
            try:
                model = record.model if record else found_model(sessions, wanted)
            except FleetError as error:
                problem, movable, model = str(error), False, wanted.model
            if record is not None and record.orphaned_at is not None:
                problem, movable = _returned(plan, record), False
            elif record is not None and record.moving_to is not None:
                problem = _unfinished(plan, record)
            elif problem is None and model != wanted.model:
                problem = _elsewhere(plan, model, folder)
            if problem is not None:
                yield Misplaced(plan=plan, wanted=wanted, server=server, problem=problem, movable=movable)


def _elsewhere(plan: TenantPlan, model: Model, folder: Path) -> str:
    tenant, file = plan.tenant.id, f"tenants/{plan.tenant.id}.yaml"
    document, _ = read(folder / file, file)
    own = plan.tenant.data_isolation is not None
    line = document.line(("data_isolation",) if own else ("tier",)) if document else 1
    if own:
        says = f"data_isolation is {plan.data_isolation!r}"
        keep = f"write `data_isolation: {model}` there"
    else:
        says = f"tier {plan.tier.id!r} has data_isolation {plan.data_isolation!r}{_of_the_tier(plan.tier.id, folder)}"
        keep = f"add `data_isolation: {model}` to {file}, and the tier is whatever you like"
    return (
        f"{file}:{line}: {says}, and the data of {tenant!r} is in model {model!r}; allowed: move it with "
        f"`python -m fleet migrate-data {plan.environment} {tenant}` (or all that differ with `python -m fleet up "
        f"{plan.environment} --migrate-data`), or leave it where it is: {keep}"
    )


def _of_the_tier(tier: str, folder: Path) -> str:
    """Where a tier says its default, in brackets; nothing for one that leaves it to the default of all."""
    document, _ = read(folder / "tiers.yaml", "tiers.yaml")
    for index, each in enumerate((document.get("tiers") if document else None) or ()):
        if document and each.get("id") == tier and "data_isolation" in each:
            return f" (tiers.yaml:{document.line(('tiers', index, 'data_isolation'))})"
    return ""


def _unfinished(plan: TenantPlan, record: Record) -> str:
    command = f"python -m fleet migrate-data {plan.environment} {plan.tenant.id}"
    reached = f"was stopped after step {record.step!r}, and writes may be refused since"
    back = "" if record.step == "switched" else f", or give it up with `{command} --back`"
    return (
        f"tenants/{plan.tenant.id}.yaml:1: a move of its data to model {record.moving_to!r} {reached}; allowed: let it "
        f"go on with `{command}`{back}"
    )


def _returned(plan: TenantPlan, record: Record) -> str:
    tenant, env = plan.tenant.id, plan.environment
    assert record.orphaned_at is not None  # noqa: S101  the caller asked
    return (
        f"tenants/{tenant}.yaml:1: a tenant {tenant!r} was off-boarded and its data is kept since "
        f"{record.orphaned_at:%Y-%m-%d}; allowed: another id, when this is somebody else; "
        f"`python -m fleet data {env} --give-back {tenant}`, when it is the same and is to have its data again; "
        f"`python -m fleet data {env} --drop {tenant}`, when nobody is to have it"
    )
