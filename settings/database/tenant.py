"""What a database server has for one tenant (F1, F3): roles, its databases and schemas, grants and limits."""

from collections.abc import Iterable
from dataclasses import dataclass

from settings.database.access import Access, access_steps, role_oid
from settings.database.limits import SessionLimits
from settings.database.models import Home, Model, Place, homes_of, places_of
from settings.database.platform import database_steps, operated_by_us, role_statement, schema_statements
from settings.database.roles import SLOTS, Roles, Slot
from settings.database.statements import MAINTENANCE, Step, identifier, if_exists, literal, owned_by, unless_exists
from settings.database.tables import Table


@dataclass(frozen=True, kw_only=True)
class TenantDatabase:
    """A tenant on a database server.

    tenant: a valid id. active: False for a suspended one, which cannot log in (A7).
    credential: number of the current credential; its login is `a` for odd and `b` for even ones. previous_valid:
    whether the login of the one before may still be used.
    """

    tenant: str
    model: Model
    limits: SessionLimits
    active: bool = True
    credential: int = 1
    previous_valid: bool = True

    @property
    def current(self) -> Slot:
        """The slot of the current credential."""
        return SLOTS[(self.credential - 1) % len(SLOTS)]

    @property
    def current_login(self) -> str:
        return self.roles.login(self.current)

    @property
    def roles(self) -> Roles:
        return Roles(self.tenant)

    @property
    def homes(self) -> tuple[Home, ...]:
        return homes_of(self.tenant, self.model)

    @property
    def places(self) -> tuple[Place, ...]:
        return places_of(self.tenant, self.model)


def tenant_steps(wanted: TenantDatabase, *, superuser: bool = True) -> tuple[Step, ...]:
    """Everything of a tenant but the passwords; platform_steps have run before.

    superuser: False on a managed service, where temp_file_limit, app.tenant_id and the closing of a database are not
    ours to do.
    """
    return (
        *structure_steps(wanted, superuser=superuser),
        *opening_steps(wanted),
        Step(database=MAINTENANCE, title=f"limits of {wanted.tenant}", statements=_limits(wanted, superuser)),
    )


def structure_steps(wanted: TenantDatabase, *, superuser: bool = True) -> tuple[Step, ...]:
    """A tenant's roles and tables, as far as they are not there: whoever has access keeps what he has, and nobody gets
    any."""
    made = [Step(database=MAINTENANCE, title=f"roles of {wanted.tenant}", statements=_roles(wanted, superuser))]
    for home in wanted.homes:
        if home.kind == "database":
            made += database_steps(home.database, superuser=superuser)
        if home.kind in ("database", "schema"):
            tables = _own_tables(home, wanted.roles)
            made.append(Step(database=home.database, title=f"tables of {wanted.tenant}", statements=tables))
    return tuple(made)


def opening_steps(wanted: TenantDatabase) -> tuple[Step, ...]:
    """References between a tenant's tables, which all its rows have to fit, then access to them for its services."""
    references = [
        Step(
            database=home.database,
            title=f"references of {wanted.tenant}",
            statements=tuple(statement for table in home.tables for statement in _reference(home, table)),
        )
        for home in wanted.homes
        if home.kind != "shared"
    ]
    return (
        *(step for step in references if step.statements),
        *access_steps(wanted.tenant, dict.fromkeys(wanted.places, "write")),
    )


def closing_steps(wanted: TenantDatabase, left: Iterable[Place]) -> tuple[Step, ...]:
    """Close places that were a tenant's home to all of its roles; those of its present home stay open."""
    access: dict[Place, Access] = dict.fromkeys(wanted.places, "write")
    access |= dict.fromkeys(left, "none")
    gone = {place.database for place in left} - {home.database for home in wanted.homes}
    reset = tuple(
        f"ALTER ROLE {identifier(login)} IN DATABASE {identifier(database)} RESET search_path"
        for database in sorted(gone)
        for login in wanted.roles.logins
    )
    title = f"settings of {wanted.tenant}"
    settings = (Step(database=MAINTENANCE, title=title, statements=reset),) if reset else ()
    return (*access_steps(wanted.tenant, access), *settings)


def login_steps(wanted: TenantDatabase, verifier: str) -> tuple[Step, ...]:
    """Let the current login in. The other stays as it is while the previous credential is valid, and is shut out when
    it is not, or when there never was one; open sessions go on in either case (F5).

    verifier: of the current credential, as `scram_verifier` makes it; ValueError for a password.
    """
    if not verifier.startswith("SCRAM-SHA-256$"):
        raise ValueError("a login takes a SCRAM verifier, never a password")
    shut = "NOLOGIN PASSWORD NULL"
    statements: list[str] = []
    for slot in SLOTS:
        role = identifier(wanted.roles.login(slot))
        if not wanted.active:
            statements.append(f"ALTER ROLE {role} {shut}")
        elif slot == wanted.current:
            statements.append(f"ALTER ROLE {role} LOGIN PASSWORD {literal(verifier)}")
        elif not wanted.previous_valid or wanted.credential == 1:
            statements.append(f"ALTER ROLE {role} {shut}")
    return (Step(database=MAINTENANCE, title=f"logins of {wanted.tenant}", statements=tuple(statements)),)


def _roles(wanted: TenantDatabase, superuser: bool) -> tuple[str, ...]:
    roles = wanted.roles
    members = [
        unless_exists(
            f"SELECT FROM pg_catalog.pg_auth_members WHERE roleid = {role_oid(roles.app)} "
            f"AND member = {role_oid(login)}",
            f"GRANT {identifier(roles.app)} TO {identifier(login)}",
        )
        for login in roles.logins
    ]
    ours = () if superuser else (operated_by_us(roles.owner),)
    return (*(role_statement(role) for role in roles.all), *ours, *members)


def _own_tables(home: Home, roles: Roles) -> tuple[str, ...]:
    schema = identifier(home.schema)
    statements = list(schema_statements(home.schema, roles.owner))
    for table in home.tables:
        statements += [
            table.definition(schema, beside=frozenset(), shared=False),
            owned_by(f"{schema}.{table.name}", roles.owner),
        ]
    return tuple(statements)


def _reference(home: Home, table: Table) -> tuple[str, ...]:
    """The reference of a table to one beside it, or none where that one is kept elsewhere: a former home of its may
    still lie beside it."""
    if table.refers is None:
        return ()
    columns, other = table.refers
    if other not in {each.name for each in home.tables}:
        return (without_reference(home.schema, table),)
    named = ", ".join(columns)
    return (
        unless_exists(
            _referring(home.schema, table),
            f"ALTER TABLE {identifier(home.schema)}.{table.name} ADD FOREIGN KEY ({named}) "
            f"REFERENCES {identifier(home.schema)}.{other} ON DELETE CASCADE",
        ),
    )


def without_reference(schema: str, table: Table) -> str:
    """Take away the reference of an own table. Raises ValueError for a table that refers to none."""
    if table.refers is None:
        raise ValueError(f"{table.name} refers to no table")
    name = f"{table.name}_{'_'.join(table.refers[0])}_fkey"  # as PostgreSQL calls it
    dropped = f"ALTER TABLE {identifier(schema)}.{table.name} DROP CONSTRAINT {name}"
    return if_exists(_referring(schema, table), dropped)


def _referring(schema: str, table: Table) -> str:
    named = literal(f"{identifier(schema)}.{table.name}")
    return f"SELECT FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = {named}::pg_catalog.regclass"


def _limits(wanted: TenantDatabase, superuser: bool) -> tuple[str, ...]:
    """Of the logins: PostgreSQL takes a session's settings from the role that logs in, not from those it belongs to."""
    statements: list[str] = []
    for login in wanted.roles.logins:
        role = identifier(login)
        statements.append(f"ALTER ROLE {role} CONNECTION LIMIT {wanted.limits.connections}")
        for name, value in wanted.limits.settings.items():
            if superuser or name != "temp_file_limit":
                statements.append(f"ALTER ROLE {role} SET {name} = {literal(value)}")
        for home in wanted.homes:
            # The catalogue before the tenant's schema, temporary objects last: nothing can stand in front of either.
            path = f"pg_catalog, {identifier(home.schema)}, pg_temp"
            statements.append(f"ALTER ROLE {role} IN DATABASE {identifier(home.database)} SET search_path = {path}")
        # B4: for people who read logs. No rule reads it, since a session can set it as it likes. Of a role's settings
        # those that no library has defined are a superuser's: on a managed service the service sets it by itself.
        if superuser:
            statements.append(f"ALTER ROLE {role} SET app.tenant_id = {literal(wanted.tenant)}")
    return tuple(statements)
