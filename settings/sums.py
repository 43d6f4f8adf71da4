"""What only numbers together can show: quotas that do not fit their tier, workloads that do not fit their quota, tenants
that do not fit their cluster. Runs on a catalogue whose files and references are right."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from settings.catalogue import Catalogue
from settings.plan import demands, placed_on, placement, quota_amounts, runtime_of
from settings.problems import Problem, listed
from settings.quantities import format_bytes, format_count, format_cpu
from settings.quota import gpu_count, gpu_pool, resolved_quota
from settings.replicas import admitted
from settings.tenant import Tenant
from settings.topology import Cluster
from settings.yaml_source import Document


def sum_problems(catalogue: Catalogue, documents: Mapping[str, Document]) -> list[Problem]:
    """Every sum that does not come out."""
    found: list[Problem] = []
    held: dict[str, list[Tenant]] = defaultdict(list)
    for tenant in catalogue.tenants:
        cluster = placed_on(tenant, catalogue.topology)
        if cluster is None:
            continue
        held[cluster.name].append(tenant)
        found += _tenant(tenant, cluster, catalogue, documents[f"tenants/{tenant.id}.yaml"])
    topology = documents[f"topology/{catalogue.environment}.yaml"]
    for index, cluster in enumerate(catalogue.topology.clusters):
        found += _cluster(index, cluster, held[cluster.name], catalogue, topology)
    return found


def _tenant(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    tier = catalogue.tiers[tenant.tier]
    quota = resolved_quota(tenant, tier, cluster.node_pools)
    if not quota.ceiling.covers(quota.guaranteed):
        least = f"a ceiling of at least cpu {format_cpu(quota.guaranteed.cpu_m)}"
        what = "quota: what is guaranteed is above the ceiling"
        yield document.problem(
            ("quota", "guaranteed"), what, f"{least}, memory {format_bytes(quota.guaranteed.memory_bytes)}"
        )
        return
    gpus = gpu_count(tenant, tier)
    if gpus and tier.gpus.count == 0:
        yield document.problem(("quota", "gpus"), f"quota.gpus: tier {tier.id!r} has no GPUs", "0")
        return
    if gpus and tier.gpus.optional and gpus > tier.gpus.count:
        what = f"quota.gpus: {gpus} is above what tier {tier.id!r} may have"
        yield document.problem(("quota", "gpus"), what, f"0 to {tier.gpus.count}")
        return
    if gpus and gpu_pool(tenant, tier, cluster.node_pools) is None:
        what = f"cluster {cluster.name!r} has no pool with the GPUs of tier {tier.id!r}"
        have = listed({f"{pool.gpu.model} ({pool.gpu.sharing})" for pool in cluster.node_pools if pool.gpu})
        yield document.problem(("quota", "gpus"), what, f"gpu_pool, or one of {have}")
        return
    yield from _fits(tenant, cluster, catalogue, document)
    yield from _reachable(tenant, cluster, catalogue, document)


def _fits(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    tier = catalogue.tiers[tenant.tier]
    amounts = quota_amounts(resolved_quota(tenant, tier, cluster.node_pools))
    wanted = demands(tenant, tier, cluster, catalogue)
    if admitted(amounts, wanted) is not None:
        return
    for resource, most in amounts.items():
        need = sum(each.pod.get(resource, 0) * each.least for each in wanted)
        if need > most:
            what = f"the workloads at their least replicas need {resource} {_shown(resource, need)}"
            yield document.problem(("workloads",), what, f"at most {_shown(resource, most)} by tier and quota")


def _reachable(tenant: Tenant, cluster: Cluster, catalogue: Catalogue, document: Document) -> Iterator[Problem]:
    gpus = gpu_pool(tenant, catalogue.tiers[tenant.tier], cluster.node_pools)
    for index, workload in enumerate(tenant.workloads):
        runtime = runtime_of(workload, catalogue)
        _, pools = placement(tenant, workload, runtime, cluster, gpus)
        kinds = runtime.pools if runtime else ("cpu", "spot", "dedicated", "gpu")
        if not pools:
            what = f"cluster {cluster.name!r} has no node pool for workload {workload.name!r}"
            yield document.problem(("workloads", index, "runtime"), what, f"a pool of kind {listed(kinds)}")
        elif wrong := [pool for pool in pools if pool.kind not in kinds and pool.kind != "dedicated"]:
            what = f"runtime {runtime.id if runtime else 'default'!r} does not run on pools of kind {wrong[0].kind}"
            yield document.problem(("workloads", index, "pool"), what, f"a pool of kind {listed(kinds)}")


def _cluster(
    index: int, cluster: Cluster, tenants: list[Tenant], catalogue: Catalogue, document: Document
) -> Iterator[Problem]:
    """Guaranteed means it is there: the sum of what is guaranteed fits the pools, spot and system left out."""
    shared: dict[str, int] = defaultdict(int)
    needed: dict[str, int] = defaultdict(int)
    for pool in cluster.node_pools:
        count = pool.count if cluster.provider == "localcloud" else pool.max_nodes
        if pool.gpu is not None:
            shared[pool.gpu.resource] += count * pool.gpu.units
        if pool.kind in ("cpu", "sandbox", "gpu"):
            shared["cpu"] += count * pool.capacity.cpu_m
            shared["memory"] += count * pool.capacity.memory_bytes
    for tenant in tenants:
        quota = resolved_quota(tenant, catalogue.tiers[tenant.tier], cluster.node_pools)
        if tenant.lifecycle != "active":
            continue
        for resource, amount in quota.gpus.items():
            needed[resource] += amount
        if tenant.isolation == "dedicated-pool":
            yield from _own_pool(
                tenant, quota.guaranteed.cpu_m, quota.guaranteed.memory_bytes, index, cluster, document
            )
            continue
        needed["cpu"] += quota.guaranteed.cpu_m
        needed["memory"] += quota.guaranteed.memory_bytes
    for resource, amount in sorted(needed.items()):
        if amount > shared[resource]:
            what = (
                f"cluster {cluster.name!r} guarantees {resource} {_shown(resource, amount)} to {len(tenants)} tenants"
            )
            most = f"at most {_shown(resource, shared[resource])}, which its node pools hold"
            yield document.problem(("clusters", index, "node_pools"), what, most)


def _own_pool(
    tenant: Tenant, cpu_m: int, memory_bytes: int, index: int, cluster: Cluster, document: Document
) -> Iterator[Problem]:
    own = [pool for pool in cluster.node_pools if pool.tenant == tenant.id]
    nodes = [pool.count if cluster.provider == "localcloud" else pool.max_nodes for pool in own]
    held_cpu = sum(count * pool.capacity.cpu_m for count, pool in zip(nodes, own, strict=True))
    held_memory = sum(count * pool.capacity.memory_bytes for count, pool in zip(nodes, own, strict=True))
    if cpu_m > held_cpu or memory_bytes > held_memory:
        what = f"the dedicated pool of {tenant.id!r} holds less than its quota guarantees"
        least = f"at least cpu {format_cpu(cpu_m)}, memory {format_bytes(memory_bytes)}"
        yield document.problem(("clusters", index, "node_pools"), what, least)


def _shown(resource: str, amount: int) -> str:
    if resource.endswith("cpu"):
        return format_cpu(amount)
    return format_bytes(amount) if resource.endswith("memory") else format_count(amount)
