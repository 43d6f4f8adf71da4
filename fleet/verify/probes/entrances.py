"""Ways to another tenant's host, or past one's own limits, by the gateway's objects (B2, B3)."""

from collections.abc import Iterator
from typing import Any

from components.gateway.envoy import ROUTE
from components.security.gateway_admission import KIND_POLICY, ROUTE_POLICY
from fleet.verify.place import Place, named
from fleet.verify.probe import Flip
from fleet.verify.probes.access import cannot
from fleet.verify.refuser import RBAC, policy
from fleet.verify.request import CORE, ENVOY, GATEWAY, Request, at, delete, get, patch, post
from settings import names
from settings.gateway import entrance_of


def entrances(place: Place) -> Iterator[Flip]:
    """What nobody of the tenant, and of two things nobody at all, may make of its entrance."""
    if entrance_of(place.plan) is None or place.live.named("HTTPRoute", ROUTE, place.namespace) is None:
        return
    routes = at(place.namespace, "httproutes", GATEWAY)
    tokens, limits = (
        at(place.namespace, "securitypolicies", ENVOY),
        at(place.namespace, "backendtrafficpolicies", ENVOY),
    )
    route, theirs = f"{routes}/{ROUTE}", names.host(place.stranger_id, place.site.catalogue.topology.domain)
    read, front = get(route), place.site.cluster.gateway_namespace

    def flip(id_: str, control: str, title: str, request: Request, words: str, like: Request = read) -> Flip:  # noqa: PLR0917 - the columns of a table
        return Flip(id=id_, control=control, title=title, who="admin", twin=like, flip=request, by=RBAC, words=words)

    yield from (
        flip("route-other-host", "TP-B2-01", "another tenant's host, on the route it has", patch(route, {"spec": {
             "hostnames": [theirs]}}), cannot("patch", "httproutes")),
        flip("route-made", "TP-B2-01", "a route of its own making", post(routes, named()), cannot("create",
             "httproutes")),
        flip("gateway-own", "TP-B2-01", "a gateway of its own", post(at(place.namespace, "gateways", GATEWAY), named()),
             cannot("create", "gateways")),
        flip("gateway-certificate", "TP-B5-09", "the gateway's certificate", get(at(front, "secrets?limit=1", CORE)),
             cannot("list", "secrets")),
        flip("tokens-any", "TP-B3-01", "any token on its host", patch(f"{tokens}/{ROUTE}",
             {"spec": {"authorization": None}}),
             cannot("patch", "securitypolicies"), get(f"{tokens}/{ROUTE}")),
        flip("tokens-deleted", "TP-B3-01", "the deletion of what its tokens must say", delete(f"{tokens}/{ROUTE}"),
             cannot("delete", "securitypolicies"), get(f"{tokens}/{ROUTE}")),
        flip("limit-raised", "TP-B2-02", "more requests than its tier has", patch(f"{limits}/{ROUTE}", {"spec": {
             "rateLimit": None}}), cannot("patch", "backendtrafficpolicies"), get(f"{limits}/{ROUTE}")),
    )  # fmt: skip

    def anybody(id_: str, control: str, title: str, twin: Request, request: Request, by: str, words: str) -> Flip:  # noqa: PLR0917 - the columns of a table
        """Asked as the operator, who has every right: what refuses is about the object."""
        return Flip(
            id=id_, control=control, title=title, who="platform", twin=twin, flip=request, by=policy(by), words=words
        )

    same, elsewhere = (
        _annotated(),
        {"op": "add", "path": "/spec/rules/0/backendRefs/0/namespace", "value": place.stranger},
    )
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "tenantplane"}
    yield from (
        anybody("route-foreign-host", "TP-B2-01", "another tenant's host, by the operator", patch(route, same),
             patch(route,
                {"spec": {"hostnames": [theirs]}}), ROUTE_POLICY, "a route of a tenant has one host"),
        anybody("route-foreign-service", "TP-B2-01", "another tenant's service behind its host, by the operator",
                patch(route, same), patch(route, [elsewhere]), ROUTE_POLICY, "sends to Services of its own namespace"),
        anybody("tokens-elsewhere", "TP-B3-01", "tokens of every route, by the operator", patch(f"{tokens}/{ROUTE}",
             same),
                patch(f"{tokens}/{ROUTE}", {"spec": {"targetRefs": [target]}}), KIND_POLICY, "is for its HTTPRoute"),
    )  # fmt: skip


def _annotated() -> dict[str, Any]:
    return {"metadata": {"annotations": {"tenantplane.dev/verify": "dry-run"}}}
