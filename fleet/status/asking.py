"""What is asked of an API server: whole lists, page by page, and what of them is counted by namespace."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from kubernetes import client

from settings import Cluster, names

PART_OF_SELECTOR = f"app.kubernetes.io/part-of={names.PART_OF}"
WARM_POOLS = ("extensions.agents.x-k8s.io", "v1beta1")
"""API group and version of the pools of sandboxes."""
QUEUES = ("kueue.x-k8s.io", "v1beta2")
"""API group and version of queues."""
PAGE = 500
"""Objects a request asks for at most, so that a large cluster answers in bounded memory."""


def every(call: Any, api: client.ApiClient, **arguments: str) -> Iterable[dict[str, Any]]:
    """Every object that a list request gives, page by page, as plain dictionaries: cheaper than the client's models."""
    more: str | None = None
    while True:
        given = {**arguments, "limit": PAGE, **({"_continue": more} if more else {})}
        answer = call(**given, _preload_content=False)
        page = api.deserialize(answer, "object")
        yield from page.get("items") or []
        more = (page.get("metadata") or {}).get("continue")
        if not more:
            return


def sandboxes(cluster: Cluster, api: client.ApiClient) -> tuple[Counter[str], Counter[str]]:
    """By namespace, warm sandboxes and how many should be; none on a cluster that does not know them."""
    warm: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    if not cluster.has_sandboxes:
        return warm, kept

    def pools(**arguments: Any) -> Any:
        custom = client.CustomObjectsApi(api)
        group, version = WARM_POOLS
        return custom.list_cluster_custom_object(group, version, "sandboxwarmpools", **arguments)

    for pool in every(pools, api, label_selector=PART_OF_SELECTOR):
        warm[pool["metadata"]["namespace"]] += (pool.get("status") or {}).get("readyReplicas", 0)
        kept[pool["metadata"]["namespace"]] += pool["spec"].get("replicas", 1)
    return warm, kept


def queues(cluster: Cluster, api: client.ApiClient) -> tuple[Counter[str], Counter[str]]:
    """By ClusterQueue, which is named like the tenant's namespace, Jobs that wait and Jobs that were let go; none on a
    cluster without queues."""
    waiting: Counter[str] = Counter()
    admitted: Counter[str] = Counter()
    if not cluster.has_queues:
        return waiting, admitted

    def listed(**arguments: Any) -> Any:
        group, version = QUEUES
        return client.CustomObjectsApi(api).list_cluster_custom_object(group, version, "clusterqueues", **arguments)

    for queue in every(listed, api, label_selector=PART_OF_SELECTOR):
        status = queue.get("status") or {}
        waiting[queue["metadata"]["name"]] = status.get("pendingWorkloads", 0)
        admitted[queue["metadata"]["name"]] = status.get("admittedWorkloads", 0)
    return waiting, admitted
