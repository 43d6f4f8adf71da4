"""What a tenant's own roles may do in each place that holds a table of its (F3): write, read, or nothing.

Nothing is what a place has that is not the tenant's home yet, or not any more: the platform alone gets at it.
"""

from collections.abc import Mapping
from typing import Final, Literal

from settings.database.models import Place
from settings.database.roles import CONTENT_READERS, CONTENT_TENANTS, READERS, TENANTS, Roles
from settings.database.statements import MAINTENANCE, Step, identifier, if_exists, literal, unless_exists
from settings.database.tables import CONTENT, Table

Access = Literal["write", "read", "none"]
GROUPS: Final = (TENANTS, READERS, CONTENT_TENANTS, CONTENT_READERS)
"""Of shared tables."""


def groups_of(table: Table) -> tuple[str, str]:
    """The groups whose members may write, and may read, their rows of a shared table."""
    return (CONTENT_TENANTS, CONTENT_READERS) if table in CONTENT else (TENANTS, READERS)


def access_steps(tenant: str, wanted: Mapping[Place, Access]) -> tuple[Step, ...]:
    """Bring a tenant's access to what is wanted, in every place that is named and in all shared tables.

    Places must exist. A shared table that is not named is one in which the tenant may nothing."""
    roles = Roles(tenant)
    steps = [Step(database=MAINTENANCE, title=f"{tenant} among others", statements=_memberships(roles, wanted))]
    own = [place for place in wanted if place.kind != "shared"]
    for database, schema in dict.fromkeys((place.database, place.schema) for place in own):
        here = {place: wanted[place] for place in own if (place.database, place.schema) == (database, schema)}
        steps.append(
            Step(
                database=database,
                title=f"access of {tenant} to {schema}",
                statements=_own_access(roles, database, schema, here),
            )
        )
    return tuple(steps)


def _memberships(roles: Roles, wanted: Mapping[Place, Access]) -> tuple[str, ...]:
    """Of the groups of shared tables. One that only reads is a member of the readers, as `readonly` is."""
    app: set[str] = set()
    readonly: set[str] = set()
    for place, access in wanted.items():
        if place.kind != "shared" or access == "none":
            continue
        writers, readers = groups_of(place.table)
        app.add(writers if access == "write" else readers)
        readonly.add(readers)
    statements: list[str] = []
    for role, groups in ((roles.app, app), (roles.readonly, readonly)):
        statements += [_member(group, role, wanted=False) for group in GROUPS if group not in groups]
        statements += [_member(group, role, wanted=True) for group in GROUPS if group in groups]
    return tuple(statements)


def _member(group: str, role: str, *, wanted: bool) -> str:
    there = f"SELECT FROM pg_catalog.pg_auth_members WHERE roleid = {role_oid(group)} AND member = {role_oid(role)}"
    if wanted:
        return unless_exists(there, f"GRANT {identifier(group)} TO {identifier(role)}")
    return if_exists(there, f"REVOKE {identifier(group)} FROM {identifier(role)}")


def _own_access(roles: Roles, database: str, schema: str, wanted: Mapping[Place, Access]) -> tuple[str, ...]:
    both = f"{identifier(roles.app)}, {identifier(roles.readonly)}"
    seen = any(access != "none" for access in wanted.values())
    doors = (f"CONNECT ON DATABASE {identifier(database)}", f"USAGE ON SCHEMA {identifier(schema)}")
    statements = [] if seen else [f"REVOKE {door} FROM {both}" for door in doors]
    for place, access in wanted.items():
        if access == "none":
            statements.append(f"REVOKE ALL ON {place.named} FROM {both}")
        elif access == "read":
            statements.append(f"REVOKE ALL ON {place.named} FROM {identifier(roles.app)}")
    statements += [f"GRANT {door} TO {both}" for door in doors] if seen else []
    for place, access in wanted.items():
        if access != "none":
            rights = "SELECT, INSERT, UPDATE, DELETE" if access == "write" else "SELECT"
            statements.append(f"GRANT {rights} ON {place.named} TO {identifier(roles.app)}")
            statements.append(f"GRANT SELECT ON {place.named} TO {identifier(roles.readonly)}")
    return tuple(statements)


def role_oid(role: str) -> str:
    """SQL: the number of a role that exists."""
    return f"{literal(identifier(role))}::pg_catalog.regrole"
