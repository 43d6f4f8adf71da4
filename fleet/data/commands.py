"""What `python -m fleet migrate-data` and `python -m fleet data` do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import typer
from rich.console import Console

from fleet.data.adoption import ensure_record
from fleet.data.dropping import drop_former, drop_orphan
from fleet.data.listing import lines_of, print_lines
from fleet.data.move import WAIT_S, Mover
from fleet.data.records import Record, only_one, read_records
from fleet.data.servers import owner_of, server_of, why_not
from fleet.errors import FleetError
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import Sessions
from settings import Catalogue, Cluster, TenantPlan, plan_tenants
from settings.database import PLATFORM_DATABASE, TenantDatabase, database_of, platform_steps
from settings.database.record import reclaimed


def move_data(server: DatabaseServer, wanted: TenantDatabase, console: Console, wait_s: float = WAIT_S) -> bool:
    """Move a tenant's data to its wanted model; whether there was anything to do. Raises FleetError."""
    with _told(console, wanted.tenant), Sessions(server) as sessions:
        sessions.apply(*platform_steps(superuser=server.superuser))
        ensure_record(sessions, wanted)
        moved = Mover(server, wanted, console.print, wait_s=wait_s).run()
    if moved:
        console.print(f"{wanted.tenant}: its data is in model {wanted.model}; each table was the same on both sides")
    return moved


def migrate(catalogue: Catalogue, tenant: str, console: Console, wait_s: float) -> None:
    """Move a tenant's data to where the catalogue wants it."""
    plan, server = _place(catalogue, tenant)
    if not move_data(server, database_of(plan), console, wait_s):
        console.print(f"{tenant}: its data is where the catalogue wants it; nothing to do")
        return
    environment = catalogue.environment
    console.print(
        f"next: `python -m fleet up {environment}`, which tells its services; the former home is closed and kept until "
        f"`python -m fleet migrate-data {environment} {tenant} --drop-old`, and `--back` goes back to it"
    )


def plan_move(catalogue: Catalogue, tenant: str, console: Console) -> None:
    """Print what `migrate` would do; changes nothing."""
    plan, server = _place(catalogue, tenant)
    wanted = database_of(plan)
    lines = Mover(server, wanted, console.print).plan()
    for line in lines or ["its data is where the catalogue wants it; nothing to do"]:
        console.print(f"{tenant}: {line}")


def go_back(catalogue: Catalogue, tenant: str, console: Console, wait_s: float) -> None:
    """Give up a move that has not switched, or move the data back to the model before the last move."""
    plan, server = _place(catalogue, tenant)
    wanted, record = database_of(plan), _record(server, tenant)
    with _told(console, tenant):
        if record.moving_to is not None and record.step != "switched":
            Mover(server, wanted, console.print).give_up()
            console.print(f"{tenant}: its data stays in model {record.model}, open for writes")
            model = record.model
        elif record.former is None:
            raise FleetError(f"the data of tenant {tenant!r} was never moved, so there is no way back")
        else:
            model = record.former
            Mover(server, replace(wanted, model=model), console.print, wait_s=wait_s).run()
            console.print(f"{tenant}: its data is back in model {model}, with what was written since")
    if model != wanted.model:
        console.print(
            f"next: write `data_isolation: {model}` in tenants/{tenant}.yaml: the catalogue still wants {wanted.model}"
        )


def drop_old(catalogue: Catalogue, tenant: str, confirmed: str | None, console: Console) -> None:
    """Drop a tenant's former homes, once the person has typed its id."""
    _, server = _place(catalogue, tenant)
    record = _record(server, tenant)
    former = [copy for copy in record.copies if copy.state == "former"]
    if not former:
        console.print(f"{tenant}: has no former home; nothing to do")
        return
    for copy in former:
        console.print(f"  {copy.place}: {copy.rows or 0:,} rows, left at {copy.at:%Y-%m-%d %H:%M}")
    _confirm(tenant, confirmed, f"these former homes of {tenant!r}; its data is in model {record.model}")
    with _told(console, tenant):
        for line in drop_former(server, tenant):
            console.print(f"dropped {line}")


def show(catalogue: Catalogue, console: Console) -> None:
    """Print where the data of every tenant is."""
    for cluster, server in _servers(catalogue):
        with console.status("counting rows"):
            lines = lines_of(server)
        print_lines(console, lines, cluster.name, catalogue.environment)


def drop_left(catalogue: Catalogue, tenant: str, confirmed: str | None, console: Console) -> None:
    """Drop everything of a tenant that was off-boarded, once the person has typed its id."""
    _, server, record = _left(catalogue, tenant)
    approval = record.approval or {}
    console.print(
        f"{tenant}: left at {record.orphaned_at:%Y-%m-%d %H:%M}, approved by {approval.get('approved_by', 'nobody')}, "
        f"final snapshot {approval.get('final_snapshot', 'none')}"
    )
    _confirm(tenant, confirmed, f"all data, former homes and roles of {tenant!r}, for good")
    with _told(console, tenant):
        for line in drop_orphan(server, tenant):
            console.print(f"dropped {line}")


def give_back(catalogue: Catalogue, tenant: str, console: Console) -> None:
    """Let a tenant that was off-boarded, and is to return, have its data again."""
    _, server, _ = _left(catalogue, tenant)
    with Sessions(server) as sessions, only_one(sessions.to(PLATFORM_DATABASE, "lock"), tenant):
        sessions.apply(reclaimed(tenant))
    console.print(f"{tenant}: has its data again once `python -m fleet up {catalogue.environment}` has its file")


def _place(catalogue: Catalogue, tenant: str) -> tuple[TenantPlan, DatabaseServer]:
    """A tenant's plan and its server. Raises FleetError where one is missing."""
    plan = next((each for each in plan_tenants(catalogue) if each.tenant.id == tenant), None)
    if plan is None:
        raise FleetError(f"tenant {tenant!r} is not in the catalogue of {catalogue.environment!r}")
    return plan, _running(catalogue, plan.cluster, plan)


def _servers(catalogue: Catalogue) -> Iterator[tuple[Cluster, DatabaseServer]]:
    clusters = [each for each in catalogue.topology.clusters if each.has_databases]
    if not clusters:
        raise FleetError(f"no cluster of {catalogue.environment!r} has databases")
    for cluster in clusters:
        yield cluster, _running(catalogue, cluster)
        for plan in plan_tenants(catalogue, cluster.name):
            if owner_of(cluster, plan) != cluster.name:
                yield cluster, _running(catalogue, cluster, plan)


def _running(catalogue: Catalogue, cluster: Cluster, plan: TenantPlan | None = None) -> DatabaseServer:
    if not cluster.has_databases:
        raise FleetError(f"cluster {cluster.name!r} has no databases")
    if not cluster.has_reachable_databases:
        raise FleetError(
            f"the databases of cluster {cluster.name!r} are on {cluster.databases}, which this command does not reach: "
            "only a server that localcloud runs, and Aurora"
        )
    if (server := server_of(catalogue, cluster, plan)) is None:
        raise FleetError(why_not(cluster))
    return server


def _record(server: DatabaseServer, tenant: str) -> Record:
    if (record := read_records(server).get(tenant)) is None:
        raise FleetError(f"nothing is recorded of tenant {tenant!r}; `fleet up` makes its database")
    return record


def _left(catalogue: Catalogue, tenant: str) -> tuple[Cluster, DatabaseServer, Record]:
    for cluster, server in _servers(catalogue):
        record = read_records(server).get(tenant)
        if record is not None and record.orphaned_at is not None:
            return cluster, server, record
        if record is not None:
            raise FleetError(
                f"tenant {tenant!r} has not been off-boarded; first apply `lifecycle: offboarding` with an approval, "
                "then remove its file and apply again"
            )
    raise FleetError(f"no server of {catalogue.environment!r} has data of a tenant {tenant!r}")


def _confirm(tenant: str, confirmed: str | None, what: str) -> None:
    """Has the person type the tenant's id. Raises FleetError when it is another one, or nobody is there to type it."""
    if confirmed is None:
        if not sys.stdin.isatty():
            raise FleetError(f"this drops {what}; say so with --confirm {tenant}; nothing was dropped")
        confirmed = typer.prompt(f"This drops {what}. Type the tenant's id to go on")
    if confirmed != tenant:
        raise FleetError(f"{confirmed!r} is not {tenant!r}; nothing was dropped")


@contextmanager
def _told(console: Console, tenant: str) -> Iterator[None]:
    """Shows that something goes on; says what a stop by Ctrl-C leaves."""
    try:
        with console.status(f"at the data of {tenant}"):
            yield
    except KeyboardInterrupt:
        raise FleetError(
            f"stopped; nothing is lost. The writes of {tenant!r} may still be refused: run the same command again to "
            "go on, or `migrate-data` with --back to give a move up"
        ) from None
