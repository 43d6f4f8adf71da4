"""Run the SQL of settings/database on a local server, as its superuser."""

from collections.abc import Iterable

import psycopg

from localcloud.controlplane.postgres.server import DatabaseServer
from localcloud.errors import LocalcloudError
from settings.database import Step


def connect(
    server: DatabaseServer, database: str, user: str | None = None, password: str | None = None
) -> psycopg.Connection:
    """A session on the server: TLS, its certificate verified. user: the superuser unless one is named."""
    return psycopg.connect(
        host=server.host,
        port=server.port,
        dbname=database,
        user=user or server.user,
        password=password or server.password,
        sslmode="verify-full",
        sslrootcert=str(server.authority),
        connect_timeout=10,
        autocommit=True,
    )


def apply_steps(server: DatabaseServer, steps: Iterable[Step]) -> None:
    """Run steps in order, one session for each run of steps on the same database.

    Raises LocalcloudError with the step's title and the server's words; what came before stays, and the whole may be
    run again.
    """
    session: psycopg.Connection | None = None
    try:
        for step in steps:
            if session is None or session.info.dbname != step.database:
                if session is not None:
                    session.close()
                session = connect(server, step.database)
                session.execute("SET client_min_messages = warning")
            _run(session, step)
    finally:
        if session is not None:
            session.close()


def _run(session: psycopg.Connection, step: Step) -> None:
    try:
        if step.unless is not None:
            if session.execute(step.unless).fetchone() is None:
                session.execute(step.statements[0])
            return
        with session.transaction():
            # One message for all: the server runs them in one go, and a step costs one round trip.
            session.execute(";\n".join(step.transaction))
    except psycopg.Error as error:
        raise LocalcloudError(f"database: {step.title}: {error}") from error
