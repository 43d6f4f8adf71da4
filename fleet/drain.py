"""Ends what a suspended tenant, or a namespace that is to go, still runs (A7).

The engine scales to zero what it made, and the quota lets nothing new begin; pods that the tenant's people had made
themselves go on until somebody ends them. Their controllers stay, and start them again once the tenant is resumed.
"""

from collections.abc import Iterable
from pathlib import Path

import urllib3
from kubernetes import client

from fleet.clusters import api_client, reaches
from fleet.stacks import Stack
from settings import Catalogue, plan_tenants


def drain_suspended(catalogue: Catalogue, stacks: Iterable[Stack], root: Path) -> dict[str, int]:
    """Deletes the pods in namespaces that are not active, on the clusters of these stacks. Returns how
    many there were, by tenant; without those that had none. Pods get their grace period to finish.

    Safe to repeat. Raises FleetError for a cluster that does not answer.
    """
    ended: dict[str, int] = {}
    for stack in stacks:
        plans = [
            each
            for plan in plan_tenants(catalogue, stack.config.cluster, stack.config.shard)
            for each in (plan, *plan.children)
            if not each.active and plan.tenant.id in stack.tenants
        ]
        if not plans:
            continue
        try:
            core = client.CoreV1Api(api_client(plans[0].cluster, stack, root))
            for plan in plans:
                if left := len(core.list_namespaced_pod(plan.namespace, limit=500).items):
                    core.delete_collection_namespaced_pod(plan.namespace)
                    ended[plan.tenant.id] = ended.get(plan.tenant.id, 0) + left
        except (client.ApiException, urllib3.exceptions.HTTPError) as error:
            raise reaches(error, plans[0].cluster.name) from None
    return ended
