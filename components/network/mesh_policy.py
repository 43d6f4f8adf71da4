"""Who reaches the mesh's own pods, and whom they reach (E1, E3)."""

from typing import Final

from components.network.policy import (
    API_SERVER_PORTS,
    TENANTS,
    both_ways,
    dns,
    labelled,
    namespace,
    pods,
    ranges,
    tcp,
    to_ports,
)
from components.objects import Manifest
from settings import Cluster
from settings.mesh.rules import EAST_WEST, EAST_WEST_PORT
from settings.ports import SERVICE_PORT

ISTIOD: Final = {"app": "istiod"}
ISTIOD_PORT: Final = 15012
"""TCP port where proxies get certificates and configuration, by mutual TLS once they have the first."""
WEBHOOK_PORT: Final = 15017
"""TCP port where the API server asks istiod, from addresses of nodes and of no pod."""


def to_istiod(mesh_namespace: str) -> Manifest:
    """Egress rule of whatever has a proxy."""
    return {"to": [{**namespace(mesh_namespace), **pods(ISTIOD)}], "ports": tcp(ISTIOD_PORT)}


def from_east_west(mesh_namespace: str) -> Manifest:
    """Peer: the gateway that passes on what comes from the mesh's other clusters."""
    return {**namespace(mesh_namespace), **pods(EAST_WEST)}


def networks(cluster: Cluster, mesh_namespace: str, peers: tuple[str, ...]) -> dict[str, Manifest]:
    """Specs of the NetworkPolicies in the mesh's namespace, by name. peers: addresses of the mesh's other clusters; the
    gateway between them has its policy where there are any.

    istiod is asked by tenants' pods, the gateways and the API server, and asks API servers. The east-west gateway hands
    on to tenants' services what comes from those addresses; no pod of a tenant reaches it.
    """
    proxies = [TENANTS, namespace(cluster.gateway_namespace), pods(EAST_WEST)]
    made = {
        "istiod": both_ways(
            labelled(ISTIOD),
            ingress=[{"from_": proxies, "ports": tcp(ISTIOD_PORT)}, {"ports": tcp(WEBHOOK_PORT)}],
            egress=[dns(), to_ports(*API_SERVER_PORTS)],
        )
    }
    if peers:
        made["east-west"] = both_ways(
            labelled(EAST_WEST),
            ingress=[{"from_": ranges(peers), "ports": tcp(EAST_WEST_PORT)}],
            egress=[{"to": [TENANTS], "ports": tcp(SERVICE_PORT)}, dns(), to_istiod(mesh_namespace)],
        )
    return made
