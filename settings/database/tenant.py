"""What a database server has for one tenant (F1, F3): roles, its databases and schemas, grants and limits."""

from dataclasses import dataclass

from settings.database.limits import SessionLimits
from settings.database.models import Home, Model, homes_of
from settings.database.platform import MAINTENANCE, database_steps, role_statement, schema_statements
from settings.database.roles import READERS, SLOTS, TENANTS, Roles, Slot
from settings.database.statements import Step, identifier, literal, owned_by, unless_exists


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


def tenant_steps(wanted: TenantDatabase, *, superuser: bool = True) -> tuple[Step, ...]:
    """Everything of a tenant but the passwords; platform_steps have run before.

    superuser: False on a managed service, where temp_file_limit and the closing of a database are not ours to do.
    """
    roles = wanted.roles
    made = [Step(database=MAINTENANCE, title=f"roles of {wanted.tenant}", statements=_roles(wanted))]
    if any(home.kind == "shared" for home in wanted.homes):
        made.append(Step(database=MAINTENANCE, title=f"{wanted.tenant} among others", statements=_member(roles)))
    for home in wanted.homes:
        if home.kind == "database":
            made += database_steps(home.database, superuser=superuser)
        if home.kind in ("database", "schema"):
            made.append(
                Step(database=home.database, title=f"tables of {wanted.tenant}", statements=_own_tables(home, roles))
            )
    return (
        *made,
        Step(database=MAINTENANCE, title=f"limits of {wanted.tenant}", statements=_limits(wanted, superuser)),
    )


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


def _roles(wanted: TenantDatabase) -> tuple[str, ...]:
    roles = wanted.roles
    members = [
        unless_exists(
            f"SELECT FROM pg_catalog.pg_auth_members WHERE roleid = {_oid(roles.app)} AND member = {_oid(login)}",
            f"GRANT {identifier(roles.app)} TO {identifier(login)}",
        )
        for login in roles.logins
    ]
    return (*(role_statement(role) for role in roles.all), *members)


def _member(roles: Roles) -> tuple[str, ...]:
    pairs = ((TENANTS, roles.app), (READERS, roles.readonly))
    return tuple(
        unless_exists(
            f"SELECT FROM pg_catalog.pg_auth_members WHERE roleid = {_oid(group)} AND member = {_oid(role)}",
            f"GRANT {group} TO {identifier(role)}",
        )
        for group, role in pairs
    )


def _own_tables(home: Home, roles: Roles) -> tuple[str, ...]:
    schema, app, readonly = identifier(home.schema), identifier(roles.app), identifier(roles.readonly)
    names = frozenset(table.name for table in home.tables)
    statements = [
        *schema_statements(home.schema, roles.owner),
        f"GRANT CONNECT ON DATABASE {identifier(home.database)} TO {app}, {readonly}",
        f"GRANT USAGE ON SCHEMA {schema} TO {app}, {readonly}",
    ]
    for table in home.tables:
        statements += [
            table.definition(schema, beside=names, shared=False),
            owned_by(f"{schema}.{table.name}", roles.owner),
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.{table.name} TO {app}",
            f"GRANT SELECT ON {schema}.{table.name} TO {readonly}",
        ]
    return tuple(statements)


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
        # B4: for people who read logs. No rule reads it, since a session can set it as it likes.
        statements.append(f"ALTER ROLE {role} SET app.tenant_id = {literal(wanted.tenant)}")
    return tuple(statements)


def _oid(role: str) -> str:
    return f"{literal(identifier(role))}::pg_catalog.regrole"
