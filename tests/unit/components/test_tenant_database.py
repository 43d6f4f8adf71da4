"""A tenant's credential, as it is rendered (F1, F5, I5)."""

from dataclasses import replace
from typing import Any

from pulumi.runtime import rpc
from pulumi_kubernetes.core import v1 as core

from components.data.tenant_database import DatabaseAddress, TenantDatabase, TenantDatabaseArgs
from settings import TenantPlan
from settings.aws import Aurora
from settings.credential import DatabaseCredential
from tests.unit.components.local_stack import local_stack, plan, rendered
from tests.unit.components.recorder import Recording, record
from tests.unit.settings.test_aws import AURORA

SECRET = "kubernetes:core/v1:Secret"
PASSWORD = "random:index/randomPassword:RandomPassword"


def secret(made: Recording, tenant: str) -> dict[str, Any]:
    """The Secret's inputs, its values unsealed: the engine is told that all of them together are a secret (I5)."""
    found: dict[str, Any] = made.one(SECRET, f"{tenant}-database-secret").inputs
    sealed = found["stringData"]
    assert sealed[rpc._special_sig_key] == rpc._special_secret_sig
    return {**found, "stringData": sealed["value"]}


def password(made: Recording, tenant: str) -> dict[str, Any]:
    found: dict[str, Any] = made.one(PASSWORD, f"{tenant}-database-password").inputs
    return found


def rotated(tenant: str, credential: int) -> TenantPlan:
    return plan(tenant, database=DatabaseCredential(credential=credential))


def test_every_tenant_has_one_in_its_own_namespace() -> None:
    made = local_stack()
    assert len(made.of(SECRET)) == len(made.of("tenantplane:tenancy:Tenant"))
    bank = secret(made, "northwind-bank")
    assert bank["metadata"]["namespace"] == "tenant-northwind-bank"
    assert bank["metadata"]["labels"]["tenant"] == "northwind-bank"
    assert bank["stringData"]["user"] == "tenant_northwind_bank__app_a"
    assert bank["stringData"]["databases"] == "tenant_northwind_bank"
    assert secret(made, "hedgehog-cli")["stringData"]["databases"] == "tenantplane"
    assert secret(made, "gearbox-labs")["stringData"]["databases"] == "tenant_gearbox_labs,tenantplane"


def test_a_rotation_makes_a_new_password_for_the_other_login() -> None:
    first, second = rendered(rotated("hedgehog-cli", 1)), rendered(rotated("hedgehog-cli", 2))
    assert password(first, "hedgehog-cli")["keepers"] != password(second, "hedgehog-cli")["keepers"]
    assert secret(first, "hedgehog-cli")["stringData"]["user"] == "tenant_hedgehog_cli__app_a"
    assert secret(second, "hedgehog-cli")["stringData"]["user"] == "tenant_hedgehog_cli__app_b"
    assert secret(rendered(rotated("hedgehog-cli", 3)), "hedgehog-cli")["stringData"]["user"].endswith("__app_a")


def test_a_cluster_without_databases_is_as_it_was() -> None:
    given = plan("hedgehog-cli")
    made = rendered(replace(given, cluster=given.cluster.model_copy(update={"databases": None})))
    assert not made.of(SECRET)
    assert not made.of(PASSWORD)


def test_a_tenant_costs_three_resources_more() -> None:
    given = plan("hedgehog-cli")
    without = rendered(replace(given, cluster=given.cluster.model_copy(update={"databases": None})))
    assert len(rendered(given).resources) - len(without.resources) == 3


def on_aurora(address: DatabaseAddress | None) -> Recording:
    """The credential of a tenant whose databases are on Aurora."""
    given = plan("hedgehog-cli")
    at_aws = {"databases": None, "aurora": Aurora.model_validate(AURORA)}
    moved = replace(given, cluster=given.cluster.model_copy(update=at_aws))

    def program() -> None:
        namespace = core.Namespace("home", metadata={"name": moved.namespace})
        TenantDatabase("hedgehog-cli-database", TenantDatabaseArgs(plan=moved, namespace=namespace, address=address))

    return record(program)


def test_on_aurora_it_names_the_endpoint_and_brings_the_tenant_for_logs() -> None:
    # The outputs of another stack are numbers with a fraction.
    address = DatabaseAddress(host="one.example", port=27001.0)  # type: ignore[arg-type]
    held = secret(on_aurora(address), "hedgehog-cli")["stringData"]
    assert (held["host"], held["port"]) == ("one.example", "27001")
    lines = held["pg_service.conf"].splitlines()
    assert {"host=one.example", "port=27001", "options=-c app.tenant_id=hedgehog-cli"} <= set(lines)


def test_on_aurora_without_an_endpoint_nothing_is_made_up() -> None:
    assert "no address" in str(on_aurora(None).error)
