"""What only numbers together can show: quotas that do not fit their tier, workloads that do not fit their quota,
tenants that do not fit their cluster. Runs on a catalogue whose files and references are right."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from settings.budget import budget, least_share, too_little
from settings.burst import burst_problems
from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.held import held, shown
from settings.homing import placed_on
from settings.placing import machines, workload_pools
from settings.planning import demands, quota_amounts, runtime_of
from settings.problems import Problem, listed
from settings.quantities import format_bytes, format_cpu
from settings.queue_problems import queue_problems
from settings.quota import gpu_count, gpu_pool, resolved_quota
from settings.replicas import Demand, admitted
from settings.sandbox_problems import sandbox_problems, warm_problems
from settings.tenant import Tenant, Workload
from settings.virtual_plan import virtual_demands
from settings.virtual_problems import virtual_problems
from settings.yaml_source import Document, YamlPath

_COMPUTE = ("cpu", "memory")


def sum_problems(catalogue: Catalogue, documents: Mapping[str, Document]) -> list[Problem]:
    """Every sum that does not come out."""
    found: list[Problem] = []
    placed: dict[str, list[Tenant]] = defaultdict(list)
    for tenant in catalogue.tenants:
        cluster = placed_on(tenant, catalogue.topology)
        if cluster is None:
            continue
        problems = list(_tenant(tenant, cluster, catalogue, documents[f"tenants/{tenant.id}.yaml"]))
        found += problems
        if not problems:  # numbers that are wrong would be wrong in the cluster's sum again
            placed[cluster.name].append(tenant)
    topology = documents[f"topology/{catalogue.environment}.yaml"]
    for index, cluster in enumerate(catalogue.topology.clusters):
        found += _cluster(index, cluster, placed[cluster.name], catalogue, topology)
    return found


def failover_problems(catalogue: Catalogue, documents: Mapping[str, Document]) -> list[Problem]:
    """Every sum that would not come out if a cluster were lost and another one held its tenants besides its own (H3).

    On a catalogue whose sums come out while nothing is lost; clusters are lost one at a time.
    """
    found: list[Problem] = []
    topology = catalogue.topology
    for lost in topology.clusters:
        if lost.lost or not any(lost.name in each.stands_by_for for each in topology.clusters):
            continue
        clusters = tuple(each.model_copy(update={"lost": True}) if each is lost else each for each in topology.clusters)
        without = replace(catalogue, topology=topology.model_copy(update={"clusters": clusters}))
        found += [
            replace(each, what=f"if cluster {lost.name!r} were lost: {each.what}")
            for each in sum_problems(without, documents)
        ]
    return found


def _tenant(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    tier = catalogue.tiers[tenant.tier]
    quota = resolved_quota(tenant, tier, cluster)
    if not quota.ceiling.covers(quota.guaranteed):
        cpu, memory = format_cpu(quota.guaranteed.cpu_m), format_bytes(quota.guaranteed.memory_bytes)
        over = "ceiling" if tenant.quota is not None and tenant.quota.ceiling is not None else "guaranteed"
        what = "quota: what is guaranteed is above the ceiling"
        yield document.problem(("quota", over), what, f"a ceiling of at least cpu {cpu}, memory {memory}")
        return
    if wrong := list(burst_problems(tenant.burst, tier.burst, tier.id, document)):
        yield from wrong
        return
    if wrong := list(_gpus(tenant, cluster, catalogue, document)):
        yield from wrong
        return
    if wrong := list(sandbox_problems(tenant, cluster, catalogue, document)):
        yield from wrong
        return
    if wrong := list(virtual_problems(tenant, cluster, catalogue, document)):
        yield from wrong
        return
    if wrong := list(_shares(tenant, cluster, catalogue, document)):
        yield from wrong
        return
    if tenant.egress and not cluster.has_guard_rails:
        # A NetworkPolicy alone would open the pods in that range as well, other tenants' databases among them.
        what = f"egress: cluster {cluster.name!r} does not have the addon calico-policy"
        yield document.problem(("egress",), what, "a cluster with addons: [calico-policy]")
    yield from _fits(tenant, cluster, catalogue, document)
    yield from _reachable(tenant, cluster, catalogue, document)


def _gpus(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """A tier that has no GPUs gives none; one where they are optional gives so many at most; the cluster has them."""
    tier = catalogue.tiers[tenant.tier]
    asked = tenant.quota is not None and tenant.quota.gpus is not None
    path: YamlPath = ("quota", "gpus") if asked else ("tier",)
    gpus = gpu_count(tenant, tier)
    if gpus and tier.gpus.count == 0:
        yield document.problem(path, f"quota.gpus: tier {tier.id!r} has no GPUs", "0")
    elif tier.gpus.optional and gpus > tier.gpus.count:
        what = f"quota.gpus: {gpus} is above what tier {tier.id!r} may have"
        yield document.problem(path, what, f"0 to {tier.gpus.count}")
    elif gpus and gpu_pool(tenant, tier, cluster.node_pools) is None:
        what = f"cluster {cluster.name!r} has no node pool with the GPUs of tier {tier.id!r}"
        wanted = f"model {tier.gpus.model or 'any'}, sharing {tier.gpus.sharing}"
        yield document.problem(path, what, f"a pool of kind gpu with {wanted}, or quota with another gpu_pool")


def _shares(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    """A share that is too little for a namespace, or leaves the home too little."""
    divided = budget(tenant, catalogue.tiers[tenant.tier], cluster)
    for index, (name, part) in enumerate(divided.children.items()):
        if (short := too_little(part)) is not None:
            what = f"namespace {name!r} has too little {short} to be of use"
            least = least_share(divided.whole)  # a search, which was most of a catalogue's load when made for all
            allowed = "no namespaces in this tier" if least is None else f"a share of at least {least}"
            yield document.problem(("namespaces", "children", index, "share"), what, allowed)
    if divided.children and (short := too_little(divided.home)) is not None:
        what = f"the shares of namespaces and Jobs leave the home too little {short} to be of use"
        yield document.problem(("namespaces", "children"), what, "smaller shares")


def _fits(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    tier = catalogue.tiers[tenant.tier]
    amounts = quota_amounts(budget(tenant, tier, cluster).home)
    wanted = demands(tenant, tier, cluster, catalogue)
    if admitted(amounts, wanted) is not None:
        return
    alone = wanted[: len(tenant.workloads)]
    if virtual_demands(tenant, catalogue) and admitted(amounts, alone) is not None:
        need, have = _short(amounts, wanted)
        what = f"the workloads at their least replicas and the virtual control plane need {need}"
        yield document.problem(("isolation",), what, f"at most {have}, by tier and quota")
    elif tenant.sandboxes is None or admitted(amounts, alone) is None:
        need, have = _short(amounts, alone)
        what = f"the workloads at their least replicas need {need}"
        yield document.problem(("workloads",), what, f"at most {have}, by tier and quota")
    else:
        need, have = _short(amounts, wanted)
        what = f"the workloads at their least replicas and the warm sandboxes need {need}"
        yield document.problem(("sandboxes", "warm"), what, f"at most {have}, by tier and quota")


def _short(amounts: dict[str, int], wanted: list[Demand]) -> tuple[str, str]:
    """What is needed at least and what there is, of the resources that fall short."""
    least = {resource: sum(each.pod.get(resource, 0) * each.least for each in wanted) for resource in amounts}
    short = [resource for resource, most in amounts.items() if least[resource] > most]
    need = ", ".join(f"{resource} {shown(resource, least[resource])}" for resource in short)
    have = ", ".join(f"{resource} {shown(resource, amounts[resource])}" for resource in short)
    return need, have


def _reachable(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    gpus = gpu_pool(tenant, catalogue.tiers[tenant.tier], cluster.node_pools)
    for workload in tenant.workloads:
        at = _place(document, workload)
        runtime = runtime_of(workload, catalogue)
        _, pools = workload_pools(tenant, workload, runtime, cluster, gpus)
        kinds = runtime.pools if runtime else ("cpu", "spot", "dedicated", "gpu")
        if not pools:
            what = f"cluster {cluster.name!r} has no node pool for workload {workload.name!r}"
            yield document.problem((*at, "runtime"), what, f"a pool of kind {listed(kinds)}")
        elif wrong := [pool for pool in pools if pool.kind not in kinds and pool.kind != "dedicated"]:
            what = f"runtime {runtime.id if runtime else 'default'!r} does not run on pools of kind {wrong[0].kind}"
            yield document.problem((*at, "pool"), what, f"a pool of kind {listed(kinds)}")
        elif runtime is not None and not any(pool.has_runtime(runtime.id) for pool in pools):
            what = f"no machine of {machines(pools)} can have runtime {runtime.id!r}"
            allowed = "a runtime or a pool that fits, or `environments` of the workload"
            yield document.problem((*at, "runtime"), what, allowed)


def _place(document: Document, workload: Workload) -> YamlPath:
    """Where a workload is in its tenant's file, of which not all are of this environment."""
    return ("workloads", next(at for at, each in enumerate(document.get("workloads")) if each["name"] == workload.name))


def _cluster(
    index: int, cluster: Cluster, tenants: list[Tenant], catalogue: Catalogue, document: Document
) -> Iterator[Problem]:
    """Guaranteed means it is there: what all are guaranteed fits the pools, those of kind spot and system left out."""
    capacity, needed = held(cluster, ("cpu", "sandbox", "gpu")), defaultdict[str, int](int)
    capacity |= {resource: amount for resource, amount in held(cluster).items() if resource not in _COMPUTE}
    for tenant in tenants:
        quota = resolved_quota(tenant, catalogue.tiers[tenant.tier], cluster)
        guaranteed = {"cpu": quota.guaranteed.cpu_m, "memory": quota.guaranteed.memory_bytes}
        if tenant.lifecycle != "active":
            continue
        for resource, amount in quota.gpus.items():
            needed[resource] += amount
        own = tenant.id if tenant.isolation == "dedicated-pool" else None
        if own is None:
            needed["cpu"] += guaranteed["cpu"]
            needed["memory"] += guaranteed["memory"]
        elif any(guaranteed[resource] > held(cluster, tenant=own)[resource] for resource in _COMPUTE):
            what = f"the dedicated pool of {own!r} holds less than its quota guarantees"
            least = f"at least cpu {format_cpu(guaranteed['cpu'])}, memory {format_bytes(guaranteed['memory'])}"
            yield document.problem(("clusters", index, "node_pools"), what, least)
    for resource, amount in sorted(needed.items()):
        if amount > capacity[resource]:
            what = f"cluster {cluster.name!r} guarantees {shown(resource, amount)} {resource} to its tenants"
            most = f"at most {shown(resource, capacity[resource])}, which its node pools hold"
            yield document.problem(("clusters", index, "node_pools"), what, most)
    yield from warm_problems(index, cluster, tenants, catalogue, document)
    yield from queue_problems(index, cluster, tenants, catalogue, document)
