"""The table of where all tenants' data is: homes, copies, what was left behind, and what nobody knows."""

from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from fleet.data.copying import counted
from fleet.data.records import Record, read_records
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import Sessions
from settings import names
from settings.database import MAINTENANCE, PLATFORM_DATABASE, Place, places_of

UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A place with data. state: home, moving (a copy being made), former, orphaned, or unknown to the record. rows:
    counted now; None where nothing is there, or where it was not counted."""

    tenant: str
    model: str
    state: str
    where: str
    rows: int | None
    since: datetime | None


def lines_of(server: DatabaseServer) -> list[Line]:
    """Every place with data of tenants on a server, by tenant. Counts rows: each table is read once for each tenant."""
    records = read_records(server)
    made: list[Line] = []
    with Sessions(server) as sessions:
        for record in records.values():
            made += [_line(sessions, record, place) for place in places_of(record.tenant, record.model)]
            for copy in record.copies:
                state = "moving" if copy.state == "target" else "former"
                made.append(_line(sessions, record, copy.place, state, copy.at))
        made += _unknown(sessions, {names.sql_name(tenant) for tenant in records})
    return made


def print_lines(console: Console, lines: list[Line], cluster: str, environment: str) -> None:
    """Print them, and what can be done about what is left over."""
    table = Table(box=None, padding=(0, 2), header_style="bold", title=f"PostgreSQL of cluster {cluster}")
    for heading in ("tenant", "model", "state", "where", "rows", "since"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "rows" else "left")
    for line in lines:
        rows = "-" if line.rows is None else f"{line.rows:,}"
        since = f"{line.since:%Y-%m-%d %H:%M}" if line.since else ""
        table.add_row(line.tenant, line.model, line.state, line.where, rows, since)
    console.print(table)
    for state, help_text in (
        ("moving", f"a move that was stopped goes on with: python -m fleet migrate-data {environment} TENANT"),
        ("former", f"drop former homes with: python -m fleet migrate-data {environment} TENANT --drop-old"),
        ("orphaned", f"drop the data of who has left with: python -m fleet data {environment} --drop TENANT"),
        (UNKNOWN, "what is unknown was made by hand or before there was a record: look at it; nothing here touches it"),
    ):
        if found := dict.fromkeys(line.tenant for line in lines if line.state == state):
            console.print(f"{state}: {', '.join(found)}; {help_text}")


def _line(sessions: Sessions, record: Record, place: Place, state: str = "home", since: datetime | None = None) -> Line:
    if record.orphaned_at is not None:
        state, since = "orphaned", record.orphaned_at
    return Line(
        tenant=record.tenant,
        model=record.model,
        state=state,
        where=str(place),
        rows=counted(sessions, place),
        since=since or record.since,
    )


def _unknown(sessions: Sessions, known: set[str]) -> list[Line]:
    """Databases and schemas with a tenant's name of which nothing is recorded."""
    databases = "SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE 'tenant\\_%' ORDER BY 1"
    found = [(name, f"database {name}") for (name,) in sessions.to(MAINTENANCE).execute(databases).fetchall()]
    made = sessions.to(MAINTENANCE).execute(
        "SELECT FROM pg_catalog.pg_database WHERE datname = %s", (PLATFORM_DATABASE,)
    )
    if made.fetchone() is not None:
        schemas = "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname LIKE 'tenant\\_%' ORDER BY 1"
        rows = sessions.to(PLATFORM_DATABASE).execute(schemas).fetchall()
        found += [(name, f"schema {name} of {PLATFORM_DATABASE}") for (name,) in rows]
    return [
        Line(tenant=name.removeprefix("tenant_"), model="", state=UNKNOWN, where=where, rows=None, since=None)
        for name, where in found
        if name not in known
    ]
