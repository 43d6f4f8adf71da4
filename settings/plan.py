"""A tenant on a cluster, merged and derived: everything a component needs (A4, C6, C7, C9)."""

from dataclasses import dataclass, replace
from functools import cached_property

from settings import names
from settings.budget import Budget, budget
from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.fields import Capability, Compute, WorkloadKind
from settings.homing import placed_on
from settings.placing import tolerations, workload_pools
from settings.queue_plan import ResolvedQueue, resolved_queue
from settings.quota import LimitRange, ResolvedQuota, gpu_pool, limit_range
from settings.replicas import Demand, admitted, pod_demand, room_for_one_more
from settings.runtime import Runtime
from settings.sandbox_plan import ResolvedSandboxes, resolved_sandboxes, sandbox_demand
from settings.tenant import Tenant, Workload
from settings.tier import Tier
from settings.virtual_plan import ResolvedVirtualControlPlane, resolved_virtual, virtual_demands


@dataclass(frozen=True, kw_only=True)
class ResolvedWorkload:
    """A workload with what the cluster adds to it.

    max_replicas: what was asked for, or what the quota admits with all workloads at their most (C9).
    max_surge: 1 where a rolling update finds room for one pod more, else 0.
    gpus: by extended resource, for one pod.
    capabilities: what its process has, as root; none for nearly all (C4).
    runtime: None where the catalogue has none for the kind.
    node_selector, tolerations: of the pools it may run on (C6).
    labels: the tenant's, with those of the workload.
    """

    name: str
    kind: WorkloadKind
    image: str
    min_replicas: int
    max_replicas: int
    max_surge: int
    requests: Compute
    limits: Compute
    gpus: dict[str, int]
    runtime: Runtime | None
    capabilities: tuple[Capability, ...]
    node_selector: dict[str, str]
    tolerations: tuple[dict[str, str], ...]
    labels: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class TenantPlan:
    """Everything a component needs about one tenant on one cluster.

    namespace: `tenant-<id>`. shard: number of the stack that holds it. host: `<id>.<domain>`. labels: of every object.
    quota: of the namespace; budget: of the tenant, of which that is a part.
    child: name of the namespace, in the plan of one that the tenant has beside its home. children: plans of those: the
    same tenant, with a namespace, labels and a quota of its own, no workloads, no sandboxes and no queue (A6).
    sandboxes: None for a tenant that has none. queue: of its Jobs; None on a cluster without queues (D1).
    virtual: its virtual control plane; None for a tenant that has none (A6).
    """

    tenant: Tenant
    tier: Tier
    cluster: Cluster
    environment: str
    namespace: str
    shard: int
    host: str
    labels: dict[str, str]
    quota: ResolvedQuota
    limit_range: LimitRange
    workloads: tuple[ResolvedWorkload, ...]
    sandboxes: ResolvedSandboxes | None
    queue: ResolvedQueue | None = None
    virtual: ResolvedVirtualControlPlane | None = None
    budget: Budget
    child: str | None = None
    children: "tuple[TenantPlan, ...]" = ()

    @property
    def active(self) -> bool:
        """Whether its workloads run; a suspended or off-boarding tenant, and a namespace that is to go, keeps its data
        and runs nothing (A7)."""
        return self.tenant.lifecycle == "active" and not self.retiring

    @property
    def protected(self) -> bool:
        """Whether its namespace and data are kept from deletion: always, but for an approved off-boarding, or the
        approved end of a namespace beside the home (A7)."""
        return not self.retiring and (self.tenant.lifecycle != "offboarding" or self.tenant.offboarding is None)

    @property
    def retiring(self) -> bool:
        """Whether this is a namespace beside the home whose end is approved (A7)."""
        children = self.tenant.namespaces.children if self.tenant.namespaces else ()
        return any(each.name == self.child and each.retire is not None for each in children)

    @property
    def namespace_labels(self) -> dict[str, str]:
        """Labels of the namespace itself, on which admission decides."""
        jobs = {names.JOBS_LABEL: "shared"} if self.quota.shared else {}
        nodes = {names.NODES_LABEL: "dedicated"} if self.tenant.isolation == "dedicated-pool" else {}
        signed = {names.SIGNED_LABEL: "true"} if self.cluster.has_signatures else {}
        return self.labels | jobs | nodes | signed

    @property
    def named_pools(self) -> tuple[str, ...]:
        """Pools which a tenant with nodes of its own may use besides: those that its workloads name, and that of its
        GPUs where it is shared. Empty for other tenants (C6)."""
        if self.tenant.isolation != "dedicated-pool":
            return ()
        named = {each.pool for each in self.tenant.workloads if each.pool is not None}
        gpus = gpu_pool(self.tenant, self.tier, self.cluster.node_pools)
        if gpus is not None and any(self.quota.gpus.values()):
            named.add(gpus.name)
        return tuple(sorted(named))

    @property
    def premium(self) -> bool:
        """Whether its pods are drawn to premium pools: those of the highest tiers (D3)."""
        return self.tier.priority_class == "enterprise"

    @cached_property
    def node_regions(self) -> tuple[str, ...]:
        """Regions whose nodes its pods may run on: its own, those it allows, and that of the cluster, which was chosen
        by them; a node of another region that joins the cluster gets none of its pods (D2)."""
        return tuple(sorted({self.tenant.region, *self.tenant.residency, self.cluster.region}))

    @cached_property
    def data_isolation(self) -> str:
        """How its data is kept apart: its own choice, else the tier's (F1)."""
        return self.tenant.data_isolation or self.tier.data_isolation


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
        pod = pod_demand(workload.requests, workload.limits, runtime_of(workload, catalogue))
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
