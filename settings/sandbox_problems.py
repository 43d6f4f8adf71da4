"""What is wrong with the sandboxes of tenants: against their tier, their cluster and the nodes there are (C3, C5)."""

from collections import defaultdict
from collections.abc import Iterator

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.held import held, shown
from settings.placing import machines, sandbox_pools
from settings.problems import Problem, listed
from settings.sandbox_plan import may_run_sandboxes, sandbox_demand, sandbox_runtime, warm_count
from settings.tenant import Tenant
from settings.yaml_source import Document


def sandbox_problems(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """The tier has sandboxes and so many, the runtime may run them, the cluster has what they need."""
    asked, allowed = tenant.sandboxes, catalogue.tiers[tenant.tier].sandboxes
    if asked is None:
        return
    if allowed is None:
        selling = listed(tier.id for tier in catalogue.tiers.values() if tier.sandboxes)
        what = f"sandboxes: tier {tenant.tier!r} has none"
        yield document.problem(("sandboxes",), what, f"no sandboxes, or a tier of {selling}")
        return
    if warm_count(asked, allowed) > allowed.max:
        what = f"sandboxes.warm: {asked.warm} is above what tier {tenant.tier!r} may have"
        yield document.problem(("sandboxes", "warm"), what, f"0 to {allowed.max}")
    runtime = sandbox_runtime(asked, catalogue)
    if runtime is None or not may_run_sandboxes(runtime):
        fitting = listed(each.id for each in catalogue.runtimes.values() if may_run_sandboxes(each))
        named = "the default of agent sessions" if runtime is None else f"runtime {runtime.id!r}"
        what = f"sandboxes.runtime: {named} may not execute agents' code"
        yield document.problem(("sandboxes", "runtime"), what, fitting)
    if not cluster.has_sandboxes:
        what = f"sandboxes: cluster {cluster.name!r} does not have the addon agent-sandbox"
        yield document.problem(("sandboxes",), what, "a cluster with addons: [agent-sandbox]")
    pools = sandbox_pools(tenant, cluster)[1]
    if not pools:
        what = f"sandboxes: cluster {cluster.name!r} has no node pool for them"
        yield document.problem(("sandboxes",), what, "a pool of kind sandbox")
    elif runtime is not None and may_run_sandboxes(runtime) and not any(each.has_runtime(runtime.id) for each in pools):
        what = f"sandboxes.runtime: no machine of {machines(pools)} can have runtime {runtime.id!r}"
        yield document.problem(("sandboxes", "runtime"), what, "a runtime or machines that fit each other")


def warm_problems(
    index: int, cluster: Cluster, tenants: list[Tenant], catalogue: Catalogue, document: Document
) -> Iterator[Problem]:
    """The sandboxes that all tenants of a cluster keep warm fit its sandbox pools, or a tenant's own pools.

    A dedicated pool holds what its tenant is guaranteed, which is checked, and its sandboxes fit that.
    """
    needed: defaultdict[str, int] = defaultdict(int)
    for tenant in tenants:
        demand = sandbox_demand(tenant, catalogue)
        if demand is None or tenant.lifecycle != "active" or tenant.isolation == "dedicated-pool":
            continue
        for resource, amount in _on_nodes(demand.pod).items():
            needed[resource] += amount * demand.least
    capacity = held(cluster, ("sandbox",))
    for resource, amount in sorted(needed.items()):
        if amount > capacity[resource]:
            what = f"the warm sandboxes on cluster {cluster.name!r} need {shown(resource, amount)} {resource}"
            most = f"at most {shown(resource, capacity[resource])}, which its sandbox pools hold"
            yield document.problem(("clusters", index, "node_pools"), what, most)


def _on_nodes(pod: dict[str, int]) -> dict[str, int]:
    """What a pod takes of its node: the scheduler counts requests."""
    return {"cpu": pod["requests.cpu"], "memory": pod["requests.memory"], "pods": pod["pods"]}
