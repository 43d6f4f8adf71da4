"""What the rules expect of one environment, from its catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar, get_args

from settings import Catalogue, Tenant, names
from settings.fields import WorkloadKind

_Value = TypeVar("_Value")

BATCH = "batch"
"""The class of priority that every tenant may choose: the lowest (C8)."""


class NotKnownError(Exception):
    """A rule needs something that nobody has told it; it is not evaluated, and never passed."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the rules compare with. None where there is no catalogue: the rule that asks is not evaluated.

    registries: where images may come from; anywhere when empty. domain: of tenants' hosts. regions: where the data of a
    tenant may be. leaving: tenants that are off-boarded, and namespaces beside a home whose end is approved. classes:
    of priority, by tier. capacity: millicores and bytes of all pools of the stack's clusters at their most. addons:
    which of "gateway", "guard-rails", "monitoring" and "queues" all of these clusters have. runtimes: RuntimeClasses by
    kind of workload. gpu_runtimes: those for GPUs. kinds: of workload that a tenant's file lists. capabilities: that it
    states, by tenant and kind of workload. runtime_capabilities: that a RuntimeClass allows, by its name. own_nodes: by
    tenant with nodes of its own, the pools that its pods may name besides. groups: of people, by tenant. tiers: by
    tenant.
    """

    registries: tuple[str, ...] | None = None
    domain: str | None = None
    regions: Mapping[str, frozenset[str]] | None = None
    leaving: frozenset[str] | None = None
    classes: Mapping[str, frozenset[str]] | None = None
    capacity: tuple[int, int] | None = None
    addons: frozenset[str] | None = None
    runtimes: Mapping[str, frozenset[str]] | None = None
    gpu_runtimes: frozenset[str] | None = None
    kinds: Mapping[str, frozenset[str]] | None = None
    capabilities: Mapping[str, Mapping[str, frozenset[str]]] | None = None
    runtime_capabilities: Mapping[str, frozenset[str]] | None = None
    own_nodes: Mapping[str, frozenset[str]] | None = None
    groups: Mapping[str, frozenset[str]] | None = None
    tiers: Mapping[str, str] | None = None


def known(value: _Value | None, what: str) -> _Value:
    """The value. Raises NotKnownError without one."""
    if value is None:
        raise NotKnownError(f"{what} is not known without the environment's catalogue")
    return value


def expected(catalogue: Catalogue, cluster: str | None = None) -> Expected:
    """What the catalogue of an environment says. cluster: the one that the stack is about; all when None."""
    clusters = [each for each in catalogue.topology.clusters if cluster in (None, each.name)]
    pools = [pool for each in clusters for pool in each.node_pools]
    gpus = frozenset(pool.name for pool in pools if pool.kind == "gpu")
    having = {
        "gateway": all(each.has_gateway for each in clusters),
        "guard-rails": all(each.has_guard_rails for each in clusters),
        "monitoring": all(each.has_monitoring for each in clusters),
        "queues": all(each.has_queues for each in clusters),
    }
    return Expected(
        registries=catalogue.topology.registries or (),
        domain=catalogue.topology.domain,
        regions={each.id: frozenset(each.residency) for each in catalogue.tenants},
        leaving=frozenset(_leaving(catalogue)),
        classes={tier.id: frozenset({tier.priority_class, BATCH}) for tier in catalogue.tiers.values()},
        capacity=(
            sum(pool.max_nodes * pool.capacity.cpu_m for pool in pools),
            sum(pool.max_nodes * pool.capacity.memory_bytes for pool in pools),
        ),
        addons=frozenset(name for name, there in having.items() if there),
        runtimes={
            kind: frozenset(each.id for each in catalogue.runtimes.values() if kind in each.workloads)
            for kind in get_args(WorkloadKind)
        },
        gpu_runtimes=frozenset(each.id for each in catalogue.runtimes.values() if each.gpu),
        kinds={each.id: frozenset(one.kind for one in each.workloads) for each in catalogue.tenants},
        capabilities={each.id: _capabilities(each) for each in catalogue.tenants},
        runtime_capabilities={each.id: frozenset(each.capabilities) for each in catalogue.runtimes.values()},
        tiers={each.id: each.tier for each in catalogue.tenants},
        groups={
            each.id: frozenset((*each.groups.admins, *each.groups.developers, *each.groups.viewers))
            for each in catalogue.tenants
        },
        own_nodes={
            each.id: frozenset(one.pool for one in each.workloads if one.pool) | gpus
            for each in catalogue.tenants
            if each.isolation == "dedicated-pool"
        },
    )


def _capabilities(tenant: Tenant) -> Mapping[str, frozenset[str]]:
    """What its workloads of a kind state, taken together, as admission reads it from the namespace."""
    found: dict[str, frozenset[str]] = {}
    for each in tenant.workloads:
        found[each.kind] = found.get(each.kind, frozenset()) | frozenset(each.capabilities)
    return found


def _leaving(catalogue: Catalogue) -> Iterator[str]:
    for tenant in catalogue.tenants:
        if tenant.lifecycle == "offboarding":
            yield tenant.id
        for child in tenant.namespaces.children if tenant.namespaces is not None else ():
            if child.retire is not None:
                yield names.child_namespace(tenant.id, child.name)
