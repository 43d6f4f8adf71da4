"""Where tenants' data is, and on which machine nobody looks for it (F1, F2)."""

from dataclasses import replace
from typing import Any

import pytest

from fleet.data import servers
from fleet.data.servers import are_here, by_server, owner_of, server_of
from fleet.relocation import data
from fleet.relocation.sameness import compared
from fleet.run import Fleet
from settings import Catalogue, load_catalogue, plan_tenants
from tests.unit.components.local_stack import ROOT


@pytest.fixture(scope="module")
def staging() -> Catalogue:
    return load_catalogue(ROOT / "catalog", "staging")


def test_tenants_of_some_tiers_have_a_server_of_their_own(staging: Catalogue) -> None:
    plans = plan_tenants(staging, "enterprise")
    cluster = plans[0].cluster
    found = {owner: [plan.tenant.id for plan in held] for owner, held in by_server(cluster, plans).items()}
    assert found["t-acme-robotics"] == ["acme-robotics"]
    shared = next(plan for plan in plan_tenants(staging) if plan.tenant.id == "hedgehog-cli")
    assert owner_of(shared.cluster, shared) == shared.cluster.name


def test_servers_of_a_real_account_are_looked_for_by_nobody(
    staging: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(servers, "master_of", lambda *given: asked.append(given))
    cluster = staging.topology.clusters[0]
    assert are_here(staging, cluster)
    server_of(staging, cluster)
    assert asked == [("tp-staging-starter", "eu-central-1")]
    assert staging.topology.aws is not None
    account = staging.topology.aws.model_copy(update={"account": "111122223333"})
    real = replace(staging, topology=staging.topology.model_copy(update={"aws": account}))
    assert not are_here(real, cluster)
    assert server_of(real, cluster) is None
    assert len(asked) == 1, "not a second time"


@pytest.mark.parametrize("there", [False, True])
def test_data_follows_to_a_server_of_the_tenant_s_own_that_is_yet_to_be_made_and_to_no_other(
    there: bool, staging: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the tenant left behind is there when it comes home, and keeps the record that the tenant has left."""
    monkeypatch.setattr(data, "server_of", lambda *_: object() if there else None)
    fleet = Fleet(ROOT, staging)
    clusters = {each.name: each for each in staging.topology.clusters}
    plan = next(plan for plan in plan_tenants(staging) if plan.tenant.id == "acme-robotics")
    removal = data.Removal(plan=plan, old=clusters["enterprise"], new=clusters["enterprise-west"])
    assert removal.follows(fleet) is not there
    assert removal.unreached(fleet) == ([] if there else ["enterprise"])


def deployment(host: str, password: str, part: str) -> dict[str, Any]:
    tenant = "urn:pulumi:s::p::tenantplane:tenancy:Tenant::acme"
    held = {"host": host, "password": password, "user": "tenant_acme__app_a", "pg_service.conf": f"host={host}"}
    secret = {
        "urn": "urn:pulumi:s::p::tenantplane:tenancy:Tenant$kubernetes:core/v1:Secret::acme-database-secret",
        "type": "kubernetes:core/v1:Secret",
        "parent": tenant,
        "inputs": {"metadata": {"name": "database", "namespace": "tenant-acme"}, part: held},
    }
    return {"resources": [{"urn": tenant, "type": "tenantplane:tenancy:Tenant"}, secret]}


@pytest.mark.parametrize("part", ["data", "stringData"])
def test_a_credential_is_the_same_at_another_server_and_another_password_is_not(part: str) -> None:
    """Whichever of the two a provider keeps it in."""
    before = deployment("one.example", "same", part)
    assert compared(before, deployment("two.example", "same", part), "acme").holds
    assert compared(before, deployment("one.example", "other", part), "acme").different
