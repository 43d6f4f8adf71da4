"""The work that is timed: what an agent-session service does in its database."""

import statistics
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg

from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import apply_steps, connect
from settings.database import (
    TABLES,
    Model,
    SessionLimits,
    TenantDatabase,
    literal,
    login_steps,
    platform_steps,
    scram_verifier,
    tenant_steps,
)

MODELS: Final[tuple[Model, ...]] = ("database", "schema", "shared")
PLAIN: Final = "plain"
_PASSWORD = "bench"  # noqa: S105  of a server that ends with the measurement
_INTERACTIONS = 5
_LIMITS: Final = SessionLimits(connections=5)

Sessions = Sequence[psycopg.Connection]


def prepared(server: DatabaseServer, tenants: int) -> dict[str, Sessions]:
    """A session for each tenant in each model, and as many in one plain database without tenants, schemas or policies:
    there one ordinary role has all rows, within the same limits of a session."""
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


def server_seconds(sessions: Sessions) -> float:
    """What the server's processes of these sessions have had of the processor so far."""
    spent = [Path(f"/proc/{session.info.backend_pid}/schedstat").read_text().split()[0] for session in sessions]
    return sum(map(int, spent)) / 1e9


def quartiles(mine: Sequence[float], plain: Sequence[float]) -> tuple[float, float, float]:
    """Overhead in per cent: the quartiles of the turns' own overheads, each against the plain database of the same
    turn. The middle one is the figure; the other two say how far turns differ."""
    ratios = [(each / other - 1) * 100 for each, other in zip(mine, plain, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return round(low, 1), round(middle, 1), round(high, 1)


def _plain(server: DatabaseServer, tenants: int) -> Sessions:
    role = "bench_plain"
    with connect(server, "postgres") as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD {literal(scram_verifier(role, _PASSWORD))}")
        for name, value in _LIMITS.settings.items():
            admin.execute(f"ALTER ROLE {role} SET {name} = {literal(value)}")
        admin.execute("CREATE DATABASE plain TEMPLATE template0")
    with connect(server, PLAIN) as admin:
        beside = frozenset(table.name for table in TABLES)
        for table in TABLES:
            admin.execute(table.definition("public", beside=beside, shared=False))
            admin.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table.name} TO {role}")
    return [connect(server, PLAIN, role, _PASSWORD) for _ in range(tenants)]


def _session(server: DatabaseServer, tenant: str, model: Model) -> psycopg.Connection:
    wanted = TenantDatabase(tenant=f"bench-{tenant}", model=model, limits=_LIMITS)
    verifier = scram_verifier(wanted.current_login, _PASSWORD)
    apply_steps(server, (*tenant_steps(wanted), *login_steps(wanted, verifier)))
    return connect(server, wanted.homes[0].database, wanted.current_login, _PASSWORD)
