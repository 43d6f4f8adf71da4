"""Every tenant of the local stack gets into its own database by its Secret, and into no other (F1, F3, I5)."""

import base64
import shutil
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from fleet.data import read_records
from fleet.data.commands import move_data
from fleet.data.dropping import drop_orphan
from fleet.databases import make_databases
from fleet.errors import FleetError
from fleet.stacks import stacks_of
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import DatabaseServer, NoPostgresError, start_database
from localcloud.controlplane.postgres.sql import connect
from settings import TenantPlan, load_catalogue, plan_tenants
from settings.database import database_of
from settings.database.files import OF_CLUSTER
from tests.cluster.acting import Caller
from tests.cluster.tenancy_stack import ROOT, TenancyStack
from tests.data.mounted import fill, psql

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]


def test_every_tenant_works_in_its_own(
    cluster: ControlPlane, local_stack: TenancyStack, admin: Caller, plans: dict[str, TenantPlan], tmp_path: Path
) -> None:
    state_dir = cluster.directory.parent.parent
    try:
        server = start_database(Layout(cluster.name, state_dir))
    except NoPostgresError as error:
        pytest.skip(str(error))
    catalogue = load_catalogue(ROOT / "catalog", "local")
    stacks = stacks_of(catalogue, ROOT)
    made, missing = make_databases(catalogue, stacks, ROOT)
    assert sorted(made) in (sorted(plans), [])  # none where a test of this session has asked for them before
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

    _gets_in_by_the_files_of_its_pods(server, admin, plans["acme-robotics"], tmp_path / "mounted")
    checkpoints = [file.read_text() for file in (state_dir / "state").rglob("*.json")]
    assert checkpoints
    for _, password in logins.values():
        assert not any(password in text for text in checkpoints)


def _gets_in_by_the_files_of_its_pods(server: DatabaseServer, admin: Caller, plan: TenantPlan, folder: Path) -> None:
    """B4, F5: by the Secret and the ConfigMap that the API server holds, in the volume of the live Deployment. Who
    signs the server's certificate is whom Kubernetes itself names in every namespace."""
    if shutil.which("psql") is None:
        return
    inside = f"/namespaces/{plan.namespace}"
    pod = admin.get(f"/apis/apps/v1{inside}/deployments/{plan.workloads[0].name}")["spec"]["template"]["spec"]
    secret = admin.get(f"/api/v1{inside}/secrets/database")["data"]
    authority = admin.get(f"/api/v1{inside}/configmaps/{OF_CLUSTER}")["data"]
    given = {key: base64.b64decode(value).decode() for key, value in secret.items()}
    fill(folder, pod, {"database": given}, {OF_CLUSTER: authority})
    done = psql(pod, folder, server, "SELECT current_user")
    assert done.stdout == f"{given['user']}\n", done.stderr


def test_another_model_makes_no_second_home_and_who_leaves_is_kept(
    cluster: ControlPlane, local_stack: TenancyStack, tmp_path: Path
) -> None:
    """What `up` does after the engine: it asks the record (F1, A7)."""
    state_dir = cluster.directory.parent.parent
    try:
        server = start_database(Layout(cluster.name, state_dir))
    except NoPostgresError as error:
        pytest.skip(str(error))
    folder = tmp_path / "catalog"
    shutil.copytree(ROOT / "catalog", folder)
    file = folder / "tenants" / "hedgehog-cli.yaml"

    def make() -> tuple[dict[str, str], list[str]]:
        catalogue = load_catalogue(folder, "local")
        return make_databases(catalogue, stacks_of(catalogue, ROOT), ROOT)

    make()
    file.write_text(file.read_text().replace("tier: free\n", "tier: free\ndata_isolation: schema\n"))
    with pytest.raises(FleetError, match="data of tenant 'hedgehog-cli' is not where the catalogue wants it"):
        make()
    with connect(server, "tenantplane") as session:
        assert session.execute("SELECT FROM pg_namespace WHERE nspname = 'tenant_hedgehog_cli'").fetchall() == []
    plan = next(each for each in plan_tenants(load_catalogue(folder, "local")) if each.tenant.id == "hedgehog-cli")
    assert move_data(server, database_of(plan), Console(quiet=True))
    assert make() == ({"hedgehog-cli": "schema: tenantplane"}, [])
    assert make() == ({}, [])

    file.unlink()
    _, (note,) = make()
    assert "tenant 'hedgehog-cli' has left and its data is kept" in note
    assert read_records(server)["hedgehog-cli"].orphaned_at is not None
    assert drop_orphan(server, "hedgehog-cli")
