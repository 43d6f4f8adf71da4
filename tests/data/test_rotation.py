"""A credential is rotated: two are valid at a time, and no session drops (F5)."""

from dataclasses import replace

import psycopg
import pytest

from localcloud.controlplane.postgres.sql import apply_steps, connect
from settings.database import Model, TenantDatabase, login_steps, scram_verifier, tenant_steps
from tests.data.conftest import LIMITS, Tenancy

pytestmark = pytest.mark.xdist_group("data")


def credential(tenancy: Tenancy, wanted: TenantDatabase, password: str) -> None:
    """What `fleet up` does with the Secret of the tenant."""
    verifier = scram_verifier(wanted.current_login, password)
    apply_steps(tenancy.server, (*tenant_steps(wanted), *login_steps(wanted, verifier)))


@pytest.mark.parametrize("model", ["database", "shared"])
def test_rotation_with_an_open_session(tenancy: Tenancy, model: Model) -> None:
    first = TenantDatabase(tenant=f"rotated-{model}", model=model, limits=LIMITS)
    database = first.homes[0].database

    def login(slot: str, password: str) -> psycopg.Connection:
        return connect(tenancy.server, database, f"{first.roles.app}_{slot}", password)

    credential(tenancy, first, "one")
    with pytest.raises(psycopg.OperationalError, match=r"is not permitted to log in|password authentication failed"):
        login("b", "one")
    open_session = login("a", "one")
    open_session.execute("BEGIN")
    open_session.execute("INSERT INTO session (repository) VALUES ('half way')")

    second = replace(first, credential=2)
    for _ in range(2):  # a second run is the same
        credential(tenancy, second, "two")
    login("a", "one").close()
    with login("b", "two") as newer:
        assert newer.execute("SELECT count(*) FROM session").fetchone() == (0,)

    credential(tenancy, replace(second, previous_valid=False), "two")
    with pytest.raises(psycopg.OperationalError, match=r"is not permitted to log in|password authentication failed"):
        login("a", "one")
    open_session.execute("COMMIT")  # the session of the revoked login has not dropped
    with login("b", "two") as newer:
        assert newer.execute("SELECT repository FROM session").fetchall() == [("half way",)]

    third = replace(first, credential=3)
    credential(tenancy, third, "three")
    assert open_session.execute("SELECT count(*) FROM session").fetchone() == (1,)
    login("a", "three").close()
    login("b", "two").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        login("a", "one")
    open_session.close()


def test_a_suspended_tenant_is_shut_out_and_comes_back(tenancy: Tenancy) -> None:
    wanted = TenantDatabase(tenant="suspended-one", model="schema", limits=LIMITS)
    credential(tenancy, wanted, "one")
    login = (tenancy.server, "tenantplane", wanted.current_login, "one")
    connect(*login).close()  # the twin
    credential(tenancy, replace(wanted, active=False), "one")
    with pytest.raises(psycopg.OperationalError, match=r"is not permitted to log in|password authentication failed"):
        connect(*login)
    credential(tenancy, wanted, "one")
    connect(*login).close()
