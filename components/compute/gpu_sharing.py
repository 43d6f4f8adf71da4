"""How GPUs are shared, for the parts of NVIDIA's operator that do it on the nodes (C7)."""

from dataclasses import dataclass

import pulumi
import yaml
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.networking import v1 as networking

from components.network.policy import API_SERVER_PORTS, both_ways, scraper, tcp, to_ports
from components.objects import Manifest, in_namespace, platform_metadata
from components.tenancy.namespace import pod_security_labels
from components.tenancy.platform_namespace import default_deny
from settings import NodePool
from settings.gpu_sharing import device_plugin_config, gpu_pools, mig_config

DEVICE_PLUGIN = "nvidia-device-plugin"
MIG_MANAGER = "nvidia-mig"
EXPORTER_PORT = 9400
"""Of NVIDIA's dcgm-exporter."""
NETWORK = "nvidia"


def network(system_namespace: str) -> Manifest:
    """Spec of the NetworkPolicy of NVIDIA's pods: out, the API server, by the address that every container is given, so
    that no name is asked for; in, the platform's Prometheus at the exporter. What they do else is done on their node.
    """
    return both_ways(
        {},
        ingress=[{"from_": [scraper(system_namespace)], "ports": tcp(EXPORTER_PORT)}],
        egress=[to_ports(*API_SERVER_PORTS)],
    )


@dataclass(frozen=True, kw_only=True)
class GpuSharingArgs:
    """Inputs of GpuSharing.

    pools: of the cluster; those without GPUs are passed over. namespace: where NVIDIA's DaemonSets run.
    system_namespace: where the platform's Prometheus runs.
    """

    pools: tuple[NodePool, ...]
    namespace: str
    system_namespace: str


class GpuSharing(pulumi.ComponentResource):
    """The sharing mode of every GPU pool, once per cluster that has any (C7, E1).

    Creates: Namespace for NVIDIA's DaemonSets, at level `privileged`, which drivers need and where no tenant has a
    right; NetworkPolicies `default-deny` and `nvidia` (out to the API server, in from Prometheus on TCP 9400);
    ConfigMap `nvidia-device-plugin` with an entry for each pool (`devicePlugin.config.name` of the operator's Helm
    chart; a node takes the entry that its label `nvidia.com/device-plugin.config` names) and ConfigMap `nvidia-mig`
    (`migManager.config.name`; by the label `nvidia.com/mig.config`). Installing the operator is not part of it.
    Time-slicing keeps neither memory nor faults of the pods on one device apart; MIG does.
    Outputs: namespace (str).
    """

    namespace: str

    def __init__(self, name: str, args: GpuSharingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:compute:GpuSharing", name, {}, opts)
        metadata = platform_metadata(args.namespace, "gpu-sharing")
        home = core.Namespace(
            name,
            metadata={**metadata, "labels": {**metadata["labels"], **pod_security_labels("privileged")}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        default_deny(self, name, home, args.namespace, "gpu-sharing")
        networking.NetworkPolicy(
            f"{name}-network",
            metadata={**platform_metadata(NETWORK, "gpu-sharing"), "namespace": args.namespace},
            spec=network(args.system_namespace),
            opts=in_namespace(self, home),
        )
        plugins = {pool.name: _yaml(device_plugin_config(pool)) for pool in gpu_pools(args.pools)}
        for suffix, held, data in (
            ("device-plugin", DEVICE_PLUGIN, plugins),
            ("mig", MIG_MANAGER, {"config.yaml": _yaml(mig_config(args.pools))}),
        ):
            core.ConfigMap(
                f"{name}-{suffix}",
                metadata={**platform_metadata(held, "gpu-sharing"), "namespace": args.namespace},
                data=data,
                opts=in_namespace(self, home),
            )
        self.namespace = args.namespace
        self.register_outputs({"namespace": self.namespace})


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False)
