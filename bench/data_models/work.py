"""The work that is timed: what an agent-session service does in its database."""

import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import psycopg

from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import apply_steps, connect
from settings.database import (
    CONTENT,
    METADATA,
    Model,
    SessionLimits,
    TenantDatabase,
    login_steps,
    platform_steps,
    scram_verifier,
    tenant_steps,
)

MODELS: Final[tuple[Model, ...]] = ("database", "schema", "shared")
PLAIN: Final = "plain"
_PASSWORD = "bench"  # noqa: S105  of a server that ends with the measurement
_INTERACTIONS = 5

Sessions = Sequence[psycopg.Connection]


def prepared(server: DatabaseServer, tenants: int) -> dict[str, Sessions]:
    """A session for each tenant in each model, and as many in one plain database without tenants, roles or policies."""
    apply_steps(server, platform_steps())
    made: dict[str, Sessions] = {PLAIN: _plain(server, tenants)}
    for model in MODELS:
        made[model] = [_session(server, f"{model}-{index}", model) for index in range(tenants)]
    return made


def work(sessions: Sessions, rounds: int) -> None:
    """Each tenant in turn opens a session, writes what is said in it, reads it back and closes it."""
    for _ in range(rounds):
        for session in sessions:
            key = uuid.uuid4()
            with session.transaction():
                session.execute("INSERT INTO session (id, repository) VALUES (%s, 'bench')", (key,))
                for ordinal in range(_INTERACTIONS):
                    session.execute(
                        "INSERT INTO interaction (session_id, ordinal, speaker, body) VALUES (%s, %s, 'user', %s)",
                        (key, ordinal, "x" * 500),
                    )
            said = "SELECT ordinal, body FROM interaction WHERE session_id = %s ORDER BY ordinal"
            assert len(session.execute(said, (key,)).fetchall()) == _INTERACTIONS
            session.execute("SELECT id FROM session WHERE id = %s", (key,)).fetchall()
            session.execute("UPDATE session SET status = 'closed' WHERE id = %s", (key,))


def analyze(server: DatabaseServer) -> None:
    """Bring the planner's statistics up to date in every database, as autovacuum does in time."""
    with connect(server, "postgres") as admin:
        databases = admin.execute("SELECT datname FROM pg_database WHERE datallowconn").fetchall()
    for (database,) in databases:
        with connect(server, str(database)) as admin:
            admin.execute("VACUUM (ANALYZE)")


def processor_seconds(sessions: Sessions) -> float:
    """What this process and the server's processes of these sessions have had of the processor so far."""
    spent = [Path(f"/proc/{session.info.backend_pid}/schedstat").read_text().split()[0] for session in sessions]
    return time.process_time() + sum(map(int, spent)) / 1e9


def overheads(seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Per cent by model: the median of its times, each divided by that of the plain database in the same turn."""
    made: dict[str, float] = {}
    for model in MODELS:
        ratios = sorted(mine / plain for mine, plain in zip(seconds[model], seconds[PLAIN], strict=True))
        middle = len(ratios) // 2
        median = ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2
        made[model] = round((median - 1) * 100, 1)
    return made


def _plain(server: DatabaseServer, tenants: int) -> Sessions:
    with connect(server, "postgres") as admin:
        admin.execute("CREATE DATABASE plain TEMPLATE template0")
    with connect(server, PLAIN) as admin:
        beside = frozenset(table.name for table in (*METADATA, *CONTENT))
        for table in (*METADATA, *CONTENT):
            admin.execute(table.definition("public", beside=beside, shared=False))
    return [connect(server, PLAIN) for _ in range(tenants)]


def _session(server: DatabaseServer, tenant: str, model: Model) -> psycopg.Connection:
    wanted = TenantDatabase(tenant=f"bench-{tenant}", model=model, limits=SessionLimits(connections=5))
    verifier = scram_verifier(wanted.current_login, _PASSWORD)
    apply_steps(server, (*tenant_steps(wanted), *login_steps(wanted, verifier)))
    return connect(server, wanted.homes[0].database, wanted.current_login, _PASSWORD)
