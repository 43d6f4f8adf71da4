"""The record of where tenants' data is, as the database has it (settings/database/record.py)."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from fleet.errors import FleetError
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import connect
from settings.database import MAINTENANCE, PLATFORM_DATABASE, TABLES, Kind, Model, Place, place_of
from settings.database.record import HAS_RECORD, CopyState, MoveStep, copies_query, records_query

_LOCKS: Final = 7_415_004
"""Seed of the numbers of tenants' advisory locks in the platform's database."""
_WAIT_S: Final = 3.0
"""The server notices within a second that a killed process is gone."""
_POLL_S: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A place that holds, or is to hold, rows of a tenant and is not its home. rows, checksum: when it was left; None
    for one that is not whole."""

    place: Place
    state: CopyState
    rows: int | None
    checksum: str | None
    copied: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Record:
    """Where a tenant's data is. moving_to, step: of the move that is under way. former: the model before the last move.
    orphaned_at: since when the catalogue does not have the tenant. approval: of its off-boarding."""

    tenant: str
    model: Model
    former: Model | None
    moving_to: Model | None
    step: MoveStep | None
    since: datetime
    orphaned_at: datetime | None
    approval: Mapping[str, Any] | None
    copies: tuple[Copy, ...] = ()


def read_records(server: DatabaseServer) -> dict[str, Record]:
    """The record of every tenant of a server, by id; none of a server that keeps no record yet."""
    with connect(server, MAINTENANCE) as session:
        made = session.execute("SELECT FROM pg_catalog.pg_database WHERE datname = %s", (PLATFORM_DATABASE,))
        if made.fetchone() is None:
            return {}
    with connect(server, PLATFORM_DATABASE) as session:
        return records_in(session)


def records_in(session: psycopg.Connection, tenant: str | None = None) -> dict[str, Record]:
    """The record of every tenant, or of one, by id. session: of the platform's database."""
    if session.execute(HAS_RECORD).fetchone() != (True,):
        return {}
    copies: dict[str, list[Copy]] = {}
    tables = {table.name: table for table in TABLES}
    for whose, kind, table, state, rows, checksum, copied, at in session.execute(copies_query(tenant)).fetchall():
        place = place_of(whose, _kind(kind), tables[table])
        made = Copy(place=place, state=state, rows=rows, checksum=checksum, copied=copied, at=at)
        copies.setdefault(whose, []).append(made)
    return {
        whose: Record(
            tenant=whose,
            model=model,
            former=former,
            moving_to=moving_to,
            step=step,
            since=since,
            orphaned_at=orphaned_at,
            approval=approval,
            copies=tuple(copies.get(whose, ())),
        )
        for whose, model, former, moving_to, step, since, orphaned_at, approval in session.execute(
            records_query(tenant)
        ).fetchall()
    }


@contextmanager
def only_one(session: psycopg.Connection, tenant: str) -> Iterator[None]:
    """Keeps everybody else from changing where a tenant's data is. It ends with the session, so that a killed process
    leaves no lock. Raises FleetError when somebody else is at it.

    session: of the platform's database.
    """
    number = "pg_catalog.hashtextextended(%s, %s)"
    deadline = time.monotonic() + _WAIT_S
    while session.execute(f"SELECT pg_catalog.pg_try_advisory_lock({number})", (tenant, _LOCKS)).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise FleetError(
                f"another process is at the data of tenant {tenant!r} right now; wait for it to end, then run this "
                "again"
            )
        time.sleep(_POLL_S)
    try:
        yield
    finally:
        if not session.closed:
            session.execute(f"SELECT pg_catalog.pg_advisory_unlock({number})", (tenant, _LOCKS))


def _kind(text: str) -> Kind:
    return text  # type: ignore[return-value]  # the table's own check
