"""How many pods each workload of a tenant may have at most, so that the quota admits all of them together (C9)."""

from collections.abc import Sequence
from dataclasses import dataclass

from settings.fields import Compute
from settings.mesh import Proxy
from settings.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Demand:
    """A workload's wish. pod: what one pod counts against the quota, by resource. least, most: replicas."""

    pod: dict[str, int]
    least: int
    most: int


def pod_demand(
    requests: Compute, limits: Compute, runtime: Runtime | None, proxy: Proxy | None = None
) -> dict[str, int]:
    """What a pod counts against the quota, its runtime's overhead and the mesh's proxy in it included: millicores,
    bytes, pods."""
    asked = [requests, *([proxy.requests] if proxy else [])]
    most = [limits, *([proxy.limits] if proxy else [])]
    extra = [runtime.overhead] if runtime and runtime.overhead else []
    return {
        "requests.cpu": sum(each.cpu_m for each in (*asked, *extra)),
        "limits.cpu": sum(each.cpu_m for each in (*most, *extra)),
        "requests.memory": sum(each.memory_bytes for each in (*asked, *extra)),
        "limits.memory": sum(each.memory_bytes for each in (*most, *extra)),
        "pods": 1,
    }


def admitted(quota: dict[str, int], demands: Sequence[Demand]) -> list[int] | None:
    """Most replicas of each workload such that all at their most fit the quota; None when not even the least do.

    quota: by resource; a resource it does not name has no bound. Every workload first has its least; what is left is
    given out one pod at a time, in turn, until nobody can have more.
    """
    left = dict(quota)
    given = [0] * len(demands)
    for index, demand in enumerate(demands):
        if not _take(left, demand.pod, demand.least):
            return None
        given[index] = demand.least
    growing = True
    while growing:
        growing = False
        for index, demand in enumerate(demands):
            if given[index] < demand.most and _take(left, demand.pod, 1):
                given[index] += 1
                growing = True
    return given


def room_for_one_more(quota: dict[str, int], demands: Sequence[Demand], given: Sequence[int], index: int) -> bool:
    """Whether one further pod of a workload fits while all run their most: what a rolling update's surge needs."""
    left = dict(quota)
    for demand, count in zip(demands, given, strict=True):
        if not _take(left, demand.pod, count):
            return False
    return _take(left, demands[index].pod, 1)


def _take(left: dict[str, int], pod: dict[str, int], count: int) -> bool:
    if any(resource in left and left[resource] < amount * count for resource, amount in pod.items()):
        return False
    for resource, amount in pod.items():
        if resource in left:
            left[resource] -= amount * count
    return True
