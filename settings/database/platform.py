"""What a database server has once, whoever its tenants are (F3)."""

import hashlib

from settings.database.access import GROUPS, groups_of, role_oid
from settings.database.closing import closing_statements
from settings.database.models import PLATFORM_DATABASE
from settings.database.record import record_statements
from settings.database.roles import CURRENT_TENANT, OWNER
from settings.database.statements import MAINTENANCE, Step, identifier, literal, owned_by, unless_exists
from settings.database.tables import SHARED_SCHEMA, TABLES, Table

PLAIN = "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def platform_steps(*, superuser: bool = True) -> tuple[Step, ...]:
    """Roles and database of the platform, the shared tables with forced row-level security, and all doors closed that
    PostgreSQL leaves open. superuser: False on a managed service, where some of them cannot be closed, and where who
    runs this sees rows of others by a policy for the owner of the tables, whom no tenant is or becomes."""
    closing = (Step(database=MAINTENANCE, title="close postgres", statements=closing_statements()),)
    return (
        Step(
            database=MAINTENANCE,
            title="roles of the platform",
            statements=(
                *(role_statement(role) for role in (OWNER, *GROUPS)),
                *(() if superuser else (operated_by_us(OWNER),)),
                # template1 is what a new database is made from.
                "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
                "REVOKE ALL ON DATABASE template1 FROM PUBLIC",
                # Not the master's of a managed service, where nobody else has it either.
                *(("REVOKE CREATE ON TABLESPACE pg_default FROM PUBLIC",) if superuser else ()),
            ),
        ),
        *(closing if superuser else ()),
        *database_steps(PLATFORM_DATABASE, superuser=superuser),
        Step(
            database=PLATFORM_DATABASE,
            title="shared tables",
            statements=(
                *schema_statements(SHARED_SCHEMA, OWNER),
                f"GRANT CONNECT ON DATABASE {PLATFORM_DATABASE} TO {', '.join(GROUPS)}",
                f"GRANT USAGE ON SCHEMA {SHARED_SCHEMA} TO {', '.join(GROUPS)}",
                *(statement for table in TABLES for statement in _shared_table(table)),
                *(() if superuser else (_seen_by_us(table) for table in TABLES)),
            ),
        ),
        Step(database=PLATFORM_DATABASE, title="record of who is where", statements=record_statements()),
    )


def operated_by_us(role: str) -> str:
    """Let who runs this act for an owner: on a managed service he is no superuser, and may do for a role only what it
    could do itself."""
    member = "member = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)"
    there = f"SELECT FROM pg_catalog.pg_auth_members WHERE roleid = {role_oid(role)} AND {member}"
    return unless_exists(there, f"GRANT {identifier(role)} TO CURRENT_USER")


def role_statement(role: str) -> str:
    """Make a role that can nothing by itself."""
    return unless_exists(
        f"SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(role)}", f"CREATE ROLE {identifier(role)} {PLAIN}"
    )


def database_steps(name: str, *, superuser: bool = True) -> tuple[Step, ...]:
    """A database that nobody can connect to until PUBLIC has lost CONNECT and TEMP on it."""
    quoted = identifier(name)
    made = f"SELECT FROM pg_catalog.pg_database WHERE datname = {literal(name)}"
    return (
        Step(
            database=MAINTENANCE,
            title=f"database {name}",
            statements=(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false",),
            unless=made,
        ),
        Step(
            database=MAINTENANCE,
            title=f"doors of {name}",
            statements=(
                f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC",
                unless_exists(f"{made} AND datallowconn", f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS true"),
            ),
        ),
        *((Step(database=name, title=f"close {name}", statements=closing_statements()),) if superuser else ()),
    )


def schema_statements(schema: str, owner: str) -> tuple[str, ...]:
    """A schema in which only its owner makes anything, and nobody gets anything by default."""
    made, owned = identifier(schema), identifier(owner)
    return (
        f"CREATE SCHEMA IF NOT EXISTS {made} AUTHORIZATION {owned}",
        f"REVOKE ALL ON SCHEMA {made} FROM PUBLIC",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owned} REVOKE ALL ON FUNCTIONS FROM PUBLIC",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owned} REVOKE ALL ON TYPES FROM PUBLIC",
    )


def _seen_by_us(table: Table) -> str:
    """A policy by which who acts for the owner copies and compares rows, as a superuser does without one."""
    named = f"{SHARED_SCHEMA}.{table.name}"
    there = f"SELECT FROM pg_catalog.pg_policy WHERE polrelid = '{named}'::regclass AND polname = 'operator'"
    return unless_exists(there, f"CREATE POLICY operator ON {named} TO {OWNER} USING (true) WITH CHECK (true)")


def _shared_table(table: Table) -> tuple[str, ...]:
    names = frozenset(each.name for each in TABLES)
    named = f"{SHARED_SCHEMA}.{table.name}"
    mine = f"tenant_id = {CURRENT_TENANT}"
    writers, readers = groups_of(table)
    policy = f"CREATE POLICY own_rows ON {named} TO {writers}, {readers} USING ({mine}) WITH CHECK ({mine})"
    digest = hashlib.sha256(policy.encode()).hexdigest()
    there = f"SELECT FROM pg_catalog.pg_policy WHERE polrelid = '{named}'::regclass AND polname = 'own_rows'"
    same = f"{there} AND pg_catalog.obj_description(oid, 'pg_policy') = '{digest}'"
    others = [group for group in GROUPS if group not in (writers, readers)]
    return (
        table.definition(SHARED_SCHEMA, beside=names, shared=True),
        owned_by(named, OWNER),
        unless_exists(
            f"SELECT FROM pg_catalog.pg_class WHERE oid = '{named}'::regclass "
            "AND relrowsecurity AND relforcerowsecurity",
            f"ALTER TABLE {named} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        ),
        # One that was worded otherwise is replaced, in this transaction; without one, nobody has a row.
        unless_exists(same, f"DROP POLICY IF EXISTS own_rows ON {named}"),
        unless_exists(there, policy),
        unless_exists(same, f"COMMENT ON POLICY own_rows ON {named} IS '{digest}'"),
        f"REVOKE ALL ON {named} FROM {', '.join(others)}",
        # Neither TRUNCATE, which row-level security does not hold, nor REFERENCES or TRIGGER.
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {named} TO {writers}",
        f"GRANT SELECT ON {named} TO {readers}",
    )
