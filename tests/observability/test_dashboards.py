"""Dashboards: every query of each is run against a real Prometheus, and a tenant's shows that tenant alone (G4)."""

import re
from typing import Any

import pytest

from settings import Catalogue, TenantPlan
from settings.cost import metered
from settings.monitoring import rule_groups
from tests.observability.live import Live, synthetic_plans
from tests.observability.synthetic import QUIET
from tests.polling import until

pytest.importorskip("grafana_foundation_sdk", reason="pip install -r requirements.txt")
from settings.monitoring.dashboards import (
    TENANT_HEADER,
    data_source,
    platform_dashboard,
    tenant_dashboard,
)

pytestmark = pytest.mark.xdist_group("observability")

ONE_SERIES = re.compile(r'([a-z_:0-9]+)\{tenant="([a-z0-9-]+)"\}')
"""All that a tenant's query may be: the pattern is matched with the whole query and so is its whole grammar."""


def queries(made: dict[str, Any]) -> list[str]:
    """Every query of a dashboard."""
    return [target["expr"] for panel in made["panels"] for target in panel["targets"]]


@pytest.fixture(scope="module")
def plan(tenants: tuple[TenantPlan, ...]) -> TenantPlan:
    """One of the synthetic tenants, as the live Prometheus knows it."""
    like = next(each for each in tenants if each.tenant.id == "acme-robotics")
    return next(each for each in synthetic_plans(like) if each.tenant.id == QUIET[0])


def test_every_query_of_a_tenant_is_one_series_of_that_tenant(
    tenants: tuple[TenantPlan, ...], catalogue: Catalogue
) -> None:
    groups = rule_groups(tenants, metered(catalogue, catalogue.topology.clusters[0]))
    recorded = {rule.get("record") for group in groups for rule in group["rules"]}
    for each in tenants:
        for query in queries(tenant_dashboard(each)):
            matched = ONE_SERIES.fullmatch(query)
            assert matched, query
            assert matched[1] in recorded
            assert matched[2] == each.tenant.id


def test_a_tenants_dashboard_has_no_variable_and_its_own_source(tenants: tuple[TenantPlan, ...]) -> None:
    for each in tenants:
        made = tenant_dashboard(each)
        assert not made.get("templating", {}).get("list")
        assert not made["editable"]
        assert {panel["datasource"]["uid"] for panel in made["panels"]} == {each.namespace}
        source = data_source(each, "http://proxy.example")
        assert source["uid"] == each.namespace
        assert source["jsonData"]["httpHeaderName1"] == TENANT_HEADER
        assert source["secureJsonData"]["httpHeaderValue1"] == each.tenant.id


def test_every_query_of_a_tenant_gives_its_own_data(live: Live, plan: TenantPlan) -> None:
    for query in queries(tenant_dashboard(plan)):
        until(lambda asked=query: live.query(asked), f"{query} gives data", 60)  # type: ignore[misc]
        assert {dict(labels)["tenant"] for labels in live.query(query)} == {plan.tenant.id}


def test_every_query_of_the_platform_gives_data(live: Live) -> None:
    for query in queries(platform_dashboard()):
        until(lambda asked=query: live.query(asked), f"{query} gives data", 60)  # type: ignore[misc]
