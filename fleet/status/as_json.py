"""The same for programs: one JSON object a tenant, in the words of the table."""

import json
from typing import Any

from fleet.status.table import expects_host
from fleet.status.tenants import TenantStatus


def statuses_json(statuses: list[TenantStatus]) -> str:
    """One object a line, so that a large environment can be read line by line."""
    return "\n".join(json.dumps(_told(status), sort_keys=True) for status in statuses)


def _told(status: TenantStatus) -> dict[str, Any]:
    """Quantities are as the API server writes them. reachable: as the catalogue wants it; None where it wants no host
    at all."""
    plan = status.plan
    served = any(not host.refused for host in status.hosts)
    return {
        "tenant": plan.tenant.id,
        "namespace": plan.namespace,
        "child": plan.child,
        "cluster": plan.cluster.name,
        "tier": plan.tier.id,
        "lifecycle": "retiring" if plan.retiring else plan.tenant.lifecycle,
        "present": status.present,
        "quota": {"hard": dict(status.hard), "used": dict(status.used)},
        "pods": {"running": status.running, "wanted": status.wanted},
        "sandboxes": {"warm": status.warm, "kept": status.kept} if plan.sandboxes else None,
        "jobs": {"waiting": status.waiting, "admitted": status.admitted} if plan.queue else None,
        "network_policies": status.policies,
        "hosts": [
            {"host": host.name, "paths": list(host.paths), "refused": host.refused or None} for host in status.hosts
        ],
        "reachable": served if expects_host(plan) else None,
    }
