"""Ways to another tenant's host, or past one's own limits, by the gateway's objects (B2, B3). What a real gateway lets
through is in tests/gateway; what nobody may make in a tenant's namespace, in tests/cluster/test_entrances.py."""

from functools import partial
from typing import Any

from tests.cluster.attacks.attack import (
    CORE,
    ESCALATION,
    HOME,
    NEXT_DOOR,
    OTHER,
    OWN,
    RBAC,
    RBAC_API,
    Request,
    at,
    changed,
    delete,
    get,
    named,
    patch,
    post,
    row,
)

GATEWAY, ENVOY = "/apis/gateway.networking.k8s.io/v1", "/apis/gateway.envoyproxy.io/v1alpha1"
PLATFORM_HOME = "tenantplane-gateway"
ROUTES, TOKENS = at(HOME, "httproutes", GATEWAY), at(HOME, "securitypolicies", ENVOY)
LIMITS = at(HOME, "backendtrafficpolicies", ENVOY)
ROLES = at(HOME, "roles", RBAC_API)
OWN_ROUTE, OWN_TOKENS, OWN_LIMITS = (get(f"{each}/tenant") for each in (ROUTES, TOKENS, LIMITS))

_row = partial(row, control=RBAC, who="admins")


def route(host: str, **spec: Any) -> dict[str, Any]:
    parent = {"name": "tenantplane", "namespace": PLATFORM_HOME, "sectionName": "tenants"}
    rules = [{"backendRefs": [{"name": "agent-sessions", "port": 80}]}]
    return named("mine", spec={"hostnames": [host], "parentRefs": [parent], "rules": rules, **spec})


def cannot(verb: str, resource: str) -> str:
    return f'cannot {verb} resource "{resource}"'


def make(resource: str, api: str, **spec: Any) -> Request:
    return post(at(HOME, resource, api), named("mine", spec=spec))


def role(group: str, resource: str, *verbs: str) -> dict[str, Any]:
    return named("mine", rules=[{"apiGroups": [group], "resources": [resource], "verbs": list(verbs)}])


READS_ROUTES = role("gateway.networking.k8s.io", "httproutes", "get")
OURS, THEIRS = f"{OWN}.tenants.localhost", f"{OTHER}.tenants.localhost"
ROWS = (
    _row("route-other-host", "another tenant's host", OWN_ROUTE, post(ROUTES, route(THEIRS)),
         cannot("create", "httproutes"), "B2", "B5"),
    _row("route-own-host", "a second route for its own host", OWN_ROUTE, post(ROUTES, route(OURS)),
         cannot("create", "httproutes"), "B2"),
    _row("route-host-added", "another tenant's host, on the route it has", OWN_ROUTE, patch(f"{ROUTES}/tenant", {
         "spec": {"hostnames": [THEIRS]}}), cannot("patch", "httproutes"), "B2", "B5"),
    _row("route-backend-next-door", "another tenant's service behind its host", OWN_ROUTE, patch(f"{ROUTES}/tenant", [{
         "op": "add", "path": "/spec/rules/0/backendRefs/0/namespace", "value": NEXT_DOOR}]),
         cannot("patch", "httproutes"), "B2"),
    _row("route-deleted", "the deletion of its route", OWN_ROUTE, delete(f"{ROUTES}/tenant"),
         cannot("delete", "httproutes"), "B2"),
    _row("route-status", "a route that says of itself that it was accepted", OWN_ROUTE, patch(
         f"{ROUTES}/tenant/status", {"status": {"parents": []}}), cannot("patch", "httproutes/status"), "B2"),
    _row("route-next-door", "a route in another tenant's namespace", OWN_ROUTE, post(at(NEXT_DOOR, "httproutes",
         GATEWAY), route(THEIRS)), cannot("create", "httproutes"), "B2", "B5"),
    _row("route-read-next-door", "another tenant's routes", get(ROUTES), get(at(NEXT_DOOR, "httproutes", GATEWAY)),
         cannot("list", "httproutes"), "B5"),
    _row("route-grpc", "a route of another kind", OWN_ROUTE, make("grpcroutes", GATEWAY, hostnames=[THEIRS]),
         cannot("create", "grpcroutes"), "B2"),
    _row("gateway-own", "a gateway of its own", OWN_ROUTE, make("gateways", GATEWAY, gatewayClassName="tenantplane"),
         cannot("create", "gateways"), "B2"),
    _row("gateway-listeners", "listeners of its own on the platform's gateway", OWN_ROUTE, make("listenersets",
         GATEWAY, parentRef={"name": "tenantplane", "namespace": PLATFORM_HOME}), cannot("create", "listenersets"),
         "B2"),
    _row("gateway-class", "a class of gateways", OWN_ROUTE, post(f"{GATEWAY}/gatewayclasses", named("mine", spec={
         "controllerName": "example.dev/mine"})), cannot("create", "gatewayclasses"), "B2"),
    _row("gateway-platform", "the platform's gateway", OWN_ROUTE, patch(at(PLATFORM_HOME, "gateways/tenantplane",
         GATEWAY), {"spec": {"listeners": []}}), cannot("patch", "gateways"), "B2"),
    _row("gateway-certificate", "the gateway's certificate", OWN_ROUTE, get(at(PLATFORM_HOME, "secrets", CORE)),
         cannot("list", "secrets"), "B2", "F5"),
    _row("reference-granted", "leave for other namespaces to refer to its own", OWN_ROUTE, make("referencegrants",
         GATEWAY, to=[{"group": "", "kind": "Service"}]), cannot("create", "referencegrants"), "B2"),
    _row("gateway-patched", "a patch of the whole gateway's configuration", OWN_ROUTE, make("envoypatchpolicies",
         ENVOY, type="JSONPatch"), cannot("create", "envoypatchpolicies"), "B2", "B3"),
    _row("gateway-clients", "what holds for every tenant's clients", OWN_ROUTE, make("clienttrafficpolicies", ENVOY,
         tls={"minVersion": "1.0"}), cannot("create", "clienttrafficpolicies"), "B3", "F5"),
    _row("backend-anywhere", "a backend at any address", OWN_ROUTE, make("backends", ENVOY, endpoints=[]),
         cannot("create", "backends"), "B2", "E2"),
    _row("tokens-any", "any token on its host", OWN_TOKENS, patch(f"{TOKENS}/tenant", {"spec": {"authorization":
         None}}), cannot("patch", "securitypolicies"), "B3"),
    _row("tokens-own-issuer", "an issuer of its own", OWN_TOKENS, post(TOKENS, named("mine", spec={"jwt": {
         "providers": []}})), cannot("create", "securitypolicies"), "B3"),
    _row("tokens-deleted", "the deletion of what its tokens must say", OWN_TOKENS, delete(f"{TOKENS}/tenant"),
         cannot("delete", "securitypolicies"), "B3"),
    _row("limit-raised", "more requests than its tier has", OWN_LIMITS, patch(f"{LIMITS}/tenant", {"spec": {
         "rateLimit": None}}), cannot("patch", "backendtrafficpolicies"), "B2"),
    _row("route-role", "a role that may write routes", post(ROLES, READS_ROUTES), post(ROLES, changed(READS_ROUTES, (
         "rules", 0, "verbs"), ["create"])), "httproutes", "B2", "B5", control=ESCALATION),
)  # fmt: skip
