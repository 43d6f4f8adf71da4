"""What the gateway's proxies reach, and who reaches them, in their closed namespace (E1, B2)."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from components.gateway.envoy import NAME
from components.network.mesh_policy import to_istiod
from components.network.policy import TENANTS, both_ways, dns, labelled, namespace, scraper, tcp, to_ports
from components.objects import Manifest
from settings.front_door import FrontDoor
from settings.mesh import MESH_NAMESPACE
from settings.mesh.rules import EAST_WEST_PORT
from settings.ports import SERVICE_PORT

NETWORK: Final = "proxies"
PROXIES: Final = {"gateway.envoyproxy.io/owning-gateway-name": NAME}
"""Labels of Envoy's pods, which Envoy Gateway puts on them."""
LISTENER_PORT: Final = 10443
"""Where Envoy listens for port 443 of the Gateway, unprivileged as it is."""
STATISTICS_PORT: Final = 19001
CONTROLLER_NAMESPACE: Final = "envoy-gateway-system"
CONFIGURATION_PORT: Final = 18000
"""Where Envoy Gateway tells its proxies what to do."""


def network(
    front_door: FrontDoor, system_namespace: str, *, balancers: Sequence[str] = (), meshed: bool = False
) -> Manifest:
    """Spec of the NetworkPolicy of the proxies.

    front_door: where the issuer's keys are; any address on that port, since a policy knows no names. system_namespace:
    of the platform's Prometheus. balancers: ranges of the load balancers that alone may ask, since what they say of the
    client's address is believed; none: anybody. meshed: whether they have a proxy of the mesh beside them, which asks
    istiod and goes to tenants' services on other clusters by these clusters' gateways.
    """
    keys = urlsplit(str(front_door.keys))
    asking: Manifest = {"from_": [{"ip_block": {"cidr": each}} for each in balancers]} if balancers else {}
    return both_ways(
        labelled(PROXIES),
        ingress=[
            {**asking, "ports": tcp(LISTENER_PORT)},
            {"from_": [scraper(system_namespace)], "ports": tcp(STATISTICS_PORT)},
        ],
        egress=[
            {"to": [TENANTS], "ports": tcp(SERVICE_PORT)},
            {"to": [namespace(CONTROLLER_NAMESPACE)], "ports": tcp(CONFIGURATION_PORT)},
            dns(),
            to_ports(keys.port or 443),
            *([to_istiod(MESH_NAMESPACE), to_ports(EAST_WEST_PORT)] if meshed else []),
        ],
    )
