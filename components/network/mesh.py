"""The mesh's half that belongs to no tenant: everybody proves who they are, and nobody is let in (E3)."""

from dataclasses import dataclass

import pulumi
import yaml
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.network.mesh_policy import networks
from components.objects import Manifest, in_namespace, platform_metadata
from components.tenancy.platform_namespace import PlatformNamespace, PlatformNamespaceArgs
from settings import Topology
from settings.cluster import Cluster
from settings.mesh import CONFIGURATION, MESH_NAMESPACE, mesh_configuration, peers_of, trust_domain
from settings.mesh.rules import (
    CLOSED,
    DEFAULT,
    NETWORKING,
    NOBODY,
    SECURITY,
    STRICT,
    east_west_gateway,
    sidecar_scope,
    traffic_bounds,
)

COMPONENT = "mesh"
NETWORK_LABEL = "topology.istio.io/network"


@dataclass(frozen=True, kw_only=True)
class MeshArgs:
    """Inputs of Mesh.

    cluster: with a mesh. topology: whose other clusters may be in the same one.
    """

    cluster: Cluster
    topology: Topology


class Mesh(pulumi.ComponentResource):
    """Mutual TLS between services and a default deny by identity, once per cluster that is in a mesh (E3, F5, H3).

    Creates: Namespace `istio-system` (Pod Security `restricted`, the cluster's network by its label) with a
    NetworkPolicy that denies by default and one for istiod; in it, for the whole cluster: ConfigMap `tenantplane-mesh`
    (MeshConfig: the mesh's trust domain, TLS 1.3, services exported to their own namespace and the gateways alone),
    PeerAuthentication STRICT, AuthorizationPolicy that lets nobody in until TenantMesh does, Sidecar (a proxy knows its
    own namespace alone, and redirects no packet), DestinationRule (bounds of connections, endpoints that fail, own
    region first); where the mesh has other clusters, Gateway `east-west` (TLS passed on unopened, port 15443) and its
    NetworkPolicy.
    istiod and the east-west gateway's pods are installed beside it from Istio's charts (docs/mesh.md), with a
    certificate below the mesh's own root: two meshes have two.
    Outputs: trust_domain (str).
    Errors: ValueError for a cluster without a mesh.
    """

    trust_domain: str
    first: tuple[pulumi.Resource, ...]
    """What holds before any pod of a tenant runs: STRICT, and nobody let in."""

    def __init__(self, name: str, args: MeshArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:network:Mesh", name, {}, opts)
        cluster, mesh = args.cluster, args.cluster.mesh
        if mesh is None:
            raise ValueError(f"cluster {cluster.name!r} is in no mesh")
        self.trust_domain = trust_domain(mesh.name, args.topology.domain)
        peers = tuple(
            address for each in peers_of(cluster, args.topology) if each.mesh for address in each.mesh.addresses
        )
        home = PlatformNamespace(
            MESH_NAMESPACE,
            PlatformNamespaceArgs(name=MESH_NAMESPACE, labels={NETWORK_LABEL: cluster.name}),
            pulumi.ResourceOptions(parent=self),
        )
        inside = in_namespace(self, home.namespace)
        told = mesh_configuration(cluster, self.trust_domain)
        core.ConfigMap(
            f"{name}-configuration",
            metadata=_metadata(CONFIGURATION),
            data={"mesh": yaml.safe_dump(told, sort_keys=False)},
            opts=inside,
        )
        for policy, spec in networks(cluster, MESH_NAMESPACE, peers).items():
            networking.NetworkPolicy(f"{name}-{policy}", metadata=_metadata(policy), spec=spec, opts=inside)
        made = {
            logical: CustomResource(
                f"{name}-{logical}", api_version=api, kind=kind, metadata=_metadata(of), spec=spec, opts=inside
            )
            for logical, api, kind, of, spec in (
                ("mutual-tls", SECURITY, "PeerAuthentication", DEFAULT, STRICT),
                ("nobody", SECURITY, "AuthorizationPolicy", CLOSED, NOBODY),
                ("scope", NETWORKING, "Sidecar", DEFAULT, sidecar_scope()),
                ("bounds", NETWORKING, "DestinationRule", DEFAULT, traffic_bounds()),
                *((("gateway", NETWORKING, "Gateway", "east-west", east_west_gateway()),) if peers else ()),
            )
        }
        self.first = (made["mutual-tls"], made["nobody"])
        self.register_outputs({"trust_domain": self.trust_domain})


def _metadata(name: str) -> Manifest:
    return {**platform_metadata(name, COMPONENT), "namespace": MESH_NAMESPACE}
