"""What a tenant may use on a cluster: its tier with its overrides, as the API server wants it (A4, C1, C7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from settings.cluster import Cluster
from settings.fields import Compute
from settings.nodepool import NodePool
from settings.quantities import format_bytes, format_count, format_cpu
from settings.tenant import CONTAINER_LIMITS, CONTAINER_REQUESTS, Tenant
from settings.tier import ObjectCounts, Tier

WHOLE_GPU = "nvidia.com/gpu"
SANDBOX_CLAIMS: Final = "sandboxclaims.extensions.agents.x-k8s.io"
_MI = 1 << 20
SCRATCH_REQUEST_BYTES, SCRATCH_LIMIT_BYTES = 64 * _MI, 512 * _MI
"""Node-local scratch space of a container that names none: without a default it would escape the quota."""
SCRATCH_LEAST_BYTES = _MI
CONTAINER_LEAST = Compute.of("1m", "1Mi")
"""The least that a container may request or have as its limit: anything that is not 0."""


@dataclass(frozen=True, kw_only=True)
class ResolvedQuota:
    """A tenant's quota: the tier's numbers, the overrides on top, GPUs by the resource the cluster has.

    guaranteed, ceiling: sums of requests and of limits.
    gpus: how many of each GPU resource of the cluster, 0 for those the tenant may not have.
    sandbox_claims: as many as there may be pods, since one beyond them would get none; 0 for a tenant without
    sandboxes; None on a cluster that does not know them.
    suspended: no pod may be made.
    elastic: the cluster queues Jobs, so that those may request up to the ceiling of what others leave idle (D1).
    shared: what Jobs of class `batch` may request in this namespace on top; the tenant's one queue counts them over all
    its namespaces (A6). None where Jobs are counted with the rest.
    """

    guaranteed: Compute
    ceiling: Compute
    storage_bytes: int
    ephemeral_storage_bytes: int
    pods: int
    gpus: dict[str, int]
    load_balancers: int
    requests_per_minute: int
    sessions_per_month: int | None
    objects: ObjectCounts
    sandbox_claims: int | None = None
    suspended: bool = False
    elastic: bool = False
    shared: Compute | None = None

    def hard(self) -> dict[str, str]:
        """`spec.hard` of the tenant's ResourceQuota, every value as the API server prints it.

        Until the quota controller has filled in its status, which takes a moment, the API server refuses what the quota
        counts ("status unknown for quota"): make the namespace's furniture before the quota, and workloads after it.
        """
        requests = self.ceiling if self.elastic and self.shared is None else self.guaranteed
        cpu_m, memory_bytes = (self.shared.cpu_m, self.shared.memory_bytes) if self.shared else (0, 0)
        made = {
            "requests.cpu": format_cpu(requests.cpu_m + cpu_m),
            "limits.cpu": format_cpu(self.ceiling.cpu_m + cpu_m),
            "requests.memory": format_bytes(requests.memory_bytes + memory_bytes),
            "limits.memory": format_bytes(self.ceiling.memory_bytes + memory_bytes),
            "requests.ephemeral-storage": format_bytes(self.ephemeral_storage_bytes),
            "limits.ephemeral-storage": format_bytes(self.ephemeral_storage_bytes),
            "requests.storage": format_bytes(self.storage_bytes),
            "pods": format_count(0 if self.suspended else self.pods),
            "services.loadbalancers": format_count(self.load_balancers),
            "services.nodeports": "0",
        }
        made |= {f"requests.{resource}": format_count(count) for resource, count in self.gpus.items()}
        if self.sandbox_claims is not None:
            made[f"count/{SANDBOX_CLAIMS}"] = format_count(self.sandbox_claims)
        made |= {name: format_count(count) for name, count in _object_counts(self.objects).items()}
        if self.has_standing:
            made["resourcequotas"] = "2"
        return dict(sorted(made.items()))

    @property
    def has_standing(self) -> bool:
        """Whether a second ResourceQuota counts what is not of the class that only queued Jobs have."""
        return self.elastic or self.shared is not None

    def standing(self) -> dict[str, str]:
        """`spec.hard` of the second ResourceQuota: what pods may request that are not of the class which only queued
        Jobs have. Nobody can take those back, so that they stay within what is guaranteed (A4). Where Jobs have a
        budget of their own, the limits of the others are bounded here as well."""
        made = {
            "requests.cpu": format_cpu(self.guaranteed.cpu_m),
            "requests.memory": format_bytes(self.guaranteed.memory_bytes),
        }
        if self.shared is not None:
            made["limits.cpu"] = format_cpu(self.ceiling.cpu_m)
            made["limits.memory"] = format_bytes(self.ceiling.memory_bytes)
        return made


@dataclass(frozen=True, kw_only=True)
class LimitRange:
    """What a container gets that names nothing, and the most one may have (A4).

    default_request: 200m/512Mi and default_limit: 500m/1Gi, or less where the tier has less. max: the tenant's ceiling.
    """

    default_request: Compute
    default_limit: Compute
    max: Compute
    max_volume_bytes: int
    scratch_request_bytes: int = SCRATCH_REQUEST_BYTES
    scratch_limit_bytes: int = SCRATCH_LIMIT_BYTES

    def limits(self) -> list[dict[str, object]]:
        """`spec.limits` of the tenant's LimitRange, every value as the API server prints it."""
        return [
            {
                "type": "Container",
                "defaultRequest": _amounts(self.default_request, self.scratch_request_bytes),
                "default": _amounts(self.default_limit, self.scratch_limit_bytes),
                "max": _amounts(self.max),
                # A limit of 0 means none to the kubelet, and counts as nothing in a quota.
                "min": _amounts(CONTAINER_LEAST, SCRATCH_LEAST_BYTES),
            },
            {"type": "PersistentVolumeClaim", "max": {"storage": format_bytes(self.max_volume_bytes)}},
        ]


def resolved_quota(tenant: Tenant, tier: Tier, cluster: Cluster) -> ResolvedQuota:
    """The tier's quota with the tenant's overrides and burst, on a cluster, for its GPU resources and its addons."""
    over = tenant.quota
    sessions = tier.sessions_per_month
    if over is not None and "sessions_per_month" in over.model_fields_set:
        sessions = over.sessions_per_month
    pods = ((over.pods if over else None) or tier.pods) + (tenant.burst.pods if tenant.burst else 0)
    return ResolvedQuota(
        guaranteed=_guaranteed(tenant, tier),
        ceiling=_ceiling(tenant, tier),
        storage_bytes=(over.storage_bytes if over else None) or tier.storage_bytes,
        ephemeral_storage_bytes=(over.ephemeral_storage_bytes if over else None) or tier.ephemeral_storage_bytes,
        pods=pods,
        gpus=_gpus(tenant, tier, cluster.node_pools),
        load_balancers=over.load_balancers if over and over.load_balancers is not None else tier.load_balancers,
        requests_per_minute=(over.requests_per_minute if over else None) or tier.requests_per_minute,
        sessions_per_month=sessions,
        objects=tier.objects,
        sandbox_claims=(pods if tenant.sandboxes else 0) if cluster.has_sandboxes else None,
        suspended=tenant.lifecycle != "active",
        elastic=cluster.has_queues and _ceiling(tenant, tier) != _guaranteed(tenant, tier),
    )


def limit_range(quota: ResolvedQuota) -> LimitRange:
    """A4's container defaults, none above what the quota admits for one pod."""
    most = _most(quota.ceiling, quota.shared) if quota.shared else quota.ceiling
    return LimitRange(
        default_request=_least(CONTAINER_REQUESTS, quota.guaranteed),
        default_limit=_least(CONTAINER_LIMITS, quota.ceiling),
        max=most,
        max_volume_bytes=quota.storage_bytes,
    )


def gpu_count(tenant: Tenant, tier: Tier) -> int:
    """GPUs a tenant has on any cluster: what it asked for, else what its tier has for all."""
    if tenant.quota is not None and tenant.quota.gpus is not None:
        return tenant.quota.gpus
    return 0 if tier.gpus.optional else tier.gpus.count


def gpu_pool(tenant: Tenant, tier: Tier, pools: Iterable[NodePool]) -> NodePool | None:
    """The pool a tenant's GPUs come from: the one it names, its own, or the first that fits its tier."""
    named = tenant.quota.gpu_pool if tenant.quota else None
    fitting = [pool for pool in pools if pool.gpu is not None and pool.tenant in (None, tenant.id)]
    if named is not None:
        return next((pool for pool in fitting if pool.name == named), None)
    for pool in sorted(fitting, key=lambda each: each.tenant is None):
        gpu = pool.gpu
        fits = gpu is not None and gpu.sharing == tier.gpus.sharing and tier.gpus.model in (None, gpu.model)
        if fits and pool.kind in ("gpu", "dedicated"):
            return pool
    return None


def _guaranteed(tenant: Tenant, tier: Tier) -> Compute:
    amount = (tenant.quota.guaranteed if tenant.quota else None) or tier.guaranteed
    return tenant.burst.on_top_of(amount) if tenant.burst else amount


def _ceiling(tenant: Tenant, tier: Tier) -> Compute:
    amount = (tenant.quota.ceiling if tenant.quota else None) or tier.ceiling
    return tenant.burst.on_top_of(amount) if tenant.burst else amount


def _gpus(tenant: Tenant, tier: Tier, pools: tuple[NodePool, ...]) -> dict[str, int]:
    """Every GPU resource of the cluster, the whole GPU always among them: what is not listed would be unlimited."""
    made = dict.fromkeys(sorted({WHOLE_GPU, *(pool.gpu.resource for pool in pools if pool.gpu)}), 0)
    count = gpu_count(tenant, tier)
    pool = gpu_pool(tenant, tier, pools) if count else None
    if pool is not None and pool.gpu is not None:
        made[pool.gpu.resource] = count
    return made


def _object_counts(objects: ObjectCounts) -> dict[str, int]:
    controllers = (
        "deployments.apps",
        "statefulsets.apps",
        "daemonsets.apps",
        "cronjobs.batch",
        "horizontalpodautoscalers.autoscaling",
        "poddisruptionbudgets.policy",
    )
    policies = (
        "networkpolicies.networking.k8s.io",
        "roles.rbac.authorization.k8s.io",
        "rolebindings.rbac.authorization.k8s.io",
        "serviceaccounts",
    )
    return {
        "configmaps": objects.configmaps,
        "secrets": objects.secrets,
        "services": objects.services,
        "persistentvolumeclaims": objects.volumes,
        "replicationcontrollers": objects.controllers,
        "resourcequotas": 1,
        "count/limitranges": 1,
        "count/jobs.batch": objects.jobs,
        "count/replicasets.apps": objects.replicasets,
        "count/ingresses.networking.k8s.io": objects.routes,
        "count/leases.coordination.k8s.io": objects.controllers,
        **{f"count/{kind}": objects.controllers for kind in controllers},
        **{f"count/{kind}": objects.policies for kind in policies},
    }


def _least(wanted: Compute, most: Compute) -> Compute:
    return Compute.of(
        format_cpu(min(wanted.cpu_m, most.cpu_m)), format_bytes(min(wanted.memory_bytes, most.memory_bytes))
    )


def _most(one: Compute, other: Compute) -> Compute:
    cpu_m, memory_bytes = max(one.cpu_m, other.cpu_m), max(one.memory_bytes, other.memory_bytes)
    return Compute.of(format_cpu(cpu_m), format_bytes(memory_bytes))


def _amounts(compute: Compute, scratch_bytes: int | None = None) -> dict[str, str]:
    made = {"cpu": format_cpu(compute.cpu_m), "memory": format_bytes(compute.memory_bytes)}
    if scratch_bytes is not None:
        made["ephemeral-storage"] = format_bytes(scratch_bytes)
    return made
