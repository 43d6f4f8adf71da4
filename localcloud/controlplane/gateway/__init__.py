"""The gateway of a local cluster: Envoy on loopback, told what Envoy Gateway makes of the cluster's objects (B3)."""

from localcloud.controlplane.gateway.issuer import Issuer, local_issuer
from localcloud.controlplane.gateway.programs import NoEnvoyError, find_envoy
from localcloud.controlplane.gateway.server import GatewayServer, end_gateway, running_gateway, serve_gateway
from localcloud.controlplane.gateway.translation import KINDS, Translation, translate

__all__ = [
    "KINDS",
    "GatewayServer",
    "Issuer",
    "NoEnvoyError",
    "Translation",
    "end_gateway",
    "find_envoy",
    "local_issuer",
    "running_gateway",
    "serve_gateway",
    "translate",
]
