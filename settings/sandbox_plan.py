"""A tenant's sandboxes on a cluster, merged and derived (C3, C5, C6)."""

from dataclasses import dataclass

from settings import names
from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.fields import Compute, WorkloadKind
from settings.placing import sandbox_pools, tolerations
from settings.replicas import Demand, pod_demand
from settings.runtime import Runtime
from settings.sandboxes import SandboxAllowance, Sandboxes
from settings.tenant import Tenant

KIND: WorkloadKind = "agent-sessions"
"""The kind of workload whose runtimes may execute agents' code (C3)."""


@dataclass(frozen=True, kw_only=True)
class ResolvedSandboxes:
    """A tenant's sandboxes with what tier and cluster add to them.

    warm: how many are kept ready.
    max_warm: how many the autoscaler may keep ready: the tier's bound, or what the quota admits while all workloads
    and the sandboxes are at their most together (C9).
    idle_s, lifetime_s: seconds a claimed one may be unused, and live at all.
    node_selector, tolerations: of the pools it may run on.
    labels: the tenant's, with the one that tells a sandbox from a workload.
    """

    image: str
    warm: int
    max_warm: int
    idle_s: int
    lifetime_s: int
    requests: Compute
    limits: Compute
    runtime: Runtime
    node_selector: dict[str, str]
    tolerations: tuple[dict[str, str], ...]
    labels: dict[str, str]


def may_run_sandboxes(runtime: Runtime) -> bool:
    """Whether a runtime may execute agents' code, on sandbox nodes (C3). Those for GPUs are left out: a sandbox has
    none."""
    return KIND in runtime.workloads and "sandbox" in runtime.pools and not runtime.gpu


def sandbox_runtime(sandboxes: Sandboxes, catalogue: Catalogue) -> Runtime | None:
    """The runtime that a tenant's sandboxes name, else the default of agent sessions, if that may run them."""
    if sandboxes.runtime is not None:
        return catalogue.runtimes[sandboxes.runtime]
    fitting = (each for each in catalogue.runtimes.values() if KIND in each.default_for and may_run_sandboxes(each))
    return next(fitting, None)


def sandbox_demand(tenant: Tenant, catalogue: Catalogue) -> Demand | None:
    """What a warm sandbox counts against the quota, and how many are wanted; None for a tenant that has none."""
    asked, allowed = tenant.sandboxes, catalogue.tiers[tenant.tier].sandboxes
    if asked is None or allowed is None:
        return None
    pod = pod_demand(asked.requests, asked.limits, sandbox_runtime(asked, catalogue))
    return Demand(pod=pod, least=warm_count(asked, allowed), most=allowed.max)


def warm_count(asked: Sandboxes, allowed: SandboxAllowance) -> int:
    """How many sandboxes are kept ready: the tenant's number, else the tier's."""
    return allowed.warm if asked.warm is None else asked.warm


def resolved_sandboxes(
    tenant: Tenant, cluster: Cluster, catalogue: Catalogue, most: list[int]
) -> ResolvedSandboxes | None:
    """The sandboxes of a tenant; None for one that has none. most: what the quota admits of each
    workload and, last, of warm sandboxes."""
    asked, allowed = tenant.sandboxes, catalogue.tiers[tenant.tier].sandboxes
    if asked is None or allowed is None:
        return None
    runtime = sandbox_runtime(asked, catalogue)
    if runtime is None:
        raise ValueError(f"no runtime may run the sandboxes of {tenant.id}; load_catalogue refuses that")
    selector, pools = sandbox_pools(tenant, cluster)
    return ResolvedSandboxes(
        image=asked.image,
        warm=warm_count(asked, allowed),
        max_warm=most[-1],
        idle_s=allowed.idle_minutes * 60,
        lifetime_s=allowed.lifetime_minutes * 60,
        requests=asked.requests,
        limits=asked.limits,
        runtime=runtime,
        node_selector=selector,
        tolerations=tolerations(pools),
        labels=names.sandbox_labels(tenant.id, tenant.tier),
    )
