"""`fleet verify` asks an Aurora as it asks a server beside a cluster: as each tenant, and as the master (F1)."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fleet.verify.database_servers import ask_databases
from fleet.verify.databases import QUESTIONS, WIDE
from fleet.verify.finding import HELD, UNKNOWN, Finding
from fleet.verify.place import Place, Site
from localcloud.controlplane.postgres.sql import apply_steps, connect
from settings import Catalogue, TenantPlan, plan_tenants
from settings.database import database_of, login_steps, platform_steps, scram_verifier, tenant_steps
from tests.aws.on_aurora import OWNER, Servers

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("aws")]

PLANS = tuple[TenantPlan, ...]


def password(namespace: str) -> str:
    return f"of-{namespace}-for-a-test"


class Secrets:
    """What an API server tells of tenants' credentials."""

    def read(self, path: str) -> Any:
        """A tenant's Secret."""
        namespace = path.split("/namespaces/")[1].split("/", maxsplit=1)[0]
        held = base64.b64encode(password(namespace).encode()).decode()
        return SimpleNamespace(status=200, body={"data": {"password": held}})


@pytest.fixture
def plans(here: Catalogue, servers: Servers) -> PLANS:
    """The cluster's tenants, who are all on its Aurora."""
    found = plan_tenants(here, OWNER)
    server, _ = servers
    apply_steps(server, platform_steps(superuser=False))
    for plan in found:
        wanted = database_of(plan)
        logins = login_steps(wanted, scram_verifier(wanted.current_login, password(plan.namespace)))
        apply_steps(server, (*tenant_steps(wanted, superuser=False), *logins))
    return found


def asked(catalogue: Catalogue, plans: PLANS) -> list[Finding]:
    """A whole run on the cluster. Each asks about the next one."""
    site = Site(cluster=plans[0].cluster, catalogue=catalogue, plans=plans, run="run", own="own")
    strangers = (*plans[1:], plans[0])
    places = [
        Place(
            site=site,
            home=plan,
            plan=plan,
            stranger=other.namespace,
            stranger_id=other.tenant.id,
            live=cast("Any", None),
        )
        for plan, other in zip(plans, strangers, strict=True)
    ]
    with ThreadPoolExecutor(4) as pool:
        return list(ask_databases(site, places, cast("Any", Secrets()), pool))


def wrong(found: list[Finding]) -> set[tuple[str, str]]:
    return {(each.probe, each.tenant) for each in found if each.state != HELD}


@contextmanager
def sabotaged(servers: Servers, database: str, do: str, undo: str) -> Iterator[None]:
    with connect(servers[0], database) as master:
        master.execute(do)
        try:
            yield
        finally:
            master.execute(undo)


def test_every_question_is_asked_and_an_aurora_that_is_as_it_should_be_holds(here: Catalogue, plans: PLANS) -> None:
    found = asked(here, plans)
    assert not wrong(found), [each for each in found if each.state != HELD]
    assert {each.probe for each in found} == QUESTIONS.keys() | WIDE.keys()
    assert {each.tenant for each in found} == {"", *(plan.tenant.id for plan in plans)}


def test_a_lock_that_was_opened_is_found_by_the_servers_catalogue_and_by_who_gets_in(
    here: Catalogue, plans: PLANS, servers: Servers
) -> None:
    off = "ALTER TABLE shared.session DISABLE ROW LEVEL SECURITY"
    with sabotaged(servers, "tenantplane", off, off.replace("DISABLE", "ENABLE")):
        assert wrong(asked(here, plans)) == {("database-row-security", ""), ("database-rows", "hedgehog-cli")}
    role = "tenant_lindenhof_school__app"
    member = f"GRANT {role} TO tenant_hedgehog_cli__app_a"
    with sabotaged(servers, "postgres", member, f"REVOKE {role} FROM tenant_hedgehog_cli__app_a"):
        assert ("database-roles", "hedgehog-cli") in wrong(asked(here, plans))
    assert not wrong(asked(here, plans))


def test_one_that_is_not_reached_is_told_and_not_taken_for_well(here: Catalogue) -> None:
    """By what is asked of each server, of the cluster's and of the tenant's own alike."""
    plans = plan_tenants(here, "enterprise")
    found = asked(here, plans)
    assert {each.state for each in found} == {UNKNOWN}
    assert {(each.probe, each.tenant) for each in found} == {
        (probe, tenant) for probe in WIDE for tenant in ("", "acme-robotics")
    }
    assert all("is not there" in each.why for each in found)
