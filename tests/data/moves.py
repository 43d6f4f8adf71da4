"""What tests of moves share: a tenant with rows, what it has, and a move that is stopped."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from fleet.data import Mover
from localcloud.controlplane.postgres.sql import Sessions, connect
from settings.database import Model, TenantDatabase
from tests.data.conftest import Tenancy

Rows = dict[str, list[tuple[object, ...]]]
BOUNDARIES = ("begun", "prepared", "frozen", "copied", "copying", "verified", "switched", "opened", "ended")


class Killed(BaseException):
    """Stands for the end of the process: nothing that handles errors sees it."""


def fill(tenancy: Tenancy, tenant: TenantDatabase, bodies: Sequence[str] = ("hello", "wörld 🚀", "")) -> None:
    """Write two sessions, the first with these interactions, as the tenant."""
    first = uuid.uuid4()
    for place in tenant.places:
        with connect(tenancy.server, place.database, tenant.current_login, tenancy.passwords[tenant.tenant]) as session:
            if place.table.name == "session":
                insert = "INSERT INTO session (id, repository, commit_sha, started_at) VALUES (%s, %s, %s, %s)"
                session.execute(insert, (first, f"of {tenant.tenant}", None, "2024-02-29 23:59:59.123456+14"))
                session.execute(insert, (uuid.uuid4(), "second", "", "infinity"))
            else:
                for ordinal, body in enumerate(bodies):
                    insert = "INSERT INTO interaction (session_id, ordinal, speaker, body) VALUES (%s, %s, 'user', %s)"
                    session.execute(insert, (first, ordinal, body))


def rows_of(tenancy: Tenancy, tenant: TenantDatabase) -> Rows:
    """All the rows of a tenant in its home, by table, sorted, as the platform sees them."""
    with Sessions(tenancy.server) as sessions:
        return rows_in(sessions, tenant)


def rows_in(sessions: Sessions, tenant: TenantDatabase) -> Rows:
    """As rows_of, by sessions that are open."""
    made: Rows = {}
    for place in tenant.places:
        columns = ", ".join(f"{name}::text" for name in place.table.column_names)
        mine = "WHERE tenant_id = %s" if place.kind == "shared" else "WHERE %s <> ''"
        query = f"SELECT {columns} FROM {place.named} {mine} ORDER BY {columns}"  # noqa: S608
        made[place.table.name] = sessions.to(place.database).execute(query, (tenant.tenant,)).fetchall()
    return made


def mover(
    tenancy: Tenancy, tenant: TenantDatabase, model: Model, reached: Callable[[str], None] = lambda _: None
) -> tuple[Mover, list[str]]:
    """A mover to a model, and the lines that it says."""
    said: list[str] = []
    return Mover(tenancy.server, replace(tenant, model=model), said.append, wait_s=5, reached=reached), said


def stopping_at(boundary: str) -> Callable[[str], None]:
    """Ends a move where it is told this boundary."""

    def reached(step: str) -> None:
        if step == boundary:
            raise Killed(step)

    return reached
