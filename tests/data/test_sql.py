"""The SQL of settings/database on a real PostgreSQL: it does what it says, once or twice (F1, F3)."""

import shutil
import subprocess
from typing import Any

import psycopg
import pytest

from localcloud.controlplane.postgres.sql import Sessions, apply_steps
from settings.database import Model, TenantDatabase, as_psql, platform_steps, tenant_steps
from tests.data.conftest import LIMITS, Tenancy
from tests.polling import until

pytestmark = pytest.mark.xdist_group("data")

MODELS: tuple[Model, ...] = ("database", "schema", "shared", "hybrid")
SERVER = (
    "SELECT r.* FROM pg_roles r WHERE rolname ~ '^tenant' ORDER BY rolname",
    "SELECT roleid::regrole::text, member::regrole::text, admin_option FROM pg_auth_members ORDER BY 1, 2",
    "SELECT datname, datdba, datacl, datallowconn FROM pg_database ORDER BY 1",
    "SELECT setdatabase, setrole, setconfig FROM pg_db_role_setting ORDER BY 1, 2",
)
DATABASE = (
    "SELECT nspname, nspowner, nspacl FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' ORDER BY 1",
    "SELECT oid, relname, relowner, relacl, relrowsecurity, relforcerowsecurity FROM pg_class ORDER BY 1",
    "SELECT oid, proacl FROM pg_proc WHERE proacl IS NOT NULL ORDER BY 1",
    "SELECT polname, polrelid, polcmd, polroles, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1, 2",
    "SELECT defaclrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl ORDER BY 1, 2, 3",
    "SELECT lanname, lanacl FROM pg_language ORDER BY 1",
    "SELECT conname, conrelid, contype FROM pg_constraint ORDER BY 1, 2",
)


def rows(session: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return session.execute(query).fetchall()


def snapshot(tenancy: Tenancy, databases: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that our SQL can change, as the catalogue has it."""
    with tenancy.admin() as session:
        taken = {query: rows(session, query) for query in SERVER}
    for database in databases:
        with tenancy.admin(database) as session:
            taken |= {f"{database}: {query}": rows(session, query) for query in DATABASE}
    return taken


@pytest.mark.parametrize("model", MODELS)
def test_a_second_run_changes_nothing(tenancy: Tenancy, model: Model) -> None:
    wanted = tenancy.add(f"twice-{model}", model)
    databases = sorted({"tenantplane", "postgres", *(home.database for home in wanted.homes)})
    before = snapshot(tenancy, databases)
    apply_steps(tenancy.server, platform_steps())
    tenancy.add(f"twice-{model}", model)
    assert snapshot(tenancy, databases) == before
    assert any("tenant_twice" in str(row) for row in before[SERVER[0]])


@pytest.mark.parametrize("model", MODELS)
def test_a_tenant_writes_and_reads_its_own(tenancy: Tenancy, model: Model) -> None:
    wanted = tenancy.add(f"works-{model}", model)
    for home in wanted.homes:
        with tenancy.session(wanted, home.database) as session:
            if "session" in {table.name for table in home.tables}:
                session.execute("INSERT INTO session (repository) VALUES ('demo')")
                assert rows(session, "SELECT repository FROM session") == [("demo",)]
            else:
                insert = (
                    "INSERT INTO interaction (session_id, ordinal, speaker, body) VALUES (gen_random_uuid(), 0, %s, %s)"
                )
                session.execute(insert, ("user", "hello"))
                assert rows(session, "SELECT body FROM interaction") == [("hello",)]


def test_a_killed_run_is_taken_up(tenancy: Tenancy) -> None:
    wanted = TenantDatabase(tenant="taken-up", model="hybrid", limits=LIMITS)
    steps = tenant_steps(wanted)
    for reached in range(len(steps) + 1):
        apply_steps(tenancy.server, steps[:reached])
    with tenancy.admin("tenant_taken_up") as session:
        assert rows(session, "SELECT count(*) FROM pg_tables WHERE schemaname = 'tenant_taken_up'") == [(1,)]


def test_nobody_connects_to_a_database_that_is_not_closed_yet(tenancy: Tenancy) -> None:
    other = tenancy.add("half-other", "database")
    steps = tenant_steps(TenantDatabase(tenant="half-made", model="database", limits=LIMITS))
    made = next(index for index, step in enumerate(steps) if "CREATE DATABASE" in step.statements[0])
    apply_steps(tenancy.server, steps[: made + 1])
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        tenancy.session(other, "tenant_half_made")
    apply_steps(tenancy.server, steps)
    with pytest.raises(psycopg.OperationalError, match="User does not have CONNECT privilege"):
        tenancy.session(other, "tenant_half_made")


def test_sessions_are_fewer_than_databases(tenancy: Tenancy) -> None:
    """A server takes some hundred connections and may have thousands of databases."""
    databases = [tenancy.add(f"many-{index}", "database").homes[0].database for index in range(10)]
    with Sessions(tenancy.server) as sessions:
        held = sessions.to("postgres", "lock")
        for database in (*databases, *databases[:1]):
            assert rows(sessions.to(database), "SELECT current_database()") == [(database,)]
        assert sessions.to(databases[0]) is sessions.to(databases[0])
        mine = "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE 'tenant_many_%' AND usename = 'postgres'"
        until(lambda: rows(held, mine) == [(8,)], "no more than eight sessions are left")


def test_psql_runs_the_same_script(tenancy: Tenancy) -> None:
    """What the Job in a cluster does, with the program that it does it with."""
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("no psql on this machine: apt-get install postgresql-client")
    wanted = TenantDatabase(tenant="by-psql", model="hybrid", limits=LIMITS)
    server = tenancy.server
    script = as_psql((*platform_steps(), *tenant_steps(wanted)))
    for _ in range(2):
        done = subprocess.run(
            [
                psql,
                "--no-psqlrc",
                "--host",
                server.host,
                "--port",
                str(server.port),
                "--username",
                server.user,
                "postgres",
            ],
            input=script,
            capture_output=True,
            text=True,
            check=False,
            env={"PGPASSWORD": server.password, "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(server.authority)},
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
    databases = ["tenantplane", "tenant_by_psql"]
    before = snapshot(tenancy, databases)
    apply_steps(tenancy.server, (*platform_steps(), *tenant_steps(wanted)))
    assert snapshot(tenancy, databases) == before
