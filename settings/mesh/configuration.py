"""What istiod is told for the whole mesh (E3, F5)."""

from typing import Any, Final

from settings import names
from settings.cluster import Cluster
from settings.mesh.identity import MESH_NAMESPACE

CONFIGURATION: Final = "tenantplane-mesh"
"""ConfigMap with it, for istiod's `SHARED_MESH_CONFIG`. What istiod's own chart writes comes before it: leave those
keys out there."""
NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"


def mesh_configuration(cluster: Cluster, trust_domain: str) -> dict[str, Any]:
    """MeshConfig: one identity per mesh, TLS 1.3 between proxies, nothing reached that is not in the registry, and of
    the registry no more than a namespace's own, the gateway, and what leads between clusters.

    istiod sees tenants' namespaces and the platform's that take part; others are as if they were not there.
    """
    platform = [MESH_NAMESPACE, cluster.gateway_namespace]
    return {
        "rootNamespace": MESH_NAMESPACE,
        "trustDomain": trust_domain,
        "enableAutoMtls": True,
        "meshMTLS": {"minProtocolVersion": "TLSV1_3"},
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "defaultServiceExportTo": [".", *platform],
        "defaultVirtualServiceExportTo": ["."],
        "defaultDestinationRuleExportTo": ["."],
        "discoverySelectors": [
            {"matchExpressions": [names.of_tenants()]},
            {"matchExpressions": [{"key": NAMESPACE_NAME, "operator": "In", "values": platform}]},
        ],
        "defaultConfig": {"holdApplicationUntilProxyStarts": True},
    }
