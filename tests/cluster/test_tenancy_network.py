"""Every tenant against every tenant on every port, from the policies the API server holds (E1, E4).

The nodes are simulated, so nothing enforces them here: what is shown is what a network plug-in is told.
"""

import itertools
from typing import Any

import pytest

from components.gateway.proxy_network import PROXIES
from fleet.reachability import Endpoint, reaches
from settings import TenantPlan
from settings.monitoring.exporters import METRICS_PORT, SCRAPER
from tests.cluster.acting import Caller
from tests.cluster.guarded import SUSPENDED

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

PORTS = [("TCP", port) for port in (22, 53, 80, 443, 5432, 6443, 8080, METRICS_PORT)] + [("UDP", 53), ("UDP", 8080)]


@pytest.fixture(scope="module")
def policies(admin: Caller, plans: dict[str, TenantPlan]) -> list[dict[str, Any]]:
    assert plans
    found = admin.get("/apis/networking.k8s.io/v1/networkpolicies")["items"]
    return [each for each in found if each["metadata"]["labels"].get("app.kubernetes.io/part-of") == "tenantplane"]


@pytest.fixture(scope="module")
def namespaces(admin: Caller) -> dict[str, dict[str, str]]:
    return {each["metadata"]["name"]: each["metadata"]["labels"] for each in admin.get("/api/v1/namespaces")["items"]}


@pytest.fixture(scope="module")
def pods(plans: dict[str, TenantPlan], namespaces: dict[str, dict[str, str]]) -> dict[str, Endpoint]:
    """Two pods of each tenant, one of them pretending to be the next tenant's, and two sandboxes if it has some; those
    of the platform."""

    def endpoint(name: str, namespace: str, **labels: str) -> Endpoint:
        # The namespaces of gateway and databases come with later layers; their name is the label that counts.
        held = namespaces.get(namespace, {"kubernetes.io/metadata.name": namespace})
        return Endpoint(name, namespace, held, labels, "10.128.0.1")

    made: dict[str, Endpoint] = {}
    ids = sorted(plans)
    for tenant, neighbour in zip(ids, ids[1:] + ids[:1], strict=True):
        plan = plans[tenant]
        made[tenant] = endpoint(tenant, plan.namespace, **plan.labels, app="agent-sessions")
        made[f"{tenant}/impostor"] = endpoint(
            f"{tenant}/impostor", plan.namespace, **plans[neighbour].labels, **SCRAPER
        )
        if plan.sandboxes is not None:
            for name in (f"{tenant}/sandbox", f"{tenant}/another/sandbox"):
                made[name] = endpoint(name, plan.namespace, **plan.sandboxes.labels)
        database = plan.cluster.database_namespace
        made[f"db/{tenant}"] = endpoint(f"db/{tenant}", database, tenant=tenant)
    made["dns"] = endpoint("dns", "kube-system", **{"k8s-app": "kube-dns"})
    made["api"] = endpoint("api", "kube-system", component="kube-apiserver")
    made["gateway"] = endpoint("gateway", plans[ids[0]].cluster.gateway_namespace, **PROXIES)
    made["prometheus"] = endpoint("prometheus", plans[ids[0]].cluster.system_namespace, **SCRAPER)
    made["somebody"] = endpoint("somebody", "default", **SCRAPER)
    return made


def owner(name: str) -> str:
    return name.split("/", maxsplit=1)[0]


def is_tenants(name: str) -> bool:
    return name not in ("dns", "api", "gateway", "prometheus", "somebody") and not name.startswith("db/")


def is_sandbox(name: str) -> bool:
    return name.endswith("/sandbox")


def expected(source: str, target: str, protocol: str, port: int) -> bool:
    """E1 in one place, for a pair of which at least one is a tenant's pod."""
    tenants = [is_tenants(name) for name in (source, target)]
    if any(mine and owner(name) == SUSPENDED for mine, name in zip(tenants, (source, target), strict=True)):
        return False
    if all(tenants):
        own = owner(source) == owner(target) and not is_sandbox(source)
        return own and (protocol, port) == ("TCP", 8080)
    if tenants[1]:
        scraped = (source, protocol, port) == ("prometheus", "TCP", METRICS_PORT) and not is_sandbox(target)
        return scraped or (source == "gateway" and (protocol, port) == ("TCP", 8080))
    if target == "dns":
        return port == 53
    return target == f"db/{owner(source)}" and (protocol, port) == ("TCP", 5432) and not is_sandbox(source)


def matrix(policies: list[dict[str, Any]], pods: dict[str, Endpoint]) -> dict[tuple[str, str, str, int], bool]:
    return {
        (source, target, protocol, port): reaches(policies, pods[source], pods[target], protocol, port)
        for source, target in itertools.product(pods, pods)
        if is_tenants(source) or is_tenants(target)
        for protocol, port in PORTS
    }


def test_every_tenant_namespace_denies_by_default(policies: list[dict[str, Any]], plans: dict[str, TenantPlan]) -> None:
    deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    denied = {each["metadata"]["namespace"] for each in policies if each["spec"] == deny}
    every = {each.namespace for plan in plans.values() for each in (plan, *plan.children)}
    assert denied == every | {"tenantplane-system", "tenantplane-gateway", "tenantplane-gpu"}


def test_the_whole_matrix_is_as_required(policies: list[dict[str, Any]], pods: dict[str, Endpoint]) -> None:
    found = matrix(policies, pods)
    assert len(found) > 5000
    assert any(found.values())
    wrong = {key: value for key, value in found.items() if value is not expected(*key)}
    assert wrong == {}


def test_no_path_leads_from_one_tenant_to_another(policies: list[dict[str, Any]], pods: dict[str, Endpoint]) -> None:
    """A pod that carries another tenant's labels gains nothing by it."""
    crossing = [
        key
        for key, open_ in matrix(policies, pods).items()
        if open_ and is_tenants(key[0]) and is_tenants(key[1]) and owner(key[0]) != owner(key[1])
    ]
    assert crossing == []


def of_sandboxes(
    policies: list[dict[str, Any]], pods: dict[str, Endpoint]
) -> dict[tuple[str, str, str, int], tuple[bool, bool]]:
    """What is open and what should be, where the two differ and the source is a sandbox or the target one."""
    found = matrix(policies, pods)
    return {
        key: (open_, expected(*key))
        for key, open_ in found.items()
        if (is_sandbox(key[0]) or is_sandbox(key[1])) and open_ is not expected(*key)
    }


SANDBOX_MUTANTS: dict[str, dict[str, Any]] = {
    # NetworkPolicies add up: who selects a sandbox gives it what is in them.
    "tenant-traffic": {"podSelector": {}},
    "sandbox-traffic": {"ingress": [{"from": [{"podSelector": {}}]}], "egress": [{"to": [{"podSelector": {}}]}]},
}


@pytest.mark.parametrize("mutant", SANDBOX_MUTANTS)
def test_a_sandbox_reaches_names_alone_and_what_serves_its_tenant_reaches_it(
    mutant: str, policies: list[dict[str, Any]], pods: dict[str, Endpoint]
) -> None:
    """C5: what an agent runs there reaches no database, no service and no other sandbox, of its own tenant either."""
    assert sum(is_sandbox(name) for name in pods) >= 6
    assert of_sandboxes(policies, pods) == {}
    changed = [
        {**each, "spec": {**each["spec"], **SANDBOX_MUTANTS[mutant]}} if each["metadata"]["name"] == mutant else each
        for each in policies
    ]
    noticed = of_sandboxes(changed, pods)
    assert any(open_ and is_sandbox(source) for (source, *_), (open_, _) in noticed.items())


@pytest.mark.parametrize("mutant", ["no-policies", "tenants-open-both-ways", "peer-by-pod-label-of-any-namespace"])
def test_the_matrix_notices_a_hole(
    mutant: str, policies: list[dict[str, Any]], pods: dict[str, Endpoint], plans: dict[str, TenantPlan]
) -> None:
    """Known-bad policies: a check that finds nothing in them would prove nothing above."""
    if mutant == "no-policies":
        changed: list[dict[str, Any]] = []
    else:
        peers: list[dict[str, Any]] = (
            [{}] if mutant == "tenants-open-both-ways" else [{"to": [{"namespaceSelector": {}, "podSelector": {}}]}]
        )
        changed = policies + [
            {
                "metadata": {"namespace": plan.namespace},
                "spec": {
                    "podSelector": {},
                    "policyTypes": ["Ingress", "Egress"],
                    "egress": peers,
                    "ingress": [{"from": [{"namespaceSelector": {}}]}],
                },
            }
            for plan in plans.values()
        ]
    crossing = [
        key
        for key, open_ in matrix(changed, pods).items()
        if open_ and is_tenants(key[0]) and is_tenants(key[1]) and owner(key[0]) != owner(key[1])
    ]
    assert crossing
