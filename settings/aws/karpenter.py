"""A pool in Karpenter's words: NodePool (karpenter.sh/v1) and EC2NodeClass (karpenter.k8s.aws/v1) (C6)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from settings.aws.eks import EksCluster
from settings.aws.node_pools import disk_gib, runtimes_on, wants_nesting, zone_indexes
from settings.aws.site import Site
from settings.nodeconfig import al2023, kubelet_config
from settings.nodepool import NodePool
from settings.quantities import format_cpu
from settings.runtime import Runtime

NODE_POOL_API: Final = "karpenter.sh/v1"
NODE_CLASS_GROUP: Final = "karpenter.k8s.aws"
NODE_CLASS_API: Final = f"{NODE_CLASS_GROUP}/v1"
EXPIRE_AFTER: Final = "720h"
"""A node is replaced after 30 days, and so has an image no older than what the topology names (G7)."""
DRAIN_WITHIN: Final = "4h"
"""The longest lifetime of a sandbox of the tiers: nothing that is let end is cut off, and nothing stays for ever."""
_CAPACITY = ("maxPods", "kubeReserved", "systemReserved", "evictionHard")
"""Of the kubelet's configuration, what Karpenter has to know to foresee what fits a node."""


def node_labels(pool: NodePool) -> dict[str, str]:
    """Labels of its nodes but those that the cloud sets. Karpenter, not the kubelet, sets the restricted one."""
    own = ("topology.kubernetes.io/", "node.kubernetes.io/")
    return {key: value for key, value in sorted(pool.node_labels().items()) if not key.startswith(own)}


def node_pool_spec(pool: NodePool, site: Site) -> dict[str, Any]:
    """The spec of its NodePool. Bounds are those of the topology: as much as its most nodes have; Karpenter holds no
    least number, placeholders hold the room (D5)."""
    zones = [site.region.zones[index] for index in zone_indexes(pool, site.region)]
    return {
        "template": {
            "metadata": {"labels": node_labels(pool)},
            "spec": {
                "nodeClassRef": {"group": NODE_CLASS_GROUP, "kind": "EC2NodeClass", "name": pool.name},
                "expireAfter": EXPIRE_AFTER,
                "terminationGracePeriod": DRAIN_WITHIN,
                "requirements": [
                    _one_of("node.kubernetes.io/instance-type", [pool.instance_type or ""]),
                    _one_of("karpenter.sh/capacity-type", [pool.lifecycle]),
                    _one_of("topology.kubernetes.io/zone", zones),
                    _one_of("kubernetes.io/arch", ["amd64"]),
                ],
                "taints": [_taint(each.model_dump()) for each in pool.node_taints()],
            },
        },
        "limits": {
            "nodes": str(pool.max_nodes),
            "cpu": format_cpu(_whole_cores(pool.capacity.cpu_m) * pool.max_nodes),
        },
        "disruption": {
            # Sandboxes and a tenant's own nodes are not moved together for money; empty ones go.
            "consolidationPolicy": "WhenEmpty" if pool.kind in ("sandbox", "dedicated") else "WhenEmptyOrUnderutilized",
            "consolidateAfter": "5m",
            "budgets": [{"nodes": "10%"}],
        },
    }


def node_class_spec(
    pool: NodePool, runtimes: Iterable[Runtime], eks: EksCluster, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The spec of its EC2NodeClass. given: what is known when it is made: profile, subnets, security_group, key, tags.

    Errors: NotExpressibleError as settings.nodeconfig.al2023.
    """
    on_it = runtimes_on(pool, runtimes, eks)
    kubelet = kubelet_config(pool)
    made: dict[str, Any] = {
        "amiFamily": "AL2023",
        "amiSelectorTerms": [{"id": eks.images.gpu if pool.gpu is not None else eks.images.standard}],
        "instanceProfile": given["profile"],
        "subnetSelectorTerms": [{"id": each} for each in given["subnets"]],
        "securityGroupSelectorTerms": [{"id": given["security_group"]}],
        "associatePublicIPAddress": False,
        "userData": al2023(pool, on_it, None, eks.downloads()),
        "kubelet": {key: kubelet[key] for key in _CAPACITY},
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "blockDeviceMappings": [
            {
                "deviceName": "/dev/xvda",
                "rootVolume": True,
                "ebs": {
                    "volumeSize": f"{disk_gib(pool)}Gi",
                    "volumeType": "gp3",
                    "encrypted": True,
                    "kmsKeyID": given["key"],
                    "deleteOnTermination": True,
                },
            }
        ],
        "tags": given["tags"],
    }
    if wants_nesting(pool, runtimes, eks):
        made["cpuOptions"] = {"nestedVirtualization": "enabled"}
    return made


def _one_of(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}


def _taint(taint: dict[str, str]) -> dict[str, str]:
    """Without an empty value, as the API server gives it back."""
    return {key: value for key, value in taint.items() if value}


def _whole_cores(cpu_m: int) -> int:
    """Millicores of the machine behind what its pods can use: machines have whole, even numbers of cores."""
    return -(-cpu_m // 2000) * 2000
