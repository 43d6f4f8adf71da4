"""Queues whose guarantees are more than the nodes that they draw on hold (D1)."""

from collections.abc import Iterator

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.held import shown
from settings.problems import Problem
from settings.queue_plan import flavors, surplus
from settings.quota import resolved_quota
from settings.tenant import Tenant
from settings.yaml_source import Document


def queue_problems(
    index: int, cluster: Cluster, tenants: list[Tenant], catalogue: Catalogue, document: Document
) -> Iterator[Problem]:
    """What all tenants that draw on a flavor are guaranteed fits its nodes: a queue lends and reclaims within it, and
    finds no room elsewhere."""
    if not cluster.has_queues:
        return
    quotas = [(tenant, resolved_quota(tenant, catalogue.tiers[tenant.tier], cluster)) for tenant in tenants]
    capacity = {flavor.name: flavor.capacity for flavor in flavors(cluster)}
    for name, amounts in surplus(cluster, quotas).items():
        for resource, left in amounts.items():
            if left < 0:
                held = capacity[name][resource]
                amount = f"{shown(resource, held - left)} {resource}"
                what = f"queues of cluster {cluster.name!r} guarantee {amount} of {name!r}"
                most = f"at most {shown(resource, held)}, which its nodes hold"
                yield document.problem(("clusters", index, "node_pools"), what, most)
