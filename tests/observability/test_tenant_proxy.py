"""A tenant's data source, through the real prom-label-proxy from the real Prometheus: that tenant alone (G4)."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.toolchain import tool
from settings import TenantPlan
from settings.monitoring.tenant_proxy import arguments
from tests.observability.live import Live, synthetic_plans
from tests.observability.processes import answers, free_port, serving
from tests.observability.synthetic import QUIET, VICTIM
from tests.polling import until

pytest.importorskip("grafana_foundation_sdk", reason="pip install -r requirements.txt")
from settings.monitoring.dashboards import TENANT_HEADER, data_source, tenant_dashboard
from tests.observability.test_dashboards import queries

pytestmark = pytest.mark.xdist_group("observability")

OWN, OTHER = QUIET[0], VICTIM
Series = list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """A tenant's data source, as Grafana uses it. headers: all that say whose it is."""

    url: str
    headers: Sequence[tuple[str, str]]

    def ask(self, path: str, query: Sequence[tuple[str, str]] = (), *, method: str = "GET") -> tuple[int, Any]:
        """Status and answer."""
        given = urllib.parse.urlencode(list(query))
        body = given.encode() if method == "POST" else None
        address = f"{self.url}{path}{'' if body is not None or not given else f'?{given}'}"
        request = urllib.request.Request(address, data=body, method=method)  # noqa: S310  loopback
        for name, value in self.headers:
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  loopback
                text, status = answer.read().decode(), answer.status
        except urllib.error.HTTPError as error:
            text, status = error.read().decode(), error.code
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def series(self, promql: str) -> Series:
        """What a query gives now. Fails for one that is refused."""
        status, answer = self.ask("/api/v1/query", [("query", promql)])
        assert status == 200, answer
        found: Series = answer["data"]["result"]
        return found


@pytest.fixture(scope="module")
def plans(tenants: tuple[TenantPlan, ...]) -> dict[str, TenantPlan]:
    """Of the synthetic tenants, by id."""
    like = next(each for each in tenants if each.tenant.id == "acme-robotics")
    return {each.tenant.id: each for each in synthetic_plans(like)}


@pytest.fixture(scope="module")
def proxy(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the proxy, started as the component's container is."""
    listen = f"127.0.0.1:{free_port()}"
    command = [str(tool("prom-label-proxy")), *arguments(live.url, listen)]
    with serving(command, tmp_path_factory.mktemp("proxy") / "proxy.log") as alive:
        until(lambda: alive() and answers(f"http://{listen}/healthz"), "the proxy answers")
        yield f"http://{listen}"


@pytest.fixture(scope="module")
def own(proxy: str, plans: dict[str, TenantPlan]) -> Source:
    """The data source of one of them, by its provisioning file."""
    made = data_source(plans[OWN], proxy)
    header = (made["jsonData"]["httpHeaderName1"], made["secureJsonData"]["httpHeaderValue1"])
    return Source(made["url"], [header])


def test_every_query_of_a_tenants_dashboard_gives_that_tenants_data(own: Source, plans: dict[str, TenantPlan]) -> None:
    for query in queries(tenant_dashboard(plans[OWN])):
        until(lambda asked=query: own.series(asked), f"{query} gives data", 60)  # type: ignore[misc]
        assert {each["metric"]["tenant"] for each in own.series(query)} == {OWN}


def test_another_tenants_dashboard_is_refused_though_there_is_data(
    own: Source, live: Live, plans: dict[str, TenantPlan]
) -> None:
    for query in queries(tenant_dashboard(plans[OTHER])):
        until(lambda asked=query: live.query(asked), f"{query} gives data", 60)  # type: ignore[misc]  # the twin
        status, answer = own.ask("/api/v1/query", [("query", query)])
        assert status == 400, answer


@pytest.mark.parametrize(
    "query",
    [
        "tenant:cpu_quota:ratio",
        '{__name__=~".+"}',
        'tenant:cpu_quota:ratio{tenant=~".+"}',
        'tenant:cpu_quota:ratio{tenant!=""}',
        f'tenant:cpu_quota:ratio{{tenant!="{OWN}"}} or tenant:cpu_quota:ratio',
        f'tenant:cpu_quota:ratio or tenant:cpu_quota:ratio{{tenant=~"{OWN}|{OTHER}"}}',
        "topk(500, tenant:cpu_quota:ratio)",
        "max by (tenant) (max_over_time(tenant:cpu_quota:ratio[1m:1s]))",
        "tenant:cpu_quota:ratio * on (tenant) group_left (tier) tenant:info",
        "sort_desc(tenant:cpu_quota:ratio offset 1s)",
        'container_cpu_usage_seconds_total{job="cadvisor"}',
    ],
)
def test_whatever_a_person_asks_nobody_else_is_in_the_answer(own: Source, live: Live, query: str) -> None:
    # On a loaded machine a scrape may be late, and its series are gone for a second.
    until(lambda: len({dict(labels).get("tenant") for labels in live.query(query)}) > 1, f"{query} gives many", 60)
    status, answer = own.ask("/api/v1/query", [("query", query)])
    assert status in {200, 400}, answer
    if status == 200:
        assert {each["metric"].get("tenant") for each in answer["data"]["result"]} <= {OWN}
    assert OTHER not in json.dumps(answer)


def test_a_sum_without_a_label_is_of_the_tenant_alone(own: Source, live: Live) -> None:
    until(lambda: list(live.query("count(tenant:info)").values()) > [1], "many are counted", 60)
    (counted,) = until(lambda: own.series("count(tenant:info)"), "the tenant is counted", 60)
    assert counted["value"][1] == "1"
    until(lambda: live.query('count(up{job="apiserver"})'), "the API server is up", 60)
    assert own.series('count(up{job="apiserver"})') == []  # what is the platform's is nobody's


METRIC = st.sampled_from(["tenant:info", "tenant:cpu_quota:ratio", "tenant:queue_pending:count", '{__name__=~"t.+"}'])
MATCHER = st.sampled_from(["", f'{{tenant="{OTHER}"}}', '{tenant=~".*"}', '{tenant!="x"}', '{tier=~".*"}'])
SELECTOR = st.builds(lambda metric, matcher: metric + matcher if "{" not in metric else metric, METRIC, MATCHER)
PROMQL = st.recursive(
    SELECTOR,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"({a}) or ({b})", inner, inner),
        st.builds(lambda a, b: f"({a}) and on () ({b})", inner, inner),
        st.builds(lambda a, b: f"({a}) unless on (tenant) ({b})", inner, inner),
        st.builds(lambda a: f"count by (tenant) ({a})", inner),
        st.builds(lambda a: f"bottomk(99, {a})", inner),
        st.builds(lambda a: f"last_over_time(({a})[10s:1s])", inner),
    ),
    max_leaves=4,
)


def test_no_query_at_all_tells_of_another(own: Source) -> None:
    outcomes: set[int] = set()

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(PROMQL)
    def asked(query: str) -> None:
        status, answer = own.ask("/api/v1/query", [("query", query)])
        outcomes.add(status)
        if status == 200:
            assert {each["metric"].get("tenant", OWN) for each in answer["data"]["result"]} <= {OWN}

    asked()
    assert outcomes >= {200, 400}


def test_metrics_names_and_values_are_the_tenants_own(own: Source) -> None:
    assert own.ask("/api/v1/label/tenant/values")[1]["data"] == [OWN]
    series = own.ask("/api/v1/series", [("match[]", '{__name__=~".+"}')])[1]["data"]
    assert series
    assert {each["tenant"] for each in series} == {OWN}
    assert OTHER not in json.dumps(own.ask("/api/v1/labels")[1])
    federated = own.ask("/federate", [("match[]", '{__name__=~"tenant:.+"}')])[1]
    assert f'tenant="{OWN}"' in federated
    assert OTHER not in federated


def test_alerts_and_rules_tell_of_the_tenant_alone(own: Source, live: Live) -> None:
    until(lambda: {tenant for _, tenant in live.firing()} - {"", OWN}, "alerts of others fire", 90)
    told = own.ask("/api/v1/alerts")[1]["data"]["alerts"]
    assert {each["labels"].get("tenant") for each in told} <= {OWN}
    others = [tenant for _, tenant in live.firing() if tenant not in {"", OWN}]
    rules = json.dumps(own.ask("/api/v1/rules")[1])
    assert not [each for each in others if f'"{each}"' in rules]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/targets"),
        ("GET", "/api/v1/status/config"),
        ("GET", "/api/v1/status/tsdb"),
        ("GET", "/api/v1/metadata"),
        ("POST", "/api/v1/read"),
        ("POST", "/api/v1/write"),
        ("POST", "/api/v1/admin/tsdb/delete_series"),
        ("POST", "/-/quit"),
        ("GET", "/metrics"),
        ("GET", "/graph"),
        ("GET", "/"),
        ("GET", "/api/v1/query/../status/config"),
        ("GET", "//api/v1/status/config"),
        ("GET", "/api/v1/label/../status/config"),
    ],
)
def test_what_cannot_be_kept_to_a_tenant_is_not_answered(own: Source, method: str, path: str) -> None:
    status, answer = own.ask(path, method=method)
    assert status in {400, 404, 405}, answer


@pytest.mark.parametrize("value", ["", f"{OWN}|{OTHER}", ".*", f"{OWN},{OTHER}", f'{OWN}"}} or {{tenant="{OTHER}'])
def test_a_header_is_a_name_and_no_pattern(proxy: str, value: str) -> None:
    status, answer = Source(proxy, [(TENANT_HEADER, value)]).ask("/api/v1/query", [("query", "tenant:info")])
    assert status == 400 if not value else (status, answer["data"]["result"]) == (200, [])


def test_nobody_is_answered_who_is_nobody(proxy: str) -> None:
    for headers in ([], [("X-Tenant", OWN)]):
        status, answer = Source(proxy, headers).ask("/api/v1/query", [("query", "tenant:info")])
        assert status == 400, answer
    for name in ("tenant", TENANT_HEADER):  # nor by a parameter
        asked = [("query", "tenant:info"), (name, OWN)]
        assert Source(proxy, []).ask("/api/v1/query", asked)[0] == 400


def test_a_parameter_or_a_second_query_goes_no_further(own: Source) -> None:
    two = [("query", f'tenant:info{{tenant="{OWN}"}}'), ("query", f'tenant:info{{tenant="{OTHER}"}}')]
    for method in ("GET", "POST"):
        _, answer = own.ask("/api/v1/query", [*two, ("tenant", OTHER)], method=method)
        assert OTHER not in json.dumps(answer["data"] if isinstance(answer, dict) and "data" in answer else "")
