"""Specs of the mesh's objects, in the words of Istio's API: who proves who they are, who is let in, what is reached."""

from typing import Any, Final

from settings import names
from settings.mesh.identity import principals
from settings.mesh.proxy import APP_PORT, PROXY_PORT
from settings.plan import TenantPlan
from settings.ports import SERVICE_PORT

NETWORKING: Final = "networking.istio.io/v1"
SECURITY: Final = "security.istio.io/v1"
DEFAULT: Final = "default"
"""Name of what holds for a whole mesh or namespace, as Istio itself calls it."""
CLOSED: Final = "default-deny"
"""Name of the AuthorizationPolicy that lets nobody in."""
EAST_WEST_PORT: Final = 15443
EAST_WEST: Final = {"istio": "eastwestgateway"}
"""Labels of the pods between clusters, as Istio's chart of that gateway makes them."""

STRICT: Final[dict[str, Any]] = {"mtls": {"mode": "STRICT"}}
"""PeerAuthentication: whoever has no certificate of the mesh is not heard."""

NOBODY: Final[dict[str, Any]] = {"action": "ALLOW"}
"""AuthorizationPolicy: an ALLOW without a rule, which allows nothing and, being an ALLOW, closes what no other opens.
In the root namespace it holds for every workload; a namespace that is forgotten is closed, not open."""


def sidecar_scope() -> dict[str, Any]:
    """Sidecar for every namespace without its own: what a proxy listens to, and what it knows.

    It listens where Services lead, hands on to the program's own port, and takes the program's requests for services of
    its own namespace; it has heard of no other one's.
    """
    return {
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "ingress": [
            {
                "port": {"number": SERVICE_PORT, "protocol": "HTTP", "name": "http"},
                "captureMode": "NONE",
                "defaultEndpoint": f"127.0.0.1:{APP_PORT}",
            }
        ],
        "egress": [
            {
                "port": {"number": PROXY_PORT, "protocol": "HTTP_PROXY", "name": "http-proxy"},
                "bind": "127.0.0.1",
                "captureMode": "NONE",
                "hosts": ["./*"],
            }
        ],
    }


def gateway_scope() -> dict[str, Any]:
    """Sidecar of the gateway's namespace: its proxies know every service, and reach what is in no registry, such as the
    issuer of tokens. Their packets are redirected: Envoy Gateway's Envoy asks no proxy."""
    return {"outboundTrafficPolicy": {"mode": "ALLOW_ANY"}, "egress": [{"hosts": ["*/*"]}]}


def traffic_bounds() -> dict[str, Any]:
    """DestinationRule for all services that have none: what fails is left alone for a while, and traffic goes to the
    same region first, to the mesh's other clusters when nothing is left there (H3)."""
    return {
        "host": "*.svc.cluster.local",
        "exportTo": ["*"],
        "trafficPolicy": {
            "connectionPool": {
                "tcp": {"maxConnections": 1024, "connectTimeout": "3s"},
                "http": {"http1MaxPendingRequests": 1024, "maxRequestsPerConnection": 1000},
            },
            "outlierDetection": {
                "consecutive5xxErrors": 5,
                "interval": "10s",
                "baseEjectionTime": "30s",
                "maxEjectionPercent": 50,
            },
            "loadBalancer": {"simple": "LEAST_REQUEST", "localityLbSetting": {"enabled": True}},
        },
    }


def east_west_gateway() -> dict[str, Any]:
    """Gateway between the clusters of a mesh: passes mutual TLS on by its name, unopened. Who is let in is for the
    proxy at the end to say, as within a cluster."""
    server = {
        "port": {"number": EAST_WEST_PORT, "name": "tls", "protocol": "TLS"},
        "tls": {"mode": "AUTO_PASSTHROUGH"},
        "hosts": ["*.svc.cluster.local"],
    }
    return {"selector": dict(EAST_WEST), "servers": [server]}


def reached_namespaces(plan: TenantPlan) -> tuple[str, ...]:
    """Namespaces of the tenant whose pods are let in: this one, and where its file connects them all of them (A6)."""
    further = plan.tenant.namespaces
    if further is None or not further.connected:
        return (plan.namespace,)
    children = (names.child_namespace(plan.tenant.id, each.name) for each in further.children)
    return (names.namespace(plan.tenant.id), *children)


def tenant_authorization(plan: TenantPlan) -> dict[str, Any]:
    """AuthorizationPolicy of a tenant's namespace: its own pods of this mesh and, at home, the gateway, to the port of
    services; nobody while the tenant is not active (A7).

    Errors: ValueError for a tenant on a cluster without a mesh.
    """
    if plan.trust_domain is None:
        raise ValueError(f"cluster {plan.cluster.name!r} is in no mesh")
    if not plan.active:
        return NOBODY
    gateway = [plan.cluster.gateway_namespace] if plan.child is None else []
    let_in = principals(plan.trust_domain, (*reached_namespaces(plan), *gateway))
    return {
        "action": "ALLOW",
        "rules": [
            {
                "from": [{"source": {"principals": let_in}}],
                "to": [{"operation": {"ports": [str(SERVICE_PORT)]}}],
            }
        ],
    }
