"""Tenants' databases on an Aurora, made by its master, who is no superuser, with the credential that Secrets Manager
has; and taken from one region's to another's (F1, F3, F5, H1)."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from fleet.relocation.transfer import Transfer
from localcloud.aws import AwsService
from localcloud.aws.databases import authority, master_of
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import apply_steps, connect
from settings.database import (
    MODELS,
    Model,
    SessionLimits,
    TenantDatabase,
    login_steps,
    platform_steps,
    scram_verifier,
    tenant_steps,
)
from settings.database.record import recorded
from tests.aws.plugin import Plugin

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("aws")]

CLUSTER, NAME = "aws:rds/cluster:Cluster", "tenants-here"
REGIONS = ("eu-central-1", "eu-west-1")
LIMITS = SessionLimits(connections=4)
PASSWORD = "not-a-secret-for-a-test"


@pytest.fixture(scope="module")
def servers(aws: AwsService, state_dir: Path) -> Iterator[tuple[DatabaseServer, DatabaseServer]]:
    """An Aurora of the same name in each of two regions, as an environment with a stand-by has them."""
    with ExitStack() as stack:
        found = []
        for region in REGIONS:
            plugin = Plugin(aws.endpoint, region)
            inputs = {
                "clusterIdentifier": NAME,
                "engine": "aurora-postgresql",
                "engineVersion": "17.5",
                "masterUsername": "tenantplane",
                "manageMasterUserPassword": True,
                "skipFinalSnapshot": True,
            }
            made = plugin.create(CLUSTER, **inputs)
            stack.callback(plugin.delete, made)
            server = master_of(NAME, region, state_dir)
            assert server is not None
            assert (server.host, server.port) == (made["endpoint"], made["port"]), "the endpoint that stacks have"
            found.append(server)
        yield found[0], found[1]


def add(server: DatabaseServer, tenant: str, model: Model) -> TenantDatabase:
    """A tenant as `fleet up` makes it, twice: the second time changes nothing and fails at nothing."""
    wanted = TenantDatabase(tenant=tenant, model=model, limits=LIMITS)
    logins = login_steps(wanted, scram_verifier(wanted.current_login, PASSWORD))
    for _ in range(2):
        apply_steps(server, platform_steps(superuser=server.superuser))
        apply_steps(server, (*tenant_steps(wanted, superuser=server.superuser), *logins, recorded(tenant, model)))
    return wanted


def session(server: DatabaseServer, wanted: TenantDatabase, table: str = "interaction") -> psycopg.Connection:
    """Of the tenant's service, where one of its tables is."""
    (place,) = [each for each in wanted.places if each.table.name == table]
    return connect(server, place.database, wanted.current_login, PASSWORD)


def says(server: DatabaseServer, wanted: TenantDatabase, body: str) -> None:
    with session(server, wanted, "session") as one, session(server, wanted) as other:
        (key,) = one.execute("INSERT INTO session (repository) VALUES (%s) RETURNING id", (body,)).fetchone() or ("",)
        said = "INSERT INTO interaction (session_id, ordinal, speaker, body) VALUES (%s, 0, 'me', %s)"
        other.execute(said, (key, body))


def heard(server: DatabaseServer, wanted: TenantDatabase) -> list[tuple[str, ...]]:
    with session(server, wanted, "session") as one, session(server, wanted) as other:
        rows = one.execute("SELECT repository FROM session ORDER BY 1").fetchall()
        return [*rows, *other.execute("SELECT body FROM interaction ORDER BY 1").fetchall()]


@pytest.mark.parametrize("model", MODELS)
def test_a_tenant_has_its_own_rows_and_nobody_elses(
    servers: tuple[DatabaseServer, DatabaseServer], model: Model
) -> None:
    here, _ = servers
    one, other = (add(here, f"{who}-{model}", model) for who in ("one", "other"))
    says(here, one, "mine")
    says(here, other, "theirs")
    assert heard(here, one) == [("mine",), ("mine",)]
    with session(here, one, "session") as mine:
        mine.execute("SELECT pg_catalog.set_config('app.tenant_id', %s, false)", (other.tenant,))
        assert mine.execute("SELECT repository FROM session").fetchall() == [("mine",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            mine.execute(f"SET ROLE {other.roles.app}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            mine.execute("SET ROLE tenantplane_owner")
    if other.places[-1].database == "tenantplane":
        return
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(here, other.places[-1].database, one.current_login, PASSWORD)


def test_the_master_is_no_superuser(servers: tuple[DatabaseServer, DatabaseServer]) -> None:
    here, _ = servers
    assert not here.superuser
    with connect(here, "postgres") as master:
        rights = master.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert rights.fetchone() == (False, False)


@pytest.mark.parametrize("model", ["hybrid", "shared"])
def test_rows_are_the_same_in_another_region_and_stay_closed_in_the_first(
    servers: tuple[DatabaseServer, DatabaseServer], model: Model
) -> None:
    here, there = servers
    assert (here.host, here.port) != (there.host, there.port)
    wanted = add(here, f"moves-{model}", model)
    for number in range(3):
        says(here, wanted, f"said {number}")
    before = heard(here, wanted)
    told: list[str] = []
    assert Transfer(here, there, wanted, told.append).run() == len(before)
    with session(here, wanted, "session") as left, pytest.raises(psycopg.errors.InsufficientPrivilege):
        left.execute("INSERT INTO session (repository) VALUES ('too late')")
    # Nobody is let in before its credential is there, which is the last of `up`.
    with pytest.raises(psycopg.OperationalError):
        session(there, wanted)
    add(there, wanted.tenant, model)
    assert heard(there, wanted) == before


def test_each_region_signs_by_itself(aws: AwsService, state_dir: Path) -> None:
    del aws
    assert len({authority(NAME, region, state_dir) for region in REGIONS}) == len(REGIONS)
