"""Tenants' databases on an Aurora, made by its master, who is no superuser, with the credential that Secrets Manager
has; and taken from one region's to another's. One is of the AWS of this machine and one of an account, to which the
same machine's AWS answers with what the operator's environment says: `fleet` has one way to both (F1, F3, F5, H1)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fleet.data import aurora
from fleet.data.aurora import NotReachedError
from fleet.errors import FleetError
from fleet.relocation.transfer import Transfer
from localcloud.aws.databases import authority
from localcloud.controlplane.ports import free_ports
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
from tests.aws.on_aurora import ACCOUNT, NAME, REGIONS, OnAccount, Servers

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("aws")]

LIMITS = SessionLimits(connections=4)
PASSWORD = "not-a-secret-for-a-test"


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
def test_a_tenant_has_its_own_rows_and_nobody_elses(servers: Servers, model: Model) -> None:
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


def test_the_master_is_no_superuser(servers: Servers) -> None:
    here, _ = servers
    assert not here.superuser
    with connect(here, "postgres") as master:
        rights = master.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert rights.fetchone() == (False, False)


@pytest.mark.parametrize("model", ["hybrid", "shared"])
def test_rows_are_the_same_in_another_region_and_stay_closed_in_the_first(servers: Servers, model: Model) -> None:
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


def test_each_region_signs_by_itself(servers: Servers, state_dir: Path) -> None:
    del servers
    assert len({authority(NAME, region, state_dir) for region in REGIONS}) == len(REGIONS)


def test_on_an_account_another_one_s_credentials_are_refused_before_anything_is_asked(
    account: OnAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    ask = aurora._ask

    def noted(clients: aurora.Clients, service: str, method: str, **given: str) -> dict[str, Any]:
        asked.append((service, method))
        return ask(clients, service, method, **given)

    monkeypatch.setattr(aurora, "_ask", noted)
    assert account.server() is not None
    assert asked == [
        ("sts", "get_caller_identity"),
        ("rds", "describe_db_clusters"),
        ("secretsmanager", "get_secret_value"),
    ]
    asked.clear()
    with pytest.raises(
        FleetError, match=rf"credentials here are of account 123456789012 .*the topology is of {ACCOUNT}"
    ):
        account.server(AWS_ACCESS_KEY_ID="somebody-elses")
    assert asked == [("sts", "get_caller_identity")]


def test_on_an_account_it_says_what_is_missing(account: OnAccount, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none")
    with pytest.raises(NotReachedError, match=r"no AWS credentials to ask with .*AWS_PROFILE"):
        account.server(AWS_PROFILE="nobody", AWS_CONFIG_FILE=nowhere, AWS_SHARED_CREDENTIALS_FILE=nowhere)
    with pytest.raises(
        NotReachedError, match=r"AWS's API does not answer sts\.get_caller_identity .*where it is reached"
    ):
        account.server(AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_ports(['none'])['none']}")


def test_a_server_that_another_authority_signed_is_no_server(account: OnAccount, state_dir: Path) -> None:
    """Whoever answers at the endpoint gets no password (I5)."""
    other = authority(NAME, REGIONS[0], state_dir).read_text()
    assert account.cluster.aurora is not None
    strange = account.cluster.aurora.model_copy(update={"authority": other})
    wrong = replace(account, cluster=account.cluster.model_copy(update={"aurora": strange}))
    with pytest.raises(NotReachedError, match="certificate verify failed"):
        wrong.server()
    assert account.server() is not None


def test_a_password_that_was_turned_is_the_next_runs_and_the_old_one_is_nobodys(account: OnAccount) -> None:
    """By who asks anew (F5)."""
    before = account.server()
    assert before is not None
    with connect(before, "postgres"):
        account.client("rds").modify_db_cluster(
            DBClusterIdentifier=NAME, RotateMasterUserPassword=True, ApplyImmediately=True
        )
    after = account.server()
    assert after is not None
    with connect(after, "postgres"), pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(before, "postgres")
