"""Entrances on a real API server: every tenant has its own, and nobody makes a wrong one (B1, B2, B3)."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from components.gateway.envoy import GATEWAY_GROUP
from settings import TenantPlan, names
from settings.gateway import entrance_of
from tests.cluster.acting import Answer, Caller

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("tenancy")]

GATEWAY, ENVOY = "gateway.networking.k8s.io/v1", "gateway.envoyproxy.io/v1alpha1"
PLATFORM = "tenantplane-gateway"
OWN, OTHER = "pelican-games", "acme-robotics"
HOME = f"tenant-{OWN}"
Object = dict[str, Any]


def path(api: str, resource: str, namespace: str, name: str = "") -> str:
    return f"/apis/{api}/namespaces/{namespace}/{resource}{f'/{name}' if name else ''}"


def put(admin: Caller, resource: str, body: Object) -> Answer:
    """The object in place of the one there, by the administrator, with nothing stored."""
    api, metadata = body["apiVersion"], body["metadata"]
    where = path(api, resource, metadata["namespace"], metadata["name"])
    return admin.ask("PUT", f"{where}?dryRun=All&fieldValidation=Strict", body)


def test_every_active_tenant_has_an_entrance_under_its_own_name(plans: dict[str, TenantPlan], admin: Caller) -> None:
    for plan in plans.values():
        routes = admin.get(path(GATEWAY, "httproutes", plan.namespace))["items"]
        wanted = entrance_of(plan)
        if wanted is None:
            assert routes == [], plan.tenant.id
            continue
        (route,) = routes
        assert route["spec"]["hostnames"] == [plan.host]
        tokens = admin.get(path(ENVOY, "securitypolicies", plan.namespace, "tenant"))
        (allowed,) = tokens["spec"]["authorization"]["rules"]
        said = {each["name"]: each["values"] for each in allowed["principal"]["jwt"]["claims"]}
        assert said == {"tenant": [plan.tenant.id], "tier": [plan.tier.id]}
        limits = admin.get(path(ENVOY, "backendtrafficpolicies", plan.namespace, "tenant"))
        (rule,) = limits["spec"]["rateLimit"]["local"]["rules"]
        assert rule["limit"] == {"requests": wanted.requests_per_minute_of_a_path, "unit": "Minute"}
        for each in (route, tokens, limits):
            assert each["metadata"]["labels"][names.TENANT_LABEL] == plan.tenant.id


def test_the_gateway_takes_tls_1_3_alone_and_lets_nobody_in_by_itself(
    plans: dict[str, TenantPlan], admin: Caller
) -> None:
    assert plans
    clients = admin.get(path(ENVOY, "clienttrafficpolicies", PLATFORM, "tenantplane"))["spec"]
    assert (clients["tls"]["minVersion"], clients["tls"]["maxVersion"]) == ("1.3", "1.3")
    closed = admin.get(path(ENVOY, "securitypolicies", PLATFORM, "tenantplane"))["spec"]
    assert closed["authorization"] == {"defaultAction": "Deny"}


def _in(spec: Object, *where: str | int) -> Any:
    for step in where:
        spec = spec[step]  # type: ignore[index]
    return spec


def _hosts(spec: Object, *hosts: str) -> None:
    spec["hostnames"] = list(hosts)


def _parent(spec: Object, **changed: str) -> None:
    spec["parentRefs"][0] |= changed


def _backend(spec: Object, **changed: Any) -> None:
    _in(spec, "rules", 0, "backendRefs", 0).update(changed)


def _filter(spec: Object, **more: Any) -> None:
    spec["rules"][0]["filters"] = [more]


HOST = "a route of a tenant has one host"
PARENT = "attaches to listener tenants of Gateway tenantplane-gateway/tenantplane alone"
BACKEND = "sends to Services of its own namespace alone"
FILTER = "a route of a tenant has no filters"
WRONG_ROUTES: dict[str, tuple[Callable[[Object], Any], str]] = {
    "another tenant's host": (lambda spec: _hosts(spec, f"{OTHER}.tenants.localhost"), HOST),
    "another tenant's host besides": (
        lambda spec: _hosts(spec, f"{OWN}.tenants.localhost", f"{OTHER}.tenants.localhost"),
        HOST,
    ),
    "every host": (lambda spec: _hosts(spec, "*.tenants.localhost"), HOST),
    "no host, which is every host": (lambda spec: spec.update(hostnames=[]), HOST),
    "another domain": (lambda spec: _hosts(spec, f"{OWN}.example.com"), HOST),
    "another gateway": (lambda spec: _parent(spec, name="other"), PARENT),
    "a gateway of its own namespace": (lambda spec: _parent(spec, namespace=HOME), PARENT),
    "another listener": (lambda spec: _parent(spec, sectionName="plain"), PARENT),
    "a Service as its parent": (lambda spec: _parent(spec, kind="Service", group=""), PARENT),
    "another tenant's service": (lambda spec: _backend(spec, namespace=f"tenant-{OTHER}"), BACKEND),
    "a backend at any address": (lambda spec: _backend(spec, kind="Backend", group="gateway.envoyproxy.io"), BACKEND),
    "identity forged behind the gate": (
        lambda spec: _filter(
            spec,
            type="RequestHeaderModifier",
            requestHeaderModifier={"set": [{"name": "x-tenant-id", "value": OTHER}]},
        ),
        FILTER,
    ),
    "a copy to somebody else": (
        lambda spec: _filter(
            spec, type="RequestMirror", requestMirror={"backendRef": {"name": "agent-sessions", "port": 80}}
        ),
        FILTER,
    ),
    "a redirection": (
        lambda spec: spec.update(
            rules=[{"filters": [{"type": "RequestRedirect", "requestRedirect": {"hostname": "example.com"}}]}]
        ),
        FILTER,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_ROUTES)
def test_nobody_makes_a_tenant_a_route_that_is_not_its_own(
    plans: dict[str, TenantPlan], admin: Caller, case: str
) -> None:
    assert plans
    right = admin.get(path(GATEWAY, "httproutes", HOME, "tenant"))
    assert put(admin, "httproutes", right).status == 200
    wrong, words = copy.deepcopy(right), WRONG_ROUTES[case][1]
    WRONG_ROUTES[case][0](wrong["spec"])
    answer = put(admin, "httproutes", wrong)
    assert (answer.status, words in answer.message) == (422, True), f"{answer.status}: {answer.message}"


def _object(api: str, kind: str, **spec: Any) -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "mine"}, "spec": spec}


LISTENER = {"name": "plain", "port": 80, "protocol": "HTTP"}
TARGET = {"group": GATEWAY_GROUP, "kind": "Gateway", "name": "tenantplane"}
OTHER_KINDS = {
    "gateways": _object(GATEWAY, "Gateway", gatewayClassName="tenantplane", listeners=[LISTENER]),
    "listenersets": _object(GATEWAY, "ListenerSet", parentRef={"name": "tenantplane"}, listeners=[LISTENER]),
    "grpcroutes": _object(GATEWAY, "GRPCRoute", hostnames=["a.example"]),
    "referencegrants": _object(
        "gateway.networking.k8s.io/v1beta1",
        "ReferenceGrant",
        **{"from": [{"group": GATEWAY_GROUP, "kind": "HTTPRoute", "namespace": "a"}]},
        to=[{"group": "", "kind": "Service"}],
    ),
    "clienttrafficpolicies": _object(ENVOY, "ClientTrafficPolicy", targetRefs=[TARGET], tls={"minVersion": "1.0"}),
    "envoypatchpolicies": _object(ENVOY, "EnvoyPatchPolicy", type="JSONPatch", targetRef=TARGET, jsonPatches=[]),
    "backends": _object(ENVOY, "Backend", endpoints=[{"ip": {"address": "192.0.2.1", "port": 80}}]),
}  # fmt: skip


@pytest.mark.parametrize("resource", OTHER_KINDS)
def test_a_tenants_namespace_has_nothing_else_of_the_gateways(
    plans: dict[str, TenantPlan], admin: Caller, resource: str
) -> None:
    assert plans
    body = OTHER_KINDS[resource]
    answers = [
        admin.ask("POST", f"{path(body['apiVersion'], resource, namespace)}?dryRun=All", body)
        for namespace in (PLATFORM, HOME)
    ]
    assert answers[0].status == 201, answers[0].message
    assert answers[1].status == 422
    assert "a tenant's namespace has no objects of the gateway but" in answers[1].message


@pytest.mark.parametrize(
    "target",
    [
        {"targetRefs": [{"group": GATEWAY_GROUP, "kind": "HTTPRoute", "name": "other"}]},
        {"targetRefs": [TARGET]},
        {"targetRefs": None, "targetRef": TARGET},
        {"targetRefs": None, "targetSelectors": [{"kind": "HTTPRoute", "namespaces": {"from": "All"}}]},
    ],
    ids=["another route", "the gateway", "the gateway, as of old", "every tenant's routes"],
)  # fmt: skip
@pytest.mark.parametrize("resource", ["securitypolicies", "backendtrafficpolicies"])
def test_a_tenants_policy_is_for_its_own_route(
    plans: dict[str, TenantPlan], admin: Caller, resource: str, target: Object
) -> None:
    assert plans
    right = admin.get(path(ENVOY, resource, HOME, "tenant"))
    assert put(admin, resource, right).status == 200
    spec = {key: value for key, value in {**right["spec"], **target}.items() if value is not None}
    answer = put(admin, resource, {**right, "spec": spec})
    assert answer.status == 422, answer.message
    assert "a policy in a tenant's namespace is for its HTTPRoute tenant alone" in answer.message


def test_a_tenant_sees_its_entrance_and_changes_nothing_of_it(person: Any) -> None:
    somebody = person(OWN, "admins")
    for api, resource in ((GATEWAY, "httproutes"), (ENVOY, "securitypolicies"), (ENVOY, "backendtrafficpolicies")):
        own = somebody.get(path(api, resource, HOME, "tenant"))
        where = f"{path(api, resource, HOME, 'tenant')}?dryRun=All"
        assert somebody.ask("PUT", where, own).status == 403
