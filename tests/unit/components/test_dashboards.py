"""Dashboards as Grafana's sidecar finds them: a folder for each tenant, and nothing of another in it (G4)."""

import json
from typing import Any

from settings import plan_tenants
from tests.unit.components.local_stack import catalogue, local_stack

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"


def held() -> dict[str, dict[str, Any]]:
    made = (each.inputs for each in local_stack().of(CONFIG_MAP))
    return {
        each["metadata"]["name"]: each for each in made if each["metadata"]["name"].startswith(("dashboard-", "data-"))
    }


def test_each_tenant_has_a_folder_with_its_dashboard_in_the_platforms_namespace() -> None:
    found, plans = held(), plan_tenants(catalogue())
    assert found.keys() == {f"dashboard-{plan.namespace}" for plan in plans} | {"dashboard-platform", "data-sources"}
    for plan in plans:
        each = found[f"dashboard-{plan.namespace}"]
        assert each["metadata"]["namespace"] == "tenantplane-system"
        assert each["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert each["metadata"]["annotations"] == {"grafana_folder": plan.tenant.display_name}
        (text,) = each["data"].values()
        queries = [target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"]]
        assert queries
        assert all(query.endswith(f'{{tenant="{plan.tenant.id}"}}') for query in queries)
        assert len(text) < 30_000


def test_every_dashboard_has_its_source_and_a_tenants_says_whose_it_is() -> None:
    found = held()
    (text,) = found["data-sources"]["data"].values()
    assert found["data-sources"]["metadata"]["labels"]["grafana_datasource"] == "1"
    sources = {each["uid"]: each for each in json.loads(text)["datasources"]}
    for name in found.keys() - {"data-sources"}:
        (board,) = found[name]["data"].values()
        assert {panel["datasource"]["uid"] for panel in json.loads(board)["panels"]} <= sources.keys()
    for plan in plan_tenants(catalogue()):
        source = sources[plan.namespace]
        assert source["secureJsonData"] == {"httpHeaderValue1": plan.tenant.id}
        assert source["url"] != sources["tenantplane-platform"]["url"]
        assert source["editable"] is False
