"""Copying one table of a tenant, and comparing two."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from fleet.errors import FleetError
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import MAINTENANCE, Model, Place, TenantDatabase, identifier, places_of
from settings.database.moving import (
    Moved,
    busy,
    copy_in,
    copy_out,
    count,
    dangling,
    emptying,
    exists,
    keys,
    measure,
    staging,
    unstaged,
)

Say = Callable[[str], None]

_TOLD_EVERY_S: Final = 2.0
_ROWS_A_TURN: Final = 1000
_POLL_S: Final = 0.05


def copy_table(sessions: Sessions, move: Moved, say: Say, reached: Callable[[str], None]) -> int:
    """Copy a table's rows to its target in one transaction there, which empties it first; the number of rows.

    Nobody writes on either side meanwhile. say: is told every two seconds how far it is.
    """
    source, target = sessions.to(move.source.database, "reader"), sessions.to(move.target.database)
    (rows,) = source.execute(count(move.source)).fetchone() or (0,)
    say(f"{move.source.tenant}: copying {rows:,} rows of {move.source} to {move.target}")
    copied, told = 0, time.monotonic()
    with target.transaction():
        for statement in emptying(move.target):
            target.execute(statement)
        with source.cursor().copy(copy_out(move)) as reading, rows_into(sessions, target, move) as writing:
            for line in reading:
                writing.write(line)
                copied += 1
                if copied % _ROWS_A_TURN == 0:
                    reached("copying")
                    if time.monotonic() - told > _TOLD_EVERY_S:
                        told = time.monotonic()
                        say(f"{move.source.tenant}: {move.table.name}: {copied:,} of {rows:,} rows")
        reached("copying")
    target.execute(f"ANALYZE {move.target.named}")
    return copied


@contextmanager
def rows_into(sessions: Sessions, target: psycopg.Connection, move: Moved) -> Iterator[psycopg.Copy]:
    """Takes the rows of a table that moves, in the transaction that is open on `target`."""
    staged = move.target.kind == "shared" and not sessions.superuser
    if staged:
        target.execute(staging(move))
    with target.cursor().copy(copy_in(move, staged=staged)) as writing:
        yield writing
    if staged:
        target.execute(unstaged(move))


def measured(sessions: Sessions, place: Place) -> tuple[int, str]:
    """Number and checksum of a tenant's rows in a place that is there."""
    rows, checksum = sessions.to(place.database).execute(measure(place)).fetchone() or (0, "")
    return int(rows), str(checksum)


def counted(sessions: Sessions, place: Place) -> int | None:
    """Number of a tenant's rows in a place; None of one that is not there."""
    made = "SELECT FROM pg_catalog.pg_database WHERE datname = %s AND datallowconn"
    if sessions.to(MAINTENANCE).execute(made, (place.database,)).fetchone() is None:
        return None
    session = sessions.to(place.database)
    if session.execute(exists(place)).fetchone() != (True,):
        return None
    (rows,) = session.execute(count(place)).fetchone() or (0,)
    return int(rows)


def wait_for_writers(session: psycopg.Connection, tenant: str, wait_s: float, say: Say) -> int:
    """Wait until nobody of a tenant's is in the middle of a write that began before now; whoever still is after
    `wait_s` has his session ended, which rolls his transaction back and tells him so. How many were ended.

    Call it once writes are refused: whoever begins later is refused, and whoever began earlier is waited for.
    """
    (now,) = session.execute("SELECT pg_catalog.clock_timestamp()").fetchone() or (None,)
    deadline, told, ended = time.monotonic() + wait_s, time.monotonic(), 0
    while pids := [pid for (pid,) in session.execute(busy(tenant), (now,)).fetchall()]:
        if time.monotonic() > deadline:
            for pid in pids:
                session.execute("SELECT pg_catalog.pg_terminate_backend(%s)", (pid,))
            ended, deadline = ended + len(pids), time.monotonic() + wait_s
        elif time.monotonic() - told > _TOLD_EVERY_S:
            told = time.monotonic()
            say(f"{tenant}: waiting for {len(pids)} of its sessions to end a write")
        time.sleep(_POLL_S)
    return ended


def refuse_dangling(sessions: Sessions, former: Model, wanted: TenantDatabase) -> None:
    """Raises FleetError when rows refer to a row that is nowhere, and the wanted model has a reference that they would
    break. Only a model that keeps the two tables in two places lets such rows come to be."""
    now = {place.table.name: place for place in places_of(wanted.tenant, former)}
    then = {place.table.name: place.kind for place in wanted.places}
    for place in now.values():
        if place.table.refers is None:
            continue
        columns, other = place.table.refers
        apart = now[other].kind != place.kind
        if not apart or then[other] != then[place.table.name]:
            continue
        key = " AND ".join(columns)
        parents, children = sessions.to(now[other].database, "reader"), sessions.to(place.database)
        with children.transaction(force_rollback=True):
            # As it is before the other side is read: what it refers to was there by then.
            children.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            children.execute(count(place))
            children.execute("CREATE TEMPORARY TABLE known (key uuid PRIMARY KEY)")
            with (
                parents.cursor().copy(keys(now[other], now[other].table.key)) as reading,
                children.cursor().copy("COPY known (key) FROM STDIN") as writing,
            ):
                for line in reading:
                    writing.write(line)
            rows, example = children.execute(dangling(place, identifier("known"))).fetchone() or (0, None)
        if rows:
            raise FleetError(
                f"{rows:,} rows of {place} have a {key} that {now[other]} does not have (one of them: {example}), and "
                f"model {wanted.model!r} keeps no such rows: delete them or put back what they refer to, then run this "
                "again"
            )
