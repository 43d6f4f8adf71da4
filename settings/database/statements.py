"""A piece of SQL, and what it may be made of: quoted names, quoted texts, and steps that run whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

IDENTIFIER_BYTES: Final = 63
"""PostgreSQL cuts longer names without an error (NAMEDATALEN - 1), and two tenants' could become one."""

MAINTENANCE: Final = "postgres"
"""The database that every server has, where roles and databases are made."""

_LOCK: Final = 7_415_003
"""Advisory lock under which our steps run one after another: changing a role's grants twice at once fails in
PostgreSQL ("tuple concurrently updated")."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Statements for one database. They may be run any number of times.

    database: to be connected to, by a superuser.
    title: what it does, for progress and errors.
    statements: run in one transaction, under a lock that keeps two runs apart.
    unless: a query; where it is given and finds a row, the step is already done. Only then may the one statement be
    one that PostgreSQL runs in no transaction (CREATE DATABASE).
    """

    database: str
    title: str
    statements: tuple[str, ...]
    unless: str | None = None

    def __post_init__(self) -> None:
        if self.unless is not None and len(self.statements) != 1:
            raise ValueError(f"{self.title}: a step outside a transaction is one statement")

    @property
    def transaction(self) -> tuple[str, ...]:
        """The statements between BEGIN and COMMIT, the lock first.

        lock_timeout: a step that has to wait for a tenant's transaction makes everybody wait who comes after it, so it
        gives up instead and is run again.
        """
        return (
            f"SELECT pg_catalog.pg_advisory_xact_lock({_LOCK})",
            "SET LOCAL lock_timeout = '5s'",
            *self.statements,
        )


def identifier(name: str) -> str:
    """A name, quoted. Raises ValueError when PostgreSQL would cut or refuse it."""
    if not name or "\0" in name or len(name.encode()) > IDENTIFIER_BYTES:
        raise ValueError(f"{name!r} cannot name anything in PostgreSQL: 1 to {IDENTIFIER_BYTES} bytes, no NUL")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, quoted so that standard_conforming_strings does not matter. Raises ValueError for one with a NUL."""
    if "\0" in text:
        raise ValueError("a text with a NUL cannot be stored in PostgreSQL")
    quoted = text.replace("'", "''")
    return "E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in text else f"'{quoted}'"


def unless_exists(query: str, statement: str) -> str:
    """A statement that is run only when the query finds nothing: for the CREATEs that have no IF NOT EXISTS."""
    return f"DO $tenantplane$ BEGIN IF NOT EXISTS ({query}) THEN {statement}; END IF; END $tenantplane$"


def if_exists(query: str, statement: str) -> str:
    """A statement that is run only when the query finds something: for what says a warning when there is nothing."""
    return f"DO $tenantplane$ BEGIN IF EXISTS ({query}) THEN {statement}; END IF; END $tenantplane$"


def owned_by(table: str, owner: str) -> str:
    """Give a table to its owner, unless it has it: ALTER TABLE waits for every open transaction on the table."""
    owned = f"relowner = {literal(identifier(owner))}::pg_catalog.regrole"
    return unless_exists(
        f"SELECT FROM pg_catalog.pg_class WHERE oid = {literal(table)}::pg_catalog.regclass AND {owned}",
        f"ALTER TABLE {table} OWNER TO {identifier(owner)}",
    )


def as_psql(steps: Iterable[Step]) -> str:
    """Steps as a script for `psql`, which stops at the first error: what the Job in a cluster runs (F3)."""
    lines = ["\\set ON_ERROR_STOP on", "\\set QUIET on", "SET client_min_messages = warning;"]
    database = None
    for step in steps:
        if step.database != database:
            lines.append(f"\\connect {identifier(step.database)}")
            lines.append("SET client_min_messages = warning;")
            database = step.database
        lines.append(f"\\echo {literal_for_echo(step.title)}")
        if step.unless is not None:
            lines.append(f"SELECT {literal(step.statements[0])} WHERE NOT EXISTS ({step.unless}) \\gexec")
        else:
            # The lock's answer goes nowhere: a script that prints nothing but its titles is one that people read.
            lock, *rest = step.transaction
            lines += ["BEGIN;", f"{lock} \\g /dev/null", *(f"{statement};" for statement in rest), "COMMIT;"]
    return "\n".join(lines) + "\n"


def literal_for_echo(text: str) -> str:
    """A text as an argument of psql's backslash commands, on one line."""
    return "'" + " ".join(text.split()).replace("\\", "\\\\").replace("'", "''") + "'"
