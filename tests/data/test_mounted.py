"""A service gets into its database by the files of its pod, with TLS to a server that proves its name (B4, F3, F5).

The files are those of the rendered Secret and Deployment; psql and psycopg read them as they are, and a real PostgreSQL
answers. What is different here is where the server and the folder are.
"""

import shutil
import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from localcloud.controlplane.postgres.sql import apply_steps
from settings import TenantPlan, names
from settings.credential import DatabaseCredential
from settings.database import database_of, login_steps, scram_verifier, tenant_steps
from settings.database.files import OF_CLUSTER
from settings.database.record import recorded
from tests.data.conftest import Tenancy
from tests.data.mounted import fill, psql, variables
from tests.unit.authority import AUTHORITY
from tests.unit.components.local_stack import DEPLOYMENT, plan, rendered
from tests.unit.components.own_databases import own_databases
from tests.unit.components.recorder import Recording
from tests.unit.components.test_tenant_database import SECRET, secret

pytestmark = [
    pytest.mark.xdist_group("data"),
    pytest.mark.skipif(shutil.which("psql") is None, reason="no psql: apt-get install postgresql-client"),
]


@dataclass(frozen=True)
class Service:
    """A pod of a tenant's service: what is rendered of it, and its folder."""

    plan: TenantPlan
    pod: dict[str, Any]
    folder: Path

    def becomes(self, tenancy: Tenancy, credential: int, previous: str = "valid") -> None:
        """What an update of the stack, `fleet up` and then the kubelet do after a change of the tenant's file."""
        changed = plan(
            self.plan.tenant.id,
            database=DatabaseCredential.model_validate({"credential": credential, "previous": previous}),
        )
        wanted = database_of(changed)
        made = secret(rendered(changed), changed.tenant.id)["stringData"]
        verifier = scram_verifier(wanted.current_login, made["password"])
        apply_steps(
            tenancy.server,
            (*tenant_steps(wanted), *login_steps(wanted, verifier), recorded(wanted.tenant, wanted.model)),
        )
        authority = tenancy.server.authority.read_text()
        fill(self.folder, self.pod, {"database": made}, {OF_CLUSTER: {"ca.crt": authority}})


@pytest.fixture
def service(tenancy: Tenancy, tmp_path: Path) -> Service:
    """Of a tenant with a database and shared tables; its pods read the first credential."""
    return started(tenancy, "gearbox-labs", tmp_path)


def pods(made: Recording) -> list[dict[str, Any]]:
    """Of tenants' services."""
    templates = [each.inputs["spec"]["template"] for each in made.of(DEPLOYMENT)]
    return [each["spec"] for each in templates if names.WORKLOAD_LABEL in each["metadata"]["labels"]]


def started(tenancy: Tenancy, tenant: str, folder: Path) -> Service:
    given = plan(tenant)
    made = Service(given, pods(rendered(given))[0], folder / tenant)
    made.becomes(tenancy, 1)
    return made


def test_psql_gets_in_by_the_files_and_checks_whom_it_talks_to(tenancy: Tenancy, service: Service) -> None:
    who = "SELECT current_user, current_database(), current_setting('app.tenant_id')"
    done = psql(service.pod, service.folder, tenancy.server, who)
    assert done.stdout == "tenant_gearbox_labs__app_a|tenant_gearbox_labs|gearbox-labs\n", done.stderr
    wire = psql(service.pod, service.folder, tenancy.server, "\\conninfo")
    assert "TLSv1.3" in wire.stdout, wire.stdout
    for home in database_of(service.plan).homes:
        named = psql(service.pod, service.folder, tenancy.server, "SELECT 1", f"dbname={home.database}")
        assert named.stdout == "1\n", named.stderr

    stranger = service.folder / "..stranger.crt"
    stranger.write_text(AUTHORITY)
    done = psql(service.pod, service.folder, tenancy.server, "SELECT 1", f"sslrootcert={stranger}")
    assert "certificate verify failed" in done.stderr
    done = psql(service.pod, service.folder, tenancy.server, "SELECT 1", "host=another.tenantplane-dat.svc")
    assert "does not match host name" in done.stderr
    done = psql(service.pod, service.folder, tenancy.server, "SELECT 1", "user=tenant_hedgehog_cli__app_a")
    assert "password authentication failed" in done.stderr
    done = psql(service.pod, service.folder, tenancy.server, "SELECT 1", "dbname=postgres")
    assert "permission denied for database" in done.stderr


@pytest.fixture
def environment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pod's process."""
    for name, value in variables(service.pod, service.folder).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("environment")
def test_a_rotation_reaches_a_running_service_by_its_files(tenancy: Tenancy, service: Service) -> None:
    def session() -> psycopg.Connection:
        server = tenancy.server
        return psycopg.connect(
            hostaddr=server.host, port=server.port, sslrootcert=f"{service.folder}/ca.crt", autocommit=True
        )

    def login(of: psycopg.Connection) -> object:
        (name,) = of.execute("SELECT current_user").fetchone() or (None,)
        return name

    before = session()
    assert login(before) == "tenant_gearbox_labs__app_a"
    service.becomes(tenancy, 2)
    after = session()
    assert login(after) == "tenant_gearbox_labs__app_b"
    assert login(before) == "tenant_gearbox_labs__app_a"  # still open, and still at work
    service.becomes(tenancy, 2, "revoked")
    assert login(session()) == "tenant_gearbox_labs__app_b"
    assert login(before) == "tenant_gearbox_labs__app_a"
    before.close()
    after.close()


def test_the_files_are_the_pods_users_alone(service: Service) -> None:
    held = [each for each in service.folder.iterdir() if each.is_symlink() and not each.name.startswith("..")]
    assert {each.name for each in held} >= {"pg_service.conf", "ca.crt", "password"}
    assert {each.stat().st_mode & 0o777 for each in held} == {0o440}


def test_every_workload_of_every_tenant_has_them_and_nothing_else_has() -> None:
    """B4: by the tenant's own Secret, and never as variables, which a child process and a crash report would have."""
    for each in own_databases().of(DEPLOYMENT):
        pod = each.inputs["spec"]["template"]["spec"]
        if names.WORKLOAD_LABEL not in each.inputs["spec"]["template"]["metadata"]["labels"]:
            assert not [volume for volume in pod.get("volumes", ()) if volume["name"] == "database"]
            continue
        (volume,) = (volume for volume in pod["volumes"] if volume["name"] == "database")
        assert volume["projected"]["sources"] == [{"secret": {"name": "database"}}]
        assert not [variable for variable in pod["containers"][0]["env"] if "valueFrom" in variable]


def test_cloudnative_pg_is_trusted_by_the_topologys_authority_and_no_other() -> None:
    made = own_databases()
    server = made.one("kubernetes:postgresql.cnpg.io/v1:Cluster", "databases").inputs
    assert server["spec"]["certificates"]["serverCASecret"] == "tenantplane-authority"
    told = [each.inputs["stringData"]["value"] for each in made.of(SECRET) if each.name.endswith("-database-secret")]
    assert told
    assert {each["ca.crt"] for each in told} == {AUTHORITY}
    for each in told:
        assert ssl.create_default_context(cadata=each["ca.crt"])
        assert "sslmode=verify-full\nsslrootcert=/var/run/tenantplane/database/ca.crt\n" in each["pg_service.conf"]


def test_a_cluster_without_databases_gives_its_pods_none() -> None:
    given = plan("hedgehog-cli")
    made = rendered(replace(given, cluster=given.cluster.model_copy(update={"databases": None})))
    found = pods(made)
    assert found
    for pod in found:
        assert [volume["name"] for volume in pod["volumes"]] == ["tmp"]
        assert not [variable for variable in pod["containers"][0]["env"] if variable["name"].startswith("PG")]
