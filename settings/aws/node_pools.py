"""Which machines a pool of the topology is made of on EKS, and who makes them (C2, C6, C7)."""

import hashlib
from collections.abc import Iterable
from typing import Literal

from settings.aws.account import AwsRegion
from settings.aws.eks import EksCluster
from settings.aws.network import subnets
from settings.nodeconfig.containerd import PLAIN
from settings.nodepool import Effect, NodePool
from settings.runtime import Runtime

Maker = Literal["managed", "karpenter"]
GIB = 1 << 30
SYSTEM_GIB = 10
"""Of a node's disk, for Amazon Linux, the images of add-ons and what kubelet and system are reserved."""
EVICTED_AT = 0.85
"""Part of the disk below which the kubelet evicts nothing: settings.nodeconfig keeps 15 % free for images."""
MACHINE_LETTERS = 6
NESTED = ("c8i", "m8i", "r8i", "c8i-flex", "m8i-flex", "r8i-flex")
"""Families that start virtual machines inside a virtual machine (Amazon EC2 User Guide, "Nested virtualization")."""
EFFECTS: dict[Effect, str] = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
"""A taint's effect in EKS' words."""


def is_metal(instance_type: str) -> bool:
    """Whether the machine is whole, so that it starts virtual machines itself."""
    return "metal" in instance_type.partition(".")[2]


def nests(instance_type: str) -> bool:
    """Whether the machine is virtual and starts virtual machines when it is told to at its launch."""
    return instance_type.partition(".")[0] in NESTED and not is_metal(instance_type)


def runtimes_on(pool: NodePool, runtimes: Iterable[Runtime], eks: EksCluster) -> tuple[Runtime, ...]:
    """Runtimes that the pool's nodes have: those of its kind whose handler the topology says where to fetch and, for
    Kata, whose virtual machines the instance type can start."""
    virtual = pool.instance_type is not None and (is_metal(pool.instance_type) or nests(pool.instance_type))
    return tuple(
        each
        for each in runtimes
        if each.is_on(pool.kind, gpu=pool.gpu is not None)
        and (each.handler == PLAIN or each.handler in eks.runtimes)
        and (virtual or not each.handler.startswith("kata"))
    )


def wants_nesting(pool: NodePool, runtimes: Iterable[Runtime], eks: EksCluster) -> bool:
    """Whether instances of the pool are launched with nested virtualisation, which Kata needs."""
    kata = any(each.handler.startswith("kata") for each in runtimes_on(pool, runtimes, eks))
    return kata and nests(pool.instance_type or "")


def maker(pool: NodePool, eks: EksCluster) -> Maker:
    """Who makes the pool's nodes (ADR 0016)."""
    return "karpenter" if pool.kind == "dedicated" or pool.name in eks.karpenter_pools else "managed"


def pool_problems(pools: Iterable[NodePool], eks: EksCluster) -> tuple[str, ...]:
    """What of the pools cannot be made on EKS, a line each."""
    told: list[str] = []
    pools = tuple(pools)
    for pool in pools:
        if pool.instance_type is None:
            told.append(f"pool {pool.name!r} names no instance_type")
        if pool.gpu is not None and eks.images.gpu is None:
            told.append(f"pool {pool.name!r} has GPUs, and images has no gpu")
        if maker(pool, eks) == "karpenter":
            told += _not_for_karpenter(pool, eks)
    if not any(pool.kind == "system" for pool in pools):
        told.append("no pool of kind system: add-ons and controllers have no nodes")
    known = {pool.name for pool in pools}
    told += [f"karpenter_pools names {name!r}, which is no pool" for name in eks.karpenter_pools if name not in known]
    return tuple(told)


def _not_for_karpenter(pool: NodePool, eks: EksCluster) -> list[str]:
    if not eks.karpenter:
        return [f"pool {pool.name!r} of a tenant needs Karpenter: a node group cannot set its restricted label"]
    if pool.kind == "system":
        return [f"pool {pool.name!r} is the system's, where Karpenter itself runs"]
    if pool.gpu is not None and pool.gpu.sharing != "none":
        return [f"pool {pool.name!r} divides its GPUs, and Karpenter knows whole ones only"]
    return []


def disk_gib(pool: NodePool) -> int:
    """GiB of a node's disk: what its pods may use, the part kept free, and the system's."""
    return -(-int(pool.capacity.ephemeral_storage_bytes / EVICTED_AT) // GIB) + SYSTEM_GIB


def zone_indexes(pool: NodePool, region: AwsRegion) -> tuple[int, ...]:
    """Which of the region's zones it may be in; all where it names none of them."""
    named = tuple(index for index, zone in enumerate(region.zones) if zone in pool.zones)
    return named or tuple(range(len(region.zones)))


def private_cidrs(pool: NodePool, region: AwsRegion) -> tuple[str, ...]:
    """Ranges of the private subnets that its nodes are in."""
    private = [each.cidr for each in subnets(region) if each.kind == "private"]
    return tuple(private[index] for index in zone_indexes(pool, region))


def group_name(pool: NodePool, region: AwsRegion, image: str) -> str:
    """Name of its node group: the pool's, and a hash of what a change of replaces it, so that the new group is there
    before the old one ends."""
    machine = "/".join([pool.instance_type or "", pool.lifecycle, *private_cidrs(pool, region), image[:3]])
    return f"{pool.name}-{hashlib.sha256(machine.encode()).hexdigest()[:MACHINE_LETTERS]}"


def autoscaler_tags(pool: NodePool) -> dict[str, str]:
    """What Cluster Autoscaler cannot see of a group without nodes: devices that are divided, and the disk."""
    hint = "k8s.io/cluster-autoscaler/node-template/resources"
    return {
        f"{hint}/{resource}": amount
        for resource, amount in pool.allocatable().items()
        if resource.startswith("nvidia.com/") or resource == "ephemeral-storage"
    }
