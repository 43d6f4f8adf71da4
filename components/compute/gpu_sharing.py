"""How GPUs are shared, for the parts of NVIDIA's operator that do it on the nodes (C7)."""

from dataclasses import dataclass

import pulumi
import yaml
from pulumi_kubernetes.core import v1 as core

from components.objects import in_namespace, platform_metadata
from components.tenancy.namespace import pod_security_labels
from settings import NodePool
from settings.gpu_sharing import device_plugin_config, gpu_pools, mig_config

DEVICE_PLUGIN = "nvidia-device-plugin"
MIG_MANAGER = "nvidia-mig"


@dataclass(frozen=True, kw_only=True)
class GpuSharingArgs:
    """Inputs of GpuSharing.

    pools: of the cluster; those without GPUs are passed over. namespace: where NVIDIA's DaemonSets run.
    """

    pools: tuple[NodePool, ...]
    namespace: str


class GpuSharing(pulumi.ComponentResource):
    """The sharing mode of every GPU pool, once per cluster that has any (C7).

    Creates: Namespace for NVIDIA's DaemonSets, at level `privileged`, which drivers need and where no tenant has a
    right; ConfigMap `nvidia-device-plugin` with an entry for each pool (`devicePlugin.config.name` of the operator's
    Helm chart; a node takes the entry that its label `nvidia.com/device-plugin.config` names) and ConfigMap
    `nvidia-mig` (`migManager.config.name`; by the label `nvidia.com/mig.config`). Installing the operator is not part
    of it. Time-slicing keeps neither memory nor faults of the pods on one device apart; MIG does.
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
