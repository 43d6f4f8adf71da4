"""A real PostgreSQL of the session, and tenants on it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from localcloud.controlplane.layout import Layout
from localcloud.controlplane.pki import ensure_pki
from localcloud.controlplane.postgres import DatabaseServer, NoPostgresError, end_database, start_database
from localcloud.controlplane.postgres.sql import apply_steps, connect
from settings.database import (
    Model,
    SessionLimits,
    TenantDatabase,
    login_steps,
    platform_steps,
    scram_verifier,
    tenant_steps,
)
from settings.database.record import recorded

LIMITS = SessionLimits(connections=4, work_mem_mb=2, temp_file_mb=256)


@dataclass(frozen=True)
class Tenancy:
    """A server with tenants on it."""

    server: DatabaseServer
    passwords: dict[str, str] = field(default_factory=dict)

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        return connect(self.server, database)

    def add(self, tenant: str, model: Model) -> TenantDatabase:
        """A tenant as `fleet up` makes it, with login `a` valid."""
        wanted = TenantDatabase(tenant=tenant, model=model, limits=LIMITS)
        password = self.passwords.setdefault(tenant, secrets.token_urlsafe(24))
        verifier = scram_verifier(wanted.roles.login("a"), password)
        steps = (*tenant_steps(wanted), *login_steps(wanted, verifier), recorded(tenant, model))
        apply_steps(self.server, steps)
        return wanted

    def session(self, wanted: TenantDatabase, database: str | None = None) -> psycopg.Connection:
        """A session of the tenant's service, in the first of its databases unless one is named."""
        role = wanted.roles.login("a")
        return connect(self.server, database or wanted.homes[0].database, role, self.passwords[wanted.tenant])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """PostgreSQL as `make up` starts it; skips where there is none."""
    layout = Layout("data", Path(tmp_path_factory.mktemp("postgresql")))
    layout.directory.mkdir(parents=True, mode=0o700)
    ensure_pki(layout)
    try:
        made = start_database(layout)
    except NoPostgresError as error:
        pytest.skip(str(error))
    try:
        yield made
    finally:
        end_database(layout)


@pytest.fixture(scope="session")
def tenancy(server: DatabaseServer) -> Tenancy:
    """The server with what the platform has once."""
    apply_steps(server, platform_steps())
    return Tenancy(server)
