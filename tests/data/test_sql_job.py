"""The Jobs of a cluster with its own server: their command, environment and scripts, run by psql itself (F3)."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from localcloud.controlplane.postgres.sql import connect
from settings import plan_tenants
from settings.database import database_of
from tests.data.conftest import Tenancy
from tests.unit.components.own_databases import own_databases, with_own_databases
from tests.unit.components.test_database_server import JOB, SECRET, script

TENANT = "acme-robotics"


def run(tenancy: Tenancy, job: dict[str, Any], text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The Job's container on this machine: what the cluster would give it is given by this server."""
    if shutil.which("psql") is None:
        pytest.skip("no psql on this machine: apt-get install postgresql-client")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    held = {"username": tenancy.server.user, "password": tenancy.server.password}
    mounted = {"/ca/ca.crt": str(tenancy.server.authority), "--file=/sql/steps.sql": f"--file={folder / 'steps.sql'}"}
    (folder / "steps.sql").write_text(text)
    environment = {
        each["name"]: each["value"] if "value" in each else held[each["valueFrom"]["secretKeyRef"]["key"]]
        for each in container["env"]
    }
    environment = {name: mounted.get(value, value) for name, value in environment.items()}
    environment |= {"PGHOST": tenancy.server.host, "PGPORT": str(tenancy.server.port), "PATH": os.environ["PATH"]}
    command = [mounted.get(each, each) for each in container["command"]]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_jobs_make_the_tenants_database_and_its_secret_opens_it(tenancy: Tenancy, tmp_path: Path) -> None:
    platform = own_databases().one("kubernetes:core/v1:ConfigMap", "databases-sql").inputs["data"]["steps.sql"]
    done = run(tenancy, own_databases().one(JOB, "databases-job").inputs, platform, tmp_path)
    assert done.returncode == 0, done.stderr
    job = own_databases().one(JOB, f"{TENANT}-database-job").inputs
    for _ in range(2):
        done = run(tenancy, job, script(TENANT), tmp_path)
        assert done.returncode == 0, done.stderr

    told = own_databases().one(SECRET, f"{TENANT}-database-secret").inputs["stringData"]["value"]
    with connect(tenancy.server, told["database"], told["user"], told["password"]) as session:
        assert session.execute("SELECT current_user").fetchone() == (told["user"],)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(tenancy.server, told["database"], told["user"], "not its password")

    moved = tenancy.admin("tenantplane")
    try:
        wanted = database_of(next(each for each in plan_tenants(with_own_databases()) if each.tenant.id == TENANT))
        model = "schema" if wanted.model != "schema" else "shared"
        moved.execute("UPDATE platform.tenant SET model = %s WHERE tenant = %s", (model, TENANT))
        moved.commit()
        done = run(tenancy, job, script(TENANT), tmp_path)
        assert done.returncode == 3, done.stderr
        assert f"the data of {TENANT} are not in model {wanted.model}: move them first" in done.stderr
    finally:
        moved.execute("UPDATE platform.tenant SET model = %s WHERE tenant = %s", (wanted.model, TENANT))
        moved.commit()
        moved.close()
