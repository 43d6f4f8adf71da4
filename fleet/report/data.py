"""Everything the page shows, as plain data: what the catalogue says and what the API server answered, and no secret.

Groups of people, mail addresses, images and addresses of clusters are left out: the page is made to be passed on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fleet.cost import cost_data, notes
from fleet.pool_status import PoolStatus
from fleet.report.isolation import CHECKS, Verdict, verdicts
from fleet.report.live import Live
from fleet.report.objectives import definitions
from fleet.report.topology import cluster_data
from fleet.status import TenantStatus
from policies.expected import expected
from settings import Catalogue, TenantPlan
from settings.cost import stack_cost
from settings.quantities import parse_bytes, parse_count, parse_cpu

SHOWN = ("requests.cpu", "limits.cpu", "requests.memory", "limits.memory", "pods", "requests.storage")
"""Of the some thirty resources of a quota, those that the page shows; and GPUs."""


def report_data(
    catalogue: Catalogue,
    found_there: tuple[Iterable[PoolStatus], Iterable[TenantStatus]],
    live: Mapping[str, Live],
    measured: Mapping[str, Any],
    made_at: datetime,
    *,
    verified: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Data of the page. found_there: status of pools, and of every tenant, each followed by its further namespaces.
    live: by cluster. verified: the last result of `fleet verify`, as it was kept; None when there is none."""
    pools, statuses = tuple(found_there[0]), tuple(found_there[1])
    plans = tuple(status.plan for status in statuses if status.plan.child is None)
    found: dict[str, dict[str, Verdict]] = {}
    for cluster in catalogue.topology.clusters:
        here = [plan for plan in plans if plan.cluster.name == cluster.name]
        there = replace(live.get(cluster.name, Live()), expected=expected(catalogue, cluster.name))
        found |= verdicts(here, there)
    bill = stack_cost(catalogue) if catalogue.prices is not None else None
    cost = cost_data(bill) if bill is not None else None
    bills = {each.pop("tenant"): each for each in cost.pop("tenants")} if cost is not None else {}
    by_tenant = {plan.tenant.id: [each for each in statuses if each.plan.tenant.id == plan.tenant.id] for plan in plans}
    return {
        "environment": catalogue.environment,
        "phase": catalogue.topology.phase,
        "domain": catalogue.topology.domain,
        "made_at": made_at.isoformat(timespec="seconds"),
        "tiers": [
            {"id": tier.id, "title": tier.title, "family": tier.family}
            for tier in catalogue.tiers.values()
            if any(plan.tier.id == tier.id for plan in plans)
        ],
        "clusters": [
            cluster_data(
                cluster,
                pools,
                [plan for plan in plans if plan.cluster.name == cluster.name],
                catalogue,
                live.get(cluster.name, Live()),
            )
            for cluster in catalogue.topology.clusters
        ],
        "tenants": [
            {
                **_tenant(plan, by_tenant[plan.tenant.id]),
                "controls": {name: [each.state, each.why] for name, each in found[plan.tenant.id].items()},
                "cost": bills.get(plan.tenant.id),
            }
            for plan in plans
        ],
        "controls": [
            {"id": each.id, "title": each.title, "requirement": each.requirement, "by": each.by} for each in CHECKS
        ],
        "verified": _verified(verified, {plan.tenant.id for plan in plans}),
        "objectives": definitions(),
        "measured": dict(measured),
        "cost": None if cost is None or bill is None else {**cost, "notes": list(notes(bill))},
    }


def _verified(kept: Mapping[str, Any] | None, tenants: set[str]) -> dict[str, Any] | None:
    """What was verified last, and when. Reasons are left out: they name groups of people. unasked: tenants that have
    come since."""
    if kept is None:
        return None
    wrong = [each for each in kept["findings"] if each["state"] != "held"]
    return {
        "at": kept["at"],
        "verdict": kept["verdict"],
        "seconds": kept["seconds"],
        "requests": kept["requests"],
        "counts": kept["counts"],
        "controls": kept["controls"],
        "wrong": [
            {key: each[key] for key in ("control", "probe", "title", "cluster", "tenant", "state")} for each in wrong
        ],
        "unasked": sorted(tenants - set(kept["asked"])),
    }


def _tenant(plan: TenantPlan, statuses: list[TenantStatus]) -> dict[str, Any]:
    home = statuses[0]
    tenant = plan.tenant
    return {
        "id": tenant.id,
        "name": tenant.display_name,
        "tier": plan.tier.id,
        "cluster": plan.cluster.name,
        "region": tenant.region,
        "residency": list(tenant.residency),
        "isolation": tenant.isolation,
        "data": plan.data_isolation,
        "lifecycle": tenant.lifecycle,
        "present": all(each.present for each in statuses),
        "quota": _quota(plan.budget.whole.hard(), statuses),
        "running": sum(each.running for each in statuses),
        "wanted": sum(each.wanted for each in statuses),
        "warm": home.warm,
        "kept": home.kept,
        "waiting": home.waiting,
        "admitted": home.admitted,
        "namespaces": [
            {"name": each.plan.namespace, "quota": _quota(each.hard, [each]), "policies": each.policies}
            for each in statuses
        ],
        "workloads": [
            {
                "name": each.name,
                "kind": each.kind,
                "runtime": each.runtime.id if each.runtime else None,
                "min": each.min_replicas,
                "max": each.max_replicas,
            }
            for each in plan.workloads
        ],
        "sessions_per_month": plan.quota.sessions_per_month,
    }


def _quota(hard: Mapping[str, str], statuses: Iterable[TenantStatus]) -> dict[str, list[float]]:
    """Used and hard, by resource: cores, bytes, counts."""
    statuses = tuple(statuses)
    shown = [
        name
        for name, most in hard.items()
        if name in SHOWN or (name.startswith("requests.nvidia.com/") and most != "0")
    ]
    return {
        name: [sum(_number(name, each.used.get(name, "0")) for each in statuses), _number(name, hard[name])]
        for name in shown
    }


def _number(resource: str, quantity: str) -> float:
    if resource.endswith("cpu"):
        return parse_cpu(quantity) / 1000
    if resource.endswith(("memory", "storage")):
        return parse_bytes(quantity)
    return parse_count(quantity)
