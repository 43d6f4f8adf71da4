"""Merges and derives: from the catalogue the plan of each tenant on its cluster (A4, C6, C7, C9)."""

from dataclasses import replace

from settings import names
from settings.budget import Budget, budget
from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.homing import placed_on
from settings.mesh import proxy_of, trust_domain
from settings.placing import tolerations, workload_pools
from settings.plan import ResolvedWorkload, TenantPlan
from settings.queue_plan import ResolvedQueue, resolved_queue
from settings.quota import ResolvedQuota, gpu_pool, limit_range
from settings.replicas import Demand, admitted, pod_demand, room_for_one_more
from settings.runtime import Runtime
from settings.sandbox_plan import resolved_sandboxes, sandbox_demand
from settings.tenant import Tenant, Workload
from settings.tier import Tier
from settings.virtual_plan import resolved_virtual, virtual_demands


def plan_tenants(catalogue: Catalogue, cluster: str | None = None, shard: int | None = None) -> tuple[TenantPlan, ...]:
    """Plans of the catalogue's tenants, sorted by id; only those of a cluster, or of a shard, when named.

    Raises KeyError for a cluster the topology does not have.
    """
    if cluster is not None and cluster not in {each.name for each in catalogue.topology.clusters}:
        raise KeyError(cluster)
    made: list[TenantPlan] = []
    for tenant in catalogue.tenants:
        placed = placed_on(tenant, catalogue.topology)
        if placed is None or (cluster is not None and placed.name != cluster):
            continue
        if shard is not None and names.shard(tenant.id, placed.shards) != shard:
            continue
        made.append(_plan(tenant, placed, catalogue))
    return tuple(made)


def demands(tenant: Tenant, tier: Tier, cluster: Cluster, catalogue: Catalogue) -> list[Demand]:
    """What one pod of each workload counts against the quota, pod overhead included, and how many are wanted; then
    those of a virtual control plane; warm sandboxes, where the tenant has any, come last."""
    pool = gpu_pool(tenant, tier, cluster.node_pools)
    made: list[Demand] = []
    for workload in tenant.workloads:
        pod = pod_demand(workload.requests, workload.limits, runtime_of(workload, catalogue), proxy_of(cluster))
        if workload.gpus and pool and pool.gpu:
            pod[f"requests.{pool.gpu.resource}"] = workload.gpus
        made.append(Demand(pod=pod, least=workload.replicas.min, most=workload.replicas.max))
    made += virtual_demands(tenant, catalogue)
    if (sandboxes := sandbox_demand(tenant, catalogue)) is not None:
        made.append(sandboxes)
    return made


def quota_amounts(quota: ResolvedQuota) -> dict[str, int]:
    """The quota's numbers that a pod counts against, in the units of `demands`."""
    return {
        "requests.cpu": quota.guaranteed.cpu_m,
        "limits.cpu": quota.ceiling.cpu_m,
        "requests.memory": quota.guaranteed.memory_bytes,
        "limits.memory": quota.ceiling.memory_bytes,
        "pods": quota.pods,
    } | {f"requests.{resource}": count for resource, count in quota.gpus.items()}


def runtime_of(workload: Workload, catalogue: Catalogue) -> Runtime | None:
    """The runtime a workload names, else the default of its kind (C3)."""
    if workload.runtime is not None:
        return catalogue.runtimes[workload.runtime]
    for runtime in catalogue.runtimes.values():
        if workload.kind in runtime.default_for and runtime.gpu == bool(workload.gpus):
            return runtime
    return None


def _plan(tenant: Tenant, cluster: Cluster, catalogue: Catalogue) -> TenantPlan:
    tier = catalogue.tiers[tenant.tier]
    whole = budget(tenant, tier, cluster)
    quota = whole.home
    standing = demands(tenant, tier, cluster, catalogue)
    most = admitted(quota_amounts(quota), standing)
    if most is None:
        raise ValueError(f"the workloads of {tenant.id} do not fit its quota; load_catalogue refuses that")
    plan = TenantPlan(
        tenant=tenant,
        tier=tier,
        cluster=cluster,
        environment=catalogue.environment,
        namespace=names.namespace(tenant.id),
        shard=names.shard(tenant.id, cluster.shards),
        host=names.host(tenant.id, catalogue.topology.domain),
        labels=names.labels(tenant.id, tier.id),
        quota=quota,
        limit_range=limit_range(quota),
        workloads=_workloads(tenant, cluster, catalogue, quota, wanted=standing, most=most),
        sandboxes=resolved_sandboxes(tenant, cluster, catalogue, most),
        queue=_queue(tenant, cluster, catalogue, whole, standing),
        virtual=resolved_virtual(tenant, cluster, catalogue),
        trust_domain=trust_domain(cluster.mesh.name, catalogue.topology.domain) if cluster.mesh else None,
        database_ranges=catalogue.topology.database_ranges(cluster),
        budget=whole,
    )
    children = tuple(_child(plan, name, part) for name, part in whole.children.items())
    return replace(plan, children=children) if children else plan


def _queue(
    tenant: Tenant, cluster: Cluster, catalogue: Catalogue, whole: Budget, standing: list[Demand]
) -> ResolvedQueue | None:
    if whole.jobs is None:
        return resolved_queue(tenant, cluster, catalogue, whole.whole, standing)
    # CPU and memory of Jobs are set aside, so that services take nothing of them; whole devices are not divided.
    devices = {f"requests.{resource}" for resource in whole.jobs.gpus}
    beside = [
        replace(each, pod={resource: amount for resource, amount in each.pod.items() if resource in devices})
        for each in standing
    ]
    return resolved_queue(tenant, cluster, catalogue, whole.jobs, beside)


def _child(home: TenantPlan, name: str, quota: ResolvedQuota) -> TenantPlan:
    return replace(
        home,
        namespace=names.child_namespace(home.tenant.id, name),
        labels=home.labels | {names.CHILD_LABEL: name},
        quota=quota,
        limit_range=limit_range(quota),
        workloads=(),
        sandboxes=None,
        queue=None,
        child=name,
    )


def _workloads(
    tenant: Tenant,
    cluster: Cluster,
    catalogue: Catalogue,
    quota: ResolvedQuota,
    *,
    wanted: list[Demand],
    most: list[int],
) -> tuple[ResolvedWorkload, ...]:
    tier = catalogue.tiers[tenant.tier]
    amounts = quota_amounts(quota)
    gpus = gpu_pool(tenant, tier, cluster.node_pools)
    made: list[ResolvedWorkload] = []
    for index, workload in enumerate(tenant.workloads):
        runtime = runtime_of(workload, catalogue)
        selector, pools = workload_pools(tenant, workload, runtime, cluster, gpus)
        made.append(
            ResolvedWorkload(
                name=workload.name,
                kind=workload.kind,
                image=workload.image,
                min_replicas=workload.replicas.min,
                max_replicas=most[index],
                max_surge=int(room_for_one_more(amounts, wanted, most, index)),
                requests=workload.requests,
                limits=workload.limits,
                gpus={gpus.gpu.resource: workload.gpus} if workload.gpus and gpus and gpus.gpu else {},
                runtime=runtime,
                capabilities=workload.capabilities,
                node_selector=selector,
                tolerations=tolerations(pools),
                labels=names.labels(tenant.id, tier.id, workload.name),
            )
        )
    return tuple(made)
