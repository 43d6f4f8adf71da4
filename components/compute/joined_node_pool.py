"""A pool whose nodes join by themselves: localcloud's, and machines on premises (C6)."""

import json
from dataclasses import dataclass

import pulumi
import yaml
from pulumi_kubernetes.core import v1 as core

from components.compute.node_pool import NodePool, NodePoolArgs
from components.objects import in_namespace, platform_metadata
from components.tenancy.platform_namespace import PlatformNamespace
from settings.nodeconfig import (
    containerd_config,
    handlers_of,
    kubelet_config,
    registration_flags,
    runsc_config,
    to_toml,
)
from settings.nodeconfig.containerd import PLAIN, RUNSC_HANDLER, SANDBOX_RLIMITS


@dataclass(frozen=True, kw_only=True)
class JoinedNodePoolArgs(NodePoolArgs):
    """Inputs of JoinedNodePool.

    namespace: the platform's own, which holds what a node is told.
    """

    namespace: PlatformNamespace


class JoinedNodePool(NodePool):
    """A pool that no cloud makes (C2, C4, C6).

    localcloud simulates its nodes with KWOK, from the same entry of the topology, before the stack is applied; on
    premises somebody installs them.
    Creates: ConfigMap `node-pool-<name>` in the platform's namespace with what a machine needs to become one of its
    nodes: `kubelet.yaml`, `containerd.toml` (schema 2, which containerd 1.x and 2.x read), where it has gVisor
    `runsc.toml`, where it has sandboxes `sandbox-rlimits.json` (docs/real-node.md), and `flags`, the kubelet's command
    line. A change of the pool is thus a diff of the preview.
    Outputs: those of every NodePool.
    """

    TYPE = "tenantplane:compute:JoinedNodePool"

    def __init__(self, name: str, args: JoinedNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        held = platform_metadata(f"node-pool-{args.pool.name}", "node-pools")
        core.ConfigMap(
            name,
            metadata={**held, "namespace": args.namespace.name},
            data=node_files(args),
            opts=in_namespace(self, args.namespace.namespace),
        )
        self.made()


def node_files(args: NodePoolArgs) -> dict[str, str]:
    """What a machine needs to become a node of the pool, by file name."""
    pool, runtimes = args.pool, tuple(args.runtimes.values())
    made = {
        "kubelet.yaml": yaml.safe_dump(kubelet_config(pool), sort_keys=False),
        "containerd.toml": to_toml(containerd_config(pool, runtimes, 2)),
        "flags": " ".join(registration_flags(pool)),
    }
    if RUNSC_HANDLER in handlers_of(pool, runtimes):
        made["runsc.toml"] = to_toml(runsc_config())
    if set(handlers_of(pool, runtimes)) - {PLAIN}:
        # process.rlimits of /etc/containerd/sandbox-spec.json, which is `ctr oci spec` of the machine otherwise.
        made["sandbox-rlimits.json"] = json.dumps(SANDBOX_RLIMITS)
    return made
