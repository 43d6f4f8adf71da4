"""Every tenant of the local stack gets into its own database by its Secret, and into no other (F1, F3, I5)."""

import base64

import psycopg
import pytest

from fleet.databases import make_databases
from fleet.stacks import stacks_of
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import NoPostgresError, start_database
from localcloud.controlplane.postgres.sql import connect
from settings import TenantPlan, load_catalogue
from settings.database import database_of
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT, TenancyStack

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]


def test_every_tenant_works_in_its_own(
    cluster: ControlPlane, local_stack: TenancyStack, admin: Caller, plans: dict[str, TenantPlan]
) -> None:
    state_dir = cluster.directory.parent.parent
    try:
        server = start_database(Layout(cluster.name, state_dir))
    except NoPostgresError as error:
        pytest.skip(str(error))
    catalogue = load_catalogue(ROOT / "catalog", "local")
    stacks = stacks_of(catalogue, ROOT, state_dir / "fleet")
    made, missing = make_databases(catalogue, stacks, ROOT)
    assert sorted(made) == sorted(plans)
    assert missing == []
    assert make_databases(catalogue, stacks, ROOT) == ({}, [])  # nothing to do a second time

    logins: dict[str, tuple[str, str]] = {}
    for tenant, plan in plans.items():
        data = admin.get(f"/api/v1/namespaces/{plan.namespace}/secrets/database")["data"]
        given = {key: base64.b64decode(value).decode() for key, value in data.items()}
        logins[tenant] = (given["user"], given["password"])
        for home in database_of(plan).homes:
            assert home.database in given["databases"].split(",")
            if not plan.active:  # suspended: its data stay, and nobody gets at them (A7)
                with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                    connect(server, home.database, *logins[tenant])
                continue
            with connect(server, home.database, *logins[tenant]) as session:
                for table in home.tables:
                    session.execute(f"TABLE {table.name}")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(server, "tenant_northwind_bank", *logins["acme-robotics"])

    checkpoints = [file.read_text() for file in (state_dir / "state").rglob("*.json")]
    assert checkpoints
    for _, password in logins.values():
        assert not any(password in text for text in checkpoints)
