"""A tenant's quota, divided among its namespaces and its Jobs so that the parts are exactly the whole (A6, C1, D1).

Kubernetes counts a ResourceQuota in one namespace and knows no sum over several. The sum is therefore made here: each
further namespace has its share, rounded down; the home has all that is left.
"""

from dataclasses import dataclass, replace
from typing import Final

from settings.cluster import Cluster
from settings.fields import Compute
from settings.namespaces import WHOLE
from settings.quota import SCRATCH_LIMIT_BYTES, ResolvedQuota, resolved_quota
from settings.tenant import CONTAINER_LIMITS, CONTAINER_REQUESTS, Tenant
from settings.tier import ObjectCounts, Tier

_MI: Final = 1 << 20
_MEGA: Final = 1_000_000
FURNITURE: Final = {"configmaps": 2, "policies": 4, "controllers": 1, "jobs": 1, "replicasets": 1}
"""Objects of each kind that a namespace needs: what the platform and Kubernetes put there, and one of what runs."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A tenant's quota on a cluster, and its parts.

    whole: what its tier and its file give it. home: of its first namespace. children: of the others, by name. jobs:
    requests (guaranteed) and limits (ceiling) of the Jobs of all its namespaces together; None where it has only the
    home, whose Jobs are counted there, and on clusters without queues.
    """

    whole: ResolvedQuota
    home: ResolvedQuota
    children: dict[str, ResolvedQuota]
    jobs: ResolvedQuota | None = None


def budget(tenant: Tenant, tier: Tier, cluster: Cluster) -> Budget:
    """The budget of a tenant on a cluster."""
    whole = resolved_quota(tenant, tier, cluster)
    if tenant.namespaces is None:
        return Budget(whole=whole, home=whole, children={})
    jobs = _jobs(whole, tenant.namespaces.jobs_share) if cluster.has_queues else None
    shared = jobs.ceiling if jobs else None
    children = {
        each.name: replace(
            _part(whole, each.share), shared=shared, suspended=whole.suspended or each.retire is not None
        )
        for each in tenant.namespaces.children
    }
    taken = [*children.values(), *([jobs] if jobs else [])]
    home = replace(
        whole,
        guaranteed=_less(whole.guaranteed, [each.guaranteed for each in taken]),
        ceiling=_less(whole.ceiling, [each.ceiling for each in taken]),
        storage_bytes=whole.storage_bytes - sum(each.storage_bytes for each in children.values()),
        ephemeral_storage_bytes=whole.ephemeral_storage_bytes
        - sum(each.ephemeral_storage_bytes for each in children.values()),
        pods=whole.pods - sum(each.pods for each in children.values()),
        load_balancers=whole.load_balancers - sum(each.load_balancers for each in children.values()),
        objects=_left(whole.objects, [each.objects for each in children.values()]),
        shared=shared,
    )
    if home.sandbox_claims:
        home = replace(home, sandbox_claims=home.pods)
    return Budget(whole=whole, home=home, children=children, jobs=jobs)


def too_little(quota: ResolvedQuota) -> str | None:
    """What of a namespace's share is too little for it to be of use: one container that names nothing (A4), and the
    objects that every namespace has. None when it is enough."""
    short = [
        name
        for name, enough in {
            "cpu": quota.guaranteed.cpu_m >= CONTAINER_REQUESTS.cpu_m and quota.ceiling.cpu_m >= CONTAINER_LIMITS.cpu_m,
            "memory": quota.guaranteed.memory_bytes >= CONTAINER_REQUESTS.memory_bytes
            and quota.ceiling.memory_bytes >= CONTAINER_LIMITS.memory_bytes,
            "ephemeral_storage": quota.ephemeral_storage_bytes >= SCRATCH_LIMIT_BYTES,
            "storage": quota.storage_bytes >= _MI,
            "pods": quota.pods >= 1,
            **{name: getattr(quota.objects, name) >= least for name, least in FURNITURE.items()},
        }.items()
        if not enough
    ]
    return ", ".join(short) or None


def least_share(whole: ResolvedQuota) -> int | None:
    """The least percent of a quota that is enough for a namespace; None when not even nearly all of it is."""
    return next((share for share in range(1, WHOLE) if too_little(_part(whole, share)) is None), None)


def _part(whole: ResolvedQuota, share: int) -> ResolvedQuota:
    return replace(
        whole,
        guaranteed=_of(whole.guaranteed, share),
        ceiling=_of(whole.ceiling, share),
        storage_bytes=_share(whole.storage_bytes, share, _unit(whole.storage_bytes)),
        ephemeral_storage_bytes=_share(whole.ephemeral_storage_bytes, share, _unit(whole.ephemeral_storage_bytes)),
        pods=_share(whole.pods, share),
        gpus=dict.fromkeys(whole.gpus, 0),
        load_balancers=_share(whole.load_balancers, share),
        objects=ObjectCounts(**{name: _share(count, share) for name, count in whole.objects.model_dump().items()}),
        sandbox_claims=None if whole.sandbox_claims is None else 0,
    )


def _jobs(whole: ResolvedQuota, share: int) -> ResolvedQuota:
    """The queue's part: CPU, memory, and all GPUs that no service holds."""
    return replace(whole, guaranteed=_of(whole.guaranteed, share), ceiling=_of(whole.ceiling, share))


def _of(amount: Compute, share: int) -> Compute:
    return _compute(_share(amount.cpu_m, share), _share(amount.memory_bytes, share, _MI))


def _share(amount: int, share: int, unit: int = 1) -> int:
    return amount * share // (WHOLE * unit) * unit


def _unit(amount: int) -> int:
    """Of the parts of a number of bytes: what the whole is written in."""
    return next((unit for unit in (_MI, _MEGA) if amount % unit == 0), 1)


def _less(whole: Compute, parts: list[Compute]) -> Compute:
    return _compute(
        whole.cpu_m - sum(each.cpu_m for each in parts), whole.memory_bytes - sum(each.memory_bytes for each in parts)
    )


def _left(whole: ObjectCounts, parts: list[ObjectCounts]) -> ObjectCounts:
    return ObjectCounts(
        **{name: count - sum(getattr(each, name) for each in parts) for name, count in whole.model_dump().items()}
    )


def _compute(cpu_m: int, memory_bytes: int) -> Compute:
    # Not parsed: a share may be as little as nothing, which too_little says with the words of the file.
    return Compute.model_construct(cpu_m=cpu_m, memory_bytes=memory_bytes)
