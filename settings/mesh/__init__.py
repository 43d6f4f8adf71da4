"""The mesh over a tier's clusters: who a pod is, whom it lets in, what its proxy costs (E3, H3)."""

from settings.mesh.configuration import CONFIGURATION, mesh_configuration
from settings.mesh.identity import MESH_NAMESPACE, principals, trust_domain
from settings.mesh.peers import peers_of
from settings.mesh.problems import mesh_problems
from settings.mesh.proxy import ANNOTATIONS, APP_PORT, LABELS, PROXY, PROXY_PORT, Proxy, proxy_of, variables

__all__ = [
    "ANNOTATIONS",
    "APP_PORT",
    "CONFIGURATION",
    "LABELS",
    "MESH_NAMESPACE",
    "PROXY",
    "PROXY_PORT",
    "Proxy",
    "mesh_configuration",
    "mesh_problems",
    "peers_of",
    "principals",
    "proxy_of",
    "trust_domain",
    "variables",
]
