"""Run the SQL of settings/database on a local server, as its superuser."""

from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

import psycopg

from localcloud.controlplane.postgres.server import DatabaseServer
from localcloud.errors import LocalcloudError
from settings.database import Step

_KEPT: Final = 8
"""Sessions without a use that are kept open."""


def connect(
    server: DatabaseServer, database: str, user: str | None = None, password: str | None = None, timeout_s: int = 10
) -> psycopg.Connection:
    """A session on the server: TLS, its certificate verified. user: the superuser unless one is named. timeout_s: for
    the connection alone, with each of the host's addresses."""
    return psycopg.connect(
        host=server.host,
        port=server.port,
        dbname=database,
        user=user or server.user,
        password=password or server.password,
        sslmode="verify-full",
        sslrootcert=str(server.authority),
        connect_timeout=timeout_s,
        autocommit=True,
    )


class Sessions:
    """Sessions of the superuser, or of a managed service's master, opened when first asked for and kept. Use as a
    context.

    settings: statements that each of them begins with.
    """

    def __init__(self, server: DatabaseServer, settings: Iterable[str] = ()) -> None:
        self._server = server
        self._settings = ("SET client_min_messages = warning", *settings)
        self._open: dict[tuple[str, str], psycopg.Connection] = {}

    @property
    def superuser(self) -> bool:
        """Whether they are a superuser's; the SQL of a managed service is another one (settings.database)."""
        return self._server.superuser

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for database in {database for database, _ in self._open}:
            self.leave(database)

    def to(self, database: str, use: str = "") -> psycopg.Connection:
        """The session on a database; a new one when the last has ended. Raises psycopg.OperationalError when the
        database is not there.

        use: what for, where one session does not do: a session is in one COPY at a time. Of sessions without one the
        least used is ended when there are many, for a server with a database for each tenant has more databases than
        it takes connections.
        """
        session = self._open.pop((database, use), None)
        if session is None or session.closed:
            plain = [key for key in self._open if not key[1]]
            for key in plain[: max(0, len(plain) + 1 - _KEPT)]:
                self._open.pop(key).close()
            session = connect(self._server, database)
            session.execute("; ".join(self._settings))
        self._open[database, use] = session  # the last used comes last
        return session

    def leave(self, database: str) -> None:
        """End the sessions on a database: only then can it be dropped."""
        for key in [key for key in self._open if key[0] == database]:
            self._open.pop(key).close()

    def apply(self, *steps: Step) -> None:
        """Run steps in order.

        Raises LocalcloudError with the step's title and the server's words; what came before stays, and the whole may
        be run again.
        """
        for step in steps:
            _run(self.to(step.database), step)


def apply_steps(server: DatabaseServer, steps: Iterable[Step]) -> None:
    """Run steps in order, as Sessions.apply does."""
    with Sessions(server) as sessions:
        sessions.apply(*steps)


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
