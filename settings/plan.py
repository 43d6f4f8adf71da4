"""A tenant on a cluster, merged and derived: everything a component needs (A4, C6, C7, C9)."""

from dataclasses import dataclass
from functools import cached_property

from settings import names
from settings.budget import Budget
from settings.cluster import Cluster
from settings.fields import Capability, Compute, WorkloadKind
from settings.queue_plan import ResolvedQueue
from settings.quota import LimitRange, ResolvedQuota, gpu_pool
from settings.runtime import Runtime
from settings.sandbox_plan import ResolvedSandboxes
from settings.tenant import Tenant
from settings.tier import Tier
from settings.virtual_plan import ResolvedVirtualControlPlane


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
    trust_domain: of the mesh that its cluster is in; None for a cluster without one (E3).
    database_ranges: addresses among which its Aurora is, and the others' of the region; none without one (E1).
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
    trust_domain: str | None = None
    database_ranges: tuple[str, ...] = ()
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
