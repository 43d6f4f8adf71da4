"""A cluster as its API server would have it, in memory: any number of tenants, each with what isolates it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from components.network.calico import TIER
from components.network.tenant_guard_rail import policy_name
from fleet.pool_status import PoolStatus
from fleet.report.data import report_data
from fleet.report.live import Live
from fleet.report.objectives import measured
from fleet.status import TenantStatus
from fleet.verify.finding import Finding
from fleet.verify.result import Result, as_data
from policies.objects import KubernetesObject
from settings import Catalogue, TenantPlan, load_catalogue, plan_tenants

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
MADE_AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


def many(count: int) -> Catalogue:
    """The catalogue of `local` with so many tenants, each like one of its own, and nodes for them. Only its own have
    nodes of their own."""
    catalogue = load_catalogue(CATALOG, "local")
    (cluster,) = catalogue.topology.clusters
    pools = [
        pool.model_copy(update={"nodes": pool.nodes * (1 if pool.tenant else max(1, count // 10))})
        for pool in cluster.node_pools
    ]
    clusters = (cluster.model_copy(update={"node_pools": tuple(pools)}),)
    like = [each for each in catalogue.tenants if each.isolation != "dedicated-pool"]
    extra = [
        like[number % len(like)].model_copy(
            update={"id": f"tenant{number:04d}-inc", "display_name": f"Tenant {number} & Sons"}
        )
        for number in range(count - len(catalogue.tenants))
    ]
    topology = catalogue.topology.model_copy(update={"clusters": clusters})
    return replace(catalogue, topology=topology, tenants=(*catalogue.tenants, *extra))


def status(plan: TenantPlan, number: int) -> TenantStatus:
    """It uses more of its quota the larger the number, and starts anew at 8."""
    hard = plan.quota.hard()
    part = number % 8 / 8
    used = {
        "requests.cpu": f"{int(plan.quota.guaranteed.cpu_m * part)}m",
        "requests.memory": str(int(plan.quota.guaranteed.memory_bytes * part)),
        "pods": str(int(plan.quota.pods * part)),
    }
    kept = plan.sandboxes.warm if plan.sandboxes and plan.active else 0
    pods = sum(each.min_replicas for each in plan.workloads) if plan.active else 0
    return TenantStatus(
        plan=plan, present=True, hard=hard, used=used, running=pods, wanted=pods, policies=2, warm=kept, kept=kept
    )


def objects(plan: TenantPlan) -> list[KubernetesObject]:
    """What a tenant's namespace holds."""
    metadata = {"namespace": plan.namespace, "labels": dict(plan.labels)}
    people = [{"kind": "Group", "name": group} for group in plan.tenant.groups.admins]
    return [
        _object("ResourceQuota", {**metadata, "name": "tenant"}, spec={"hard": plan.quota.hard()}),
        _object("LimitRange", {**metadata, "name": "tenant"}, spec={"limits": plan.limit_range.limits()}),
        _object(
            "NetworkPolicy",
            {**metadata, "name": "deny"},
            spec={"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        ),
        _object("RoleBinding", {**metadata, "name": "admins"}, subjects=people),
    ]


def namespace(plan: TenantPlan) -> KubernetesObject:
    """A tenant's namespace."""
    levels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return _object("Namespace", {"name": plan.namespace, "labels": {**plan.labels, **levels}})


def live(plans: Iterable[TenantPlan]) -> Live:
    """All of a cluster."""
    spaces = [each for plan in plans for each in (plan, *plan.children)]
    return Live(
        namespaces={each.namespace: namespace(each) for each in spaces},
        of={each.namespace: objects(each) for each in spaces},
        rails=frozenset(f"{TIER}.{policy_name(each.tenant.id)}" for each in spaces),
        queues=frozenset(each.namespace for each in spaces),
        policies={"tenantplane-tenant-pods": 1, "tenantplane-tenant-objects": 1},
    )


def verified(catalogue: Catalogue) -> dict[str, Any]:
    """A result of verify an hour before the page, in which two controls held for all and one did not for the first
    tenant."""
    tenants = [each.id for each in catalogue.tenants]
    findings = [
        Finding(control=control, probe=control.lower(), title="a pod by tag", cluster="local", tenant=each,
                namespace=f"tenant-{each}", state="failed" if (control, each) == ("TP-G7-01", tenants[0]) else "held",
                why="admitted with 201 for acme:engineers")
        for control in ("TP-C4-01", "TP-G7-01", "TP-I1-01")
        for each in tenants
    ]  # fmt: skip
    result = Result(
        environment="local", at=MADE_AT - timedelta(hours=1), seconds=12.5, requests=2500, asked=tuple(tenants),
        only=(),
        findings=tuple(findings),
    )  # fmt: skip
    return as_data(result, every=False)


def synthetic_data(
    catalogue: Catalogue, prometheus: str | None = None, kept: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Data of the page of a catalogue whose tenants are all there and well. kept: the last result of verify."""
    (cluster,) = catalogue.topology.clusters
    plans = plan_tenants(catalogue)
    pools = [PoolStatus(cluster=cluster.name, pool=each, ready=each.nodes, pods=3) for each in cluster.node_pools]
    spaces = [each for plan in plans for each in (plan, *plan.children)]
    statuses = [status(each, number) for number, each in enumerate(spaces)]
    return report_data(
        catalogue, (pools, statuses), {cluster.name: live(plans)}, measured(prometheus), MADE_AT, verified=kept
    )


def _object(kind: str, metadata: dict[str, Any], **rest: Any) -> KubernetesObject:
    return KubernetesObject(kind=kind, props={"kind": kind, "metadata": metadata, **rest})
