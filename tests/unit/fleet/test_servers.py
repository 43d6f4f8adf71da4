"""Where tenants' data is, and on which machine nobody looks for it (F1, F2)."""

from contextlib import nullcontext
from typing import Any

import pytest

from fleet import databases
from fleet.data import guard, servers
from fleet.data.servers import NotReachedError, by_server, owner_of, server_of
from fleet.relocation import data
from fleet.relocation.sameness import compared
from fleet.run import Fleet
from settings import Catalogue, Cluster, TenantPlan, load_catalogue, plan_tenants
from tests.unit.components.local_stack import ROOT


@pytest.fixture(scope="module")
def staging() -> Catalogue:
    return load_catalogue(ROOT / "catalog", "staging")


def test_tenants_of_some_tiers_have_a_server_of_their_own(staging: Catalogue) -> None:
    plans = plan_tenants(staging, "enterprise")
    cluster = plans[0].cluster
    found = {owner: [plan.tenant.id for plan in held] for owner, held in by_server(cluster, plans).items()}
    assert found["t-acme-robotics"] == ["acme-robotics"]
    assert next(iter(by_server(cluster, ()))) == cluster.name, "and the cluster's own is there without any"
    shared = next(plan for plan in plan_tenants(staging) if plan.tenant.id == "hedgehog-cli")
    assert owner_of(shared.cluster, shared) == shared.cluster.name


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({"databases": "local"}, True),
        ({"databases": "cloudnative-pg"}, False),
        ({"databases": None}, False),
    ],
)
def test_whose_sql_is_run_from_here_is_one_rule(staging: Catalogue, changes: dict[str, Any], reached: bool) -> None:
    on_aurora = staging.topology.clusters[0]
    assert on_aurora.has_reachable_databases
    assert on_aurora.model_copy(update={"aurora": None, **changes}).has_reachable_databases is reached


def test_a_tenant_with_a_server_of_its_own_is_looked_for_there(
    staging: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(servers, "aurora_of", lambda _catalogue, _cluster, owner: asked.append(owner))
    for plan in plan_tenants(staging, "enterprise"):
        server_of(staging, plan.cluster, plan)
        server_of(staging, plan.cluster)
    assert set(asked) == {"enterprise", "t-acme-robotics"}


@pytest.mark.parametrize("there", ["yes", "not yet", "silent"])
def test_data_follows_to_a_server_of_the_tenant_s_own_that_is_yet_to_be_made_and_to_no_other(
    there: str, staging: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the tenant left behind is there when it comes home, and keeps the record that the tenant has left. One
    that does not answer is no new one."""

    def server(_: Catalogue, cluster: Cluster, plan: TenantPlan) -> object:
        del plan
        if there == "silent":
            raise NotReachedError(f"{cluster.name} is silent")
        return object() if there == "yes" else None

    monkeypatch.setattr(data, "server_of", server)
    fleet = Fleet(ROOT, staging)
    clusters = {each.name: each for each in staging.topology.clusters}
    plan = next(plan for plan in plan_tenants(staging) if plan.tenant.id == "acme-robotics")
    removal = data.Removal(plan=plan, old=clusters["enterprise"], new=clusters["enterprise-west"])
    assert removal.follows(fleet) is (there == "not yet")
    assert (
        removal.unreached(fleet)
        == {
            "yes": [],
            "not yet": ["the database server of enterprise does not run here, or is not there"],
            "silent": ["enterprise is silent", "enterprise-west is silent"],
        }[there]
    )


def test_an_aurora_that_is_silent_keeps_nobody_else_from_a_database_and_ends_in_an_error(
    staging: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def server(_: Catalogue, cluster: Cluster, plan: TenantPlan | None) -> object:
        if cluster.name == "team":
            raise NotReachedError("the Aurora of team is silent")
        return None if plan is not None else object()

    def brought_up(_sessions: object, _core: object, plans: list[TenantPlan]) -> dict[str, str]:
        done.extend(plan.tenant.id for plan in plans)
        return {}

    monkeypatch.setattr(databases, "server_of", server)
    monkeypatch.setattr(databases, "api_client", lambda *_: None)
    monkeypatch.setattr(databases, "Sessions", nullcontext)
    monkeypatch.setattr(databases, "_brought_up", brought_up)
    monkeypatch.setattr(databases, "_left", lambda *_: [])
    with pytest.raises(NotReachedError, match=r"tenants have no databases, .*\n  the Aurora of team is silent$"):
        databases.make_databases(staging, Fleet(ROOT, staging).stacks, ROOT)
    on_clusters = {plan.tenant.id for plan in plan_tenants(staging, "starter")}
    assert set(done) == on_clusters, "those of an Aurora of their own have none yet, which is no error"


def test_what_cannot_be_asked_is_told_before_anything_is_changed(
    staging: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise NotReachedError("the Aurora is silent")

    monkeypatch.setattr(guard, "server_of", silent)
    found = guard.compare(staging, ROOT / "catalog", Fleet(ROOT, staging).stacks)
    assert not found.misplaced
    assert found.unknown == (
        "the Aurora is silent; so where its tenants' data is was not compared with the catalogue",
    ), "once, however many servers it is about"


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


def test_a_policy_that_names_the_auroras_of_its_own_region_is_the_same_and_one_that_names_more_is_not() -> None:
    def with_policy(*ranges: str) -> dict[str, Any]:
        made = deployment("one.example", "same", "data")
        spec = {"egress": [{"to": [{"ipBlock": {"cidr": each}} for each in ranges]}]}
        policy = {
            "urn": "urn:pulumi:s::p::tenantplane:tenancy:Tenant$kubernetes:networking.k8s.io/v1:NetworkPolicy::acme",
            "type": "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            "parent": made["resources"][0]["urn"],
            "inputs": {"metadata": {"name": "tenant-traffic", "namespace": "tenant-acme"}, "spec": spec},
        }
        return {"resources": [*made["resources"], policy]}

    here, there = ("10.1.1.0/24", "10.1.2.0/24"), ("10.2.1.0/24", "10.2.2.0/24")
    assert compared(with_policy(*here), with_policy(*there), "acme", (here, there)).holds
    assert not compared(with_policy(*here), with_policy(*there), "acme").holds
    assert not compared(with_policy(*here), with_policy(*there, "0.0.0.0/0"), "acme", (here, there)).holds
    assert not compared(with_policy(*here), with_policy(there[0], here[1]), "acme", (here, there)).holds
