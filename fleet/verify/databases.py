"""Real connections to the database server as each tenant: to its own, then to what is somebody else's (F1, F3).

Only where the operator has the credentials: a server that localcloud runs, and Aurora. Nothing is written; no row of
anybody is read but to see that there is none.
"""

import base64
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import psycopg

from components.data.tenant_database import SECRET_NAME
from fleet.verify.api import Api, UnansweredError
from fleet.verify.finding import FAILED, HELD, UNKNOWN, WORDS, Finding, State
from fleet.verify.place import Place
from fleet.verify.request import at
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import connect
from settings import TenantPlan
from settings.database import MAINTENANCE, PLATFORM_DATABASE, database_of
from settings.database.models import Home

ISOLATION, CREDENTIAL = "TP-F1-01", "TP-F1-02"
DENIED: Final = "permission denied"
QUESTIONS: Final = {
    "database-own": (CREDENTIAL, "its own database, with its own credential"),
    "database-strangers": (ISOLATION, "databases that are not its own"),
    "database-rows": (ISOLATION, "rows of others in shared tables"),
    "database-roles": (ISOLATION, "to be another tenant's role"),
    "database-login": (CREDENTIAL, "another tenant's login with its own credential"),
}
WIDE: Final = {
    "database-row-security": (ISOLATION, "row-level security of shared tables, and whom it does not bind"),
    "database-doors": (ISOLATION, "which databases and schemas let everybody in"),
}


@dataclass(frozen=True)
class Server:
    """A database server, and how one is asked. other: the tenant next to the one that asks."""

    server: DatabaseServer
    api: Api

    def session(self, plan: TenantPlan, database: str, password: str, user: str | None = None) -> psycopg.Connection:
        """A session as a tenant's service."""
        return connect(self.server, database, user or database_of(plan).current_login, password)

    def password(self, place: Place) -> str:
        """The credential that the tenant's workloads have. Raises UnansweredError where there is none."""
        answer = self.api.read(at(place.namespace, f"secrets/{SECRET_NAME}"))
        if answer.status != 200:
            raise UnansweredError(f"Secret {SECRET_NAME} cannot be read: {answer.status}")
        return base64.b64decode(answer.body["data"]["password"]).decode()


def ask_tenant(here: Server, place: Place, other: TenantPlan | None, asked: Collection[str]) -> Iterator[Finding]:
    """What one tenant finds. other: another one on the same server; None where it is alone."""
    for name, (control, title) in QUESTIONS.items():
        if name in asked and (other is not None or name == "database-own"):
            state, why = judged(lambda each=name: _TENANT[each](here, place, other))  # type: ignore[misc]
            yield Finding(
                control=control, probe=name, title=title, cluster=place.site.cluster.name, tenant=place.tenant,
                namespace=place.namespace, state=state, why=why,
            )  # fmt: skip


def judged(wrong: Callable[[], Iterable[str]]) -> tuple[State, str]:
    """A verdict by what is wrong."""
    try:
        found = list(wrong())
    except (psycopg.Error, UnansweredError) as error:
        return UNKNOWN, f"the database server gave no answer to judge by: {str(error).strip()}"[:WORDS]
    return (FAILED, "; ".join(found)[:WORDS]) if found else (HELD, "")


def _own(here: Server, place: Place, other: TenantPlan | None) -> Iterator[str]:
    del other
    wanted = database_of(place.plan)
    password = here.password(place)
    for home in wanted.homes:
        try:
            with here.session(place.plan, home.database, password) as session:
                for table in home.tables:
                    session.execute(f"SELECT 1 FROM {home.schema}.{table.name} LIMIT 1")  # noqa: S608  names of our own
        except psycopg.Error as error:
            if place.plan.active:
                yield f"its own {home.database} is closed to it: {str(error).strip()}"
        else:
            if not place.plan.active:
                yield f"it is not active, and {home.database} lets it in"


def _strangers(here: Server, place: Place, other: TenantPlan | None) -> Iterator[str]:
    if not place.plan.active or other is None:
        return
    mine = {home.database for home in database_of(place.plan).homes}
    theirs = {home.database for home in database_of(other).homes}
    password = here.password(place)
    closed = [MAINTENANCE, "template1", *sorted(theirs - mine)]
    if PLATFORM_DATABASE not in mine:
        closed.append(PLATFORM_DATABASE)
    for database in dict.fromkeys(closed):
        try:
            here.session(place.plan, database, password).close()
        except psycopg.OperationalError as error:
            if DENIED not in str(error):
                yield f"{database} is closed for another reason: {str(error).strip()}"
        else:
            yield f"{database} lets it in"


def _rows(here: Server, place: Place, other: TenantPlan | None) -> Iterator[str]:
    if not place.plan.active or other is None:
        return
    password = here.password(place)
    for home in database_of(place.plan).homes:
        with here.session(place.plan, home.database, password) as session:
            if home.kind == "shared":
                yield from _shared(session, home, place.tenant)
            for theirs in database_of(other).homes:
                if theirs.database == home.database and theirs.kind == "schema":
                    yield from _refused(session, f"SELECT 1 FROM {theirs.schema}.{theirs.tables[0].name} LIMIT 1")  # noqa: S608  names of our own


def _shared(session: psycopg.Connection, home: Home, tenant: str) -> Iterator[str]:
    for table in home.tables:
        name = f"{home.schema}.{table.name}"
        active = session.execute("SELECT pg_catalog.row_security_active(%s::regclass)", (name,)).fetchone()
        if active != (True,):
            yield f"{name} shows it every row"
        elif session.execute(f"SELECT 1 FROM {name} WHERE tenant_id <> %s LIMIT 1", (tenant,)).fetchone():  # noqa: S608  names of our own
            yield f"{name} shows it rows of others"


def _roles(here: Server, place: Place, other: TenantPlan | None) -> Iterator[str]:
    if not place.plan.active or other is None:
        return
    wanted = database_of(place.plan)
    with here.session(place.plan, wanted.homes[0].database, here.password(place)) as session:
        session.execute(f"SET ROLE {wanted.roles.app}")
        session.execute("RESET ROLE")
        for role in (database_of(other).roles.app, database_of(other).roles.owner, wanted.roles.owner):
            yield from _refused(session, f"SET ROLE {role}")


def _password(here: Server, place: Place, other: TenantPlan | None) -> Iterator[str]:
    if other is None or not other.active or not place.plan.active:
        return
    theirs = database_of(other)
    try:
        here.session(other, theirs.homes[0].database, here.password(place), theirs.current_login).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            yield f"its login is refused for another reason: {str(error).strip()}"
    else:
        yield f"{theirs.current_login} logs in with the credential of {place.tenant}"


def _refused(session: psycopg.Connection, statement: str) -> Iterator[str]:
    try:
        session.execute(statement)
    except psycopg.Error as error:
        if DENIED not in str(error):
            yield f"{statement} is refused for another reason: {str(error).strip()}"
    else:
        yield f"{statement} is allowed"


def _row_security(here: Server) -> Iterator[str]:
    with connect(here.server, PLATFORM_DATABASE) as session:
        tables = session.execute(
            "SELECT c.oid::regclass::text, c.relrowsecurity, c.relforcerowsecurity,"
            " (SELECT count(*) FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid)"
            " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'shared' AND c.relkind IN ('r', 'p') ORDER BY 1"
        ).fetchall()
        if not tables:
            yield "there are no shared tables"
        for name, enabled, forced, count in tables:
            if not (enabled and forced and count):
                held = f"{'on' if enabled else 'off'}, {'' if forced else 'not '}forced, {count} policies"
                yield f"{name} has row-level security {held}"
        # The master of an Aurora, who asks, is called as the platform is, and makes roles and databases.
        powers = session.execute(
            "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname LIKE 'tenant%' AND rolname <> current_user"
            " AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication) ORDER BY 1"
        ).fetchall()
        yield from (f"role {name} is bound by nothing" for (name,) in powers)


def _doors(here: Server) -> Iterator[str]:
    with connect(here.server, MAINTENANCE) as session:
        public = session.execute(
            "SELECT datname FROM pg_catalog.pg_database d,"
            " pg_catalog.aclexplode(COALESCE(d.datacl, pg_catalog.acldefault('d', d.datdba))) a"
            " WHERE a.grantee = 0 AND a.privilege_type = 'CONNECT' AND d.datallowconn ORDER BY 1"
        ).fetchall()
        yield from (f"database {name} lets everybody connect" for (name,) in public)
    with connect(here.server, PLATFORM_DATABASE) as session:
        open_ = session.execute(
            "SELECT nspname, a.privilege_type FROM pg_catalog.pg_namespace n,"
            " pg_catalog.aclexplode(n.nspacl) a WHERE a.grantee = 0"
            " AND (nspname IN ('shared', 'platform') OR nspname LIKE 'tenant\\_%' OR a.privilege_type = 'CREATE')"
            " ORDER BY 1"
        ).fetchall()
        yield from (f"schema {name} gives everybody {what}" for name, what in open_)


_TENANT = {
    "database-own": _own,
    "database-strangers": _strangers,
    "database-rows": _rows,
    "database-roles": _roles,
    "database-login": _password,
}
CATALOGUE: Final = {"database-row-security": _row_security, "database-doors": _doors}
