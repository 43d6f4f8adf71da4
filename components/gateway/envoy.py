"""The objects of Gateway API and Envoy Gateway that entrances are made of, from plain data (B2, B3, F5).

A CustomResource's spec reaches the API server as it is: keys are in the API's own spelling, not in the SDK's.
"""

from typing import Final

from components.objects import Manifest
from settings import names
from settings.gateway import HEADERS_TIMEOUT_S, IDENTITY_HEADERS, RECEIVE_TIMEOUT_S, RETRY_AFTER_S, Entrance

GATEWAY_API: Final = "gateway.networking.k8s.io/v1"
ENVOY_API: Final = "gateway.envoyproxy.io/v1alpha1"
GATEWAY_GROUP: Final = "gateway.networking.k8s.io"
ENVOY_GROUP: Final = "gateway.envoyproxy.io"
CONTROLLER: Final = "gateway.envoyproxy.io/gatewayclass-controller"
"""Name under which Envoy Gateway looks for its GatewayClasses."""
NAME: Final = "tenantplane"
"""Of the GatewayClass, the Gateway and the policies that hold for all of it."""
LISTENER: Final = "tenants"
PORT: Final = 443
ROUTE: Final = "tenant"
"""Name of a tenant's route and of its policies, in the tenant's namespace."""
PROVIDER: Final = "tenants"
"""Name of the token's issuer within a policy. The same for all, so that the gateway fetches its keys once."""
CONNECTIONS: Final = 20_000
"""Of one gateway pod. Envoy's own advice is to have a bound at all, lest it runs out of memory."""
RETRY_AFTER: Final = f"%CEL(response.code_details == 'local_rate_limited' ? '{RETRY_AFTER_S}' : '')%"
"""Value of the header `retry-after`, for Envoy's formatter, which leaves out a header without value. Envoy Gateway has
`responseOverride` for this as well: a filter for each tenant, in every request's way, which Envoy keeps out of its
threat model."""
BUFFER: Final = "32Ki"
"""Of a connection: Envoy's advice for a gateway that meets people it does not know."""


HOPS: Final = 1
"""Proxies before the gateway where there is a load balancer: that and no other, which writes the address it was asked
from at the right end of `X-Forwarded-For`. What stands left of that, the client has written."""


def gateway_spec(domain: str, certificate: str, *, balanced: bool = False) -> Manifest:
    """Spec of the Gateway: TLS alone, the hosts of tenants alone, routes of tenants' namespaces alone.

    balanced: a load balancer of AWS asks, which says no server name when it opens a connection: the listener names no
    host, and Envoy refuses none for the lack of one. Each route still has its tenant's host and no other.
    """
    of_tenants = {"matchExpressions": [names.of_tenants()]}
    host = {} if balanced else {"hostname": f"*.{domain}"}
    return {
        "gatewayClassName": NAME,
        "listeners": [
            {
                "name": LISTENER,
                **host,
                "port": PORT,
                "protocol": "HTTPS",
                "tls": {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": certificate}]},
                "allowedRoutes": {
                    "kinds": [{"group": GATEWAY_GROUP, "kind": "HTTPRoute"}],
                    "namespaces": {"from": "Selector", "selector": of_tenants},
                },
            }
        ],
    }


def client_policy_spec(*, balanced: bool = False) -> Manifest:
    """Spec of the ClientTrafficPolicy: what holds for every request before anything looks at it (B3, F5).

    balanced: whether requests come by a load balancer, which says in a header who is at the other end.
    """
    # Else: who is at the other end of the connection, and no address that a client writes into a header.
    client: Manifest = {"xForwardedFor": {"numTrustedHops": HOPS}} if balanced else {"directSourceIP": {}}
    return {
        "targetRefs": [_gateway()],
        "tls": {"minVersion": "1.3", "maxVersion": "1.3", "alpnProtocols": ["h2", "http/1.1"]},
        "headers": {
            "earlyRequestHeaders": {"remove": sorted(IDENTITY_HEADERS.values())},
            # `x_tenant_id` is `x-tenant-id` to whatever makes variables of headers.
            "withUnderscoresAction": "RejectRequest",
            "xForwardedClientCert": {"mode": "Sanitize"},
            "requestID": "Generate",
            "lateResponseHeaders": {"set": [{"name": "retry-after", "value": RETRY_AFTER}]},
        },
        "clientIPDetection": client,
        "path": {"escapedSlashesAction": "RejectRequest"},
        "timeout": {
            "http": {
                "requestReceivedTimeout": _seconds(RECEIVE_TIMEOUT_S),
                "requestHeadersReceivedTimeout": _seconds(HEADERS_TIMEOUT_S),
                "idleTimeout": "300s",
            }
        },
        "connection": {"connectionLimit": {"value": CONNECTIONS}, "bufferLimit": BUFFER},
    }


def closed_policy_spec() -> Manifest:
    """Spec of the SecurityPolicy of the whole Gateway: a route without a policy of its own lets nobody in."""
    return {"targetRefs": [_gateway()], "authorization": {"defaultAction": "Deny"}}


def route_spec(entrance: Entrance, gateway_namespace: str) -> Manifest:
    """Spec of the HTTPRoute: the tenant's host, and a rule for each path. Backends are of its own namespace."""
    return {
        "parentRefs": [
            {
                "group": GATEWAY_GROUP,
                "kind": "Gateway",
                "name": NAME,
                "namespace": gateway_namespace,
                "sectionName": LISTENER,
            }
        ],
        "hostnames": [entrance.host],
        "rules": [
            {
                "name": path.service,
                "matches": [{"path": {"type": "PathPrefix", "value": path.prefix}}],
                "backendRefs": [{"group": "", "kind": "Service", "name": path.service, "port": path.port, "weight": 1}],
            }
            for path in entrance.paths
        ],
    }


def token_policy_spec(entrance: Entrance) -> Manifest:
    """Spec of the SecurityPolicy: the tenant's own tokens, everybody else refused (B3)."""
    claims = [
        {"name": name, "valueType": "String", "values": [value]} for name, value in sorted(entrance.claims.items())
    ]
    headers = [{"claim": claim, "header": header} for claim, header in sorted(entrance.headers.items())]
    return {
        "targetRefs": [_route()],
        "jwt": {
            "providers": [
                {
                    "name": PROVIDER,
                    "issuer": entrance.issuer,
                    "audiences": [entrance.audience],
                    "remoteJWKS": {"uri": entrance.keys, "cacheDuration": "300s"},
                    # Not from `?access_token=` as well, which is the default: addresses end up in logs.
                    "extractFrom": {"headers": [{"name": "Authorization", "valuePrefix": "Bearer "}]},
                    "claimToHeaders": headers,
                }
            ]
        },
        "authorization": {
            "defaultAction": "Deny",
            "rules": [
                {
                    "name": "own-token",
                    "action": "Allow",
                    "principal": {"jwt": {"provider": PROVIDER, "claims": claims}},
                }
            ],
        },
    }


def limits_policy_spec(entrance: Entrance) -> Manifest:
    """Spec of the BackendTrafficPolicy: the tenant's rate and bounds (B2)."""
    rate = {"requests": entrance.requests_per_minute_of_a_path, "unit": "Minute"}
    return {
        "targetRefs": [_route()],
        "rateLimit": {"local": {"rules": [{"limit": rate}]}},
        "requestBuffer": {"limit": str(entrance.body_bytes)},
        "timeout": {"http": {"requestTimeout": _seconds(entrance.answer_timeout_s)}},
    }


def _gateway() -> Manifest:
    return {"group": GATEWAY_GROUP, "kind": "Gateway", "name": NAME}


def _route() -> Manifest:
    return {"group": GATEWAY_GROUP, "kind": "HTTPRoute", "name": ROUTE}


def _seconds(count: int) -> str:
    return f"{count}s"
