"""PostgreSQL by CloudNativePG, as it is rendered: one server, a pooler for each tenant, Jobs with the SQL (F1, F2)."""

from typing import Any

from pulumi.runtime import rpc

from settings import plan_tenants
from settings.database import database_of
from tests.unit.components.local_stack import plan, rendered
from tests.unit.components.own_databases import own_databases, with_own_databases
from tests.unit.components.test_hardening import violations

JOB, SECRET = "kubernetes:batch/v1:Job", "kubernetes:core/v1:Secret"
SERVER, POOLER = "kubernetes:postgresql.cnpg.io/v1:Cluster", "kubernetes:postgresql.cnpg.io/v1:Pooler"


def script(tenant: str) -> str:
    """The tenant's script, unsealed: the engine is told that it is a secret (I5)."""
    sealed = own_databases().one(SECRET, f"{tenant}-database-sql").inputs["stringData"]
    assert sealed[rpc._special_sig_key] == rpc._special_secret_sig
    return str(sealed["value"]["steps.sql"])


def test_the_server_is_protected_and_takes_as_many_sessions_as_its_tenants_may_have() -> None:
    (server,) = own_databases().of(SERVER)
    assert server.protect
    parameters = server.inputs["spec"]["postgresql"]["parameters"]
    sessions = sum(2 * database_of(each).limits.connections for each in plan_tenants(with_own_databases()))
    assert int(parameters["max_connections"]) == sessions + 50
    assert parameters["ssl_min_protocol_version"] == "TLSv1.3"
    assert server.inputs["spec"]["postgresql"]["pg_hba"][-1] == "hostnossl all all all reject"
    assert server.inputs["spec"]["backup"]["volumeSnapshot"]["className"] == "tenantplane-snapshots"


def test_each_tenant_has_a_pooler_with_its_label_and_a_secret_that_leads_there() -> None:
    poolers = {each.inputs["metadata"]["name"]: each.inputs for each in own_databases().of(POOLER)}
    plans = plan_tenants(with_own_databases())
    assert poolers.keys() == {f"tenant-{each.tenant.id}" for each in plans}
    for each in plans:
        made = poolers[f"tenant-{each.tenant.id}"]
        assert made["metadata"]["namespace"] == each.cluster.database_namespace
        # What the tenant's network policy and guard-rail let it reach.
        assert made["spec"]["template"]["metadata"]["labels"]["tenant"] == each.tenant.id
        assert made["spec"]["instances"] == int(each.active)
        told = own_databases().one(SECRET, f"{each.tenant.id}-database-secret").inputs["stringData"]["value"]
        assert told["host"] == f"tenant-{each.tenant.id}.{each.cluster.database_namespace}.svc"


def test_jobs_are_hardened_hold_no_password_and_change_with_the_script() -> None:
    jobs = {each.name: each.inputs for each in own_databases().of(JOB)}
    assert len(jobs) == 1 + len(plan_tenants(with_own_databases()))
    for name, inputs in jobs.items():
        pod: dict[str, Any] = inputs["spec"]["template"]["spec"]
        assert violations({**pod, "volumes": pod["volumes"][:1]}) == [], name
        assert pod["automountServiceAccountToken"] is False
        assert "SCRAM" not in str(inputs)
    other = rendered(plan("acme-robotics", data_isolation="schema"))
    assert not other.of(JOB), "no Job where localcloud runs the server"
    names = {each["metadata"]["name"] for each in jobs.values()}
    assert len(names) == len(jobs)


def test_a_script_holds_a_verifier_and_no_password_and_stops_where_the_data_are_elsewhere() -> None:
    text = script("acme-robotics")
    assert "SCRAM-SHA-256$4096:" in text
    password = own_databases().one(SECRET, "acme-robotics-database-secret").inputs["stringData"]["value"]["password"]
    assert password
    assert password not in text
    assert text.index("move them first") < text.index("CREATE ROLE")
    assert text.startswith("\\set ON_ERROR_STOP on")
