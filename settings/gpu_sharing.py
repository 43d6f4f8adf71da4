"""How the GPUs of a cluster's pools are shared, in the words of NVIDIA's device plugin and MIG manager (C7).

Pools are chosen by labels that their nodes carry; each has an entry of its own name in both files, because two products
split one profile differently.
"""

from collections.abc import Iterable
from typing import Any

from settings.nodepool import MIG_PROFILES, NodePool
from settings.quota import WHOLE_GPU


def gpu_pools(pools: Iterable[NodePool]) -> tuple[NodePool, ...]:
    """Those that have GPUs."""
    return tuple(pool for pool in pools if pool.gpu is not None)


def device_plugin_config(pool: NodePool) -> dict[str, Any]:
    """Configuration of the device plugin on the nodes of a pool (k8s-device-plugin, config version v1).

    The resource it offers is the one that quotas count: with renameByDefault slots are `nvidia.com/gpu.shared` and
    never pass for whole devices; strategy mixed names slices by profile. A pod gets one slot: more would share the
    same device and give it nothing, so the plugin refuses them.
    """
    gpu = pool.gpu
    if gpu is None:
        raise ValueError(f"node pool {pool.name!r} has no GPU")
    made: dict[str, Any] = {"version": "v1", "flags": {"migStrategy": "mixed" if gpu.sharing == "mig" else "none"}}
    if gpu.sharing == "time-slicing":
        made["sharing"] = {
            "timeSlicing": {
                "renameByDefault": True,
                "failRequestsGreaterThanOne": True,
                "resources": [{"name": WHOLE_GPU, "replicas": gpu.replicas}],
            }
        }
    return made


def mig_config(pools: Iterable[NodePool]) -> dict[str, Any]:
    """Configuration of the MIG manager (mig-parted, version v1): how the devices of each GPU pool are split.

    A pool that does not split them says so, for a node that was another pool's before.
    """
    return {"version": "v1", "mig-configs": {pool.name: [_devices(pool)] for pool in gpu_pools(pools)}}


def _devices(pool: NodePool) -> dict[str, Any]:
    gpu = pool.gpu
    if gpu is None or gpu.sharing != "mig" or gpu.profile is None:
        return {"devices": "all", "mig-enabled": False}
    slices = gpu.replicas or MIG_PROFILES[gpu.product][gpu.profile]
    return {"devices": "all", "mig-enabled": True, "mig-devices": {gpu.profile: slices}}
