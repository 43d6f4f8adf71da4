"""The table that a person wants at the end: each tenant, what it may use, what it uses, what runs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.clusters import api_client, reaches
from fleet.errors import FleetError
from fleet.pool_status import PoolStatus, pool_statuses
from fleet.stacks import Stack
from settings import Catalogue, Cluster, TenantPlan, names, plan_tenants
from settings.nodepool import TENANT_NODE_LABEL
from settings.quantities import parse_bytes, parse_cpu

PART_OF_SELECTOR = f"app.kubernetes.io/part-of={names.PART_OF}"
WARM_POOLS = ("extensions.agents.x-k8s.io", "v1beta1")
"""API group and version of the pools of sandboxes."""
QUEUES = ("kueue.x-k8s.io", "v1beta2")
"""API group and version of queues."""
PAGE = 500
"""Objects a request asks for at most, so that a large cluster answers in bounded memory."""


@dataclass(frozen=True, kw_only=True)
class TenantStatus:
    """One tenant as it is on its cluster. hard, used: of its ResourceQuota, as the API server writes them. running,
    wanted: pods of its workloads, sandboxes left out. warm, kept: sandboxes that wait for a claim, and how many
    should. waiting, admitted: Jobs in its queue, and those that the queue has let go."""

    plan: TenantPlan
    present: bool
    hard: Mapping[str, str]
    used: Mapping[str, str]
    running: int
    wanted: int
    policies: int
    warm: int = 0
    kept: int = 0
    waiting: int = 0
    admitted: int = 0


def statuses(catalogue: Catalogue, stacks: Iterable[Stack], root: Path) -> tuple[list[PoolStatus], list[TenantStatus]]:
    """Status of every node pool of an environment, and of every tenant, sorted by id and each
    followed by its further namespaces: at most eight requests for each cluster, however many tenants it has.

    Raises FleetError for a cluster that does not answer.
    """
    by_cluster = {stack.config.cluster: stack for stack in stacks}
    made: list[TenantStatus] = []
    pools: list[PoolStatus] = []
    for cluster in catalogue.topology.clusters:
        stack = by_cluster.get(cluster.name) or by_cluster[None]
        try:
            api = api_client(cluster, stack, root)
            core = client.CoreV1Api(api)
            pods = list(_all(core.list_pod_for_all_namespaces, api, label_selector=names.TENANT_LABEL))
            pools += pool_statuses(cluster, _all(core.list_node, api), pods)
            made += _statuses(catalogue, cluster, api, pods)
        except (client.ApiException, urllib3.exceptions.HTTPError) as error:
            raise reaches(error, cluster.name) from None
    return pools, sorted(made, key=lambda status: (status.plan.tenant.id, status.plan.child or ""))


def _statuses(
    catalogue: Catalogue, cluster: Cluster, api: client.ApiClient, pods: Iterable[dict[str, Any]]
) -> list[TenantStatus]:
    core = client.CoreV1Api(api)
    namespaces = {each["metadata"]["name"] for each in _all(core.list_namespace, api, label_selector=PART_OF_SELECTOR)}
    quotas: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for quota in _all(core.list_resource_quota_for_all_namespaces, api, label_selector=PART_OF_SELECTOR):
        if quota["spec"].get("scopeSelector"):
            continue  # a part of what the other one counts
        status = quota.get("status") or {}
        hard, used = quotas.setdefault(quota["metadata"]["namespace"], ({}, {}))
        hard.update(status.get("hard") or quota["spec"].get("hard") or {})
        used.update(status.get("used") or {})
    running: Counter[str] = Counter()
    for pod in pods:
        if pod["metadata"]["labels"].get(names.COMPONENT_LABEL) != names.SANDBOX:
            running[pod["metadata"]["namespace"]] += (pod.get("status") or {}).get("phase") == "Running"
    wanted: Counter[str] = Counter()
    deployments = client.AppsV1Api(api).list_deployment_for_all_namespaces
    for each in _all(deployments, api, label_selector=PART_OF_SELECTOR):
        wanted[each["metadata"]["namespace"]] += each["spec"].get("replicas", 1)
    policies: Counter[str] = Counter()
    network_policies = client.NetworkingV1Api(api).list_network_policy_for_all_namespaces
    for each in _all(network_policies, api, label_selector=PART_OF_SELECTOR):
        policies[each["metadata"]["namespace"]] += 1
    warm, kept = _sandboxes(cluster, api)
    waiting, admitted = _queues(cluster, api)
    return [
        TenantStatus(
            plan=plan,
            present=plan.namespace in namespaces,
            hard=quotas.get(plan.namespace, ({}, {}))[0],
            used=quotas.get(plan.namespace, ({}, {}))[1],
            running=running[plan.namespace],
            wanted=wanted[plan.namespace],
            policies=policies[plan.namespace],
            warm=warm[plan.namespace],
            # A new pool wants one sandbox, until its autoscaler sets its least.
            kept=max(kept[plan.namespace], plan.sandboxes.warm if plan.sandboxes and plan.active else 0),
            waiting=waiting[plan.namespace],
            admitted=admitted[plan.namespace],
        )
        for home in plan_tenants(catalogue, cluster.name)
        for plan in (home, *home.children)
    ]


def _sandboxes(cluster: Cluster, api: client.ApiClient) -> tuple[Counter[str], Counter[str]]:
    """By namespace, warm sandboxes and how many should be; none on a cluster that does not know them."""
    warm: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    if not cluster.has_sandboxes:
        return warm, kept

    def pools(**arguments: Any) -> Any:
        custom = client.CustomObjectsApi(api)
        group, version = WARM_POOLS
        return custom.list_cluster_custom_object(group, version, "sandboxwarmpools", **arguments)

    for pool in _all(pools, api, label_selector=PART_OF_SELECTOR):
        warm[pool["metadata"]["namespace"]] += (pool.get("status") or {}).get("readyReplicas", 0)
        kept[pool["metadata"]["namespace"]] += pool["spec"].get("replicas", 1)
    return warm, kept


def _queues(cluster: Cluster, api: client.ApiClient) -> tuple[Counter[str], Counter[str]]:
    """By ClusterQueue, which is named like the tenant's namespace, Jobs that wait and Jobs that were let go; none on a
    cluster without queues."""
    waiting: Counter[str] = Counter()
    admitted: Counter[str] = Counter()
    if not cluster.has_queues:
        return waiting, admitted

    def queues(**arguments: Any) -> Any:
        group, version = QUEUES
        return client.CustomObjectsApi(api).list_cluster_custom_object(group, version, "clusterqueues", **arguments)

    for queue in _all(queues, api, label_selector=PART_OF_SELECTOR):
        status = queue.get("status") or {}
        waiting[queue["metadata"]["name"]] = status.get("pendingWorkloads", 0)
        admitted[queue["metadata"]["name"]] = status.get("admittedWorkloads", 0)
    return waiting, admitted


def _all(call: Any, api: client.ApiClient, **arguments: str) -> Iterable[dict[str, Any]]:
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


def print_statuses(console: Console, statuses: list[TenantStatus], environment: str) -> None:
    """Prints the table, and how to get in."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    queued = any(status.plan.queue is not None for status in statuses)
    for heading in (
        "tenant",
        "tier",
        "runtime@pool",
        "cpu used/quota",
        "memory",
        "gpu",
        "pods run/want/quota",
        "sandboxes warm",
        *(["jobs wait/run"] if queued else []),
        "policies",
    ):
        table.add_column(heading, overflow="fold")
    for status in statuses:
        table.add_row(*_row(status, queued=queued))
    console.print(table)
    if statuses:
        first = statuses[0].plan.tenant.id
        command = f"python -m fleet kubeconfig {environment} {first}"
        console.print(f"as a tenant:  {command}   (prints the path of a kubeconfig, valid for an hour)")


def _row(status: TenantStatus, *, queued: bool) -> list[Text]:
    plan = status.plan
    if not status.present:
        rest = [Text("")] * (7 if queued else 6)
        return [_name(plan), Text(plan.tier.id), Text("not applied yet", style="yellow"), *rest]
    hard, used = status.hard, status.used
    short = status.running < status.wanted
    gpus = [
        f"{used.get(key, '0')}/{value} {key.removeprefix('requests.nvidia.com/')}"
        for key, value in hard.items()
        if key.startswith("requests.nvidia.com/") and value != "0"
    ]
    return [
        _name(plan),
        Text(plan.tier.id),
        Text(_places(plan)),
        Text(_share(used.get("requests.cpu"), hard.get("requests.cpu"), _cores)),
        Text(_share(used.get("requests.memory"), hard.get("requests.memory"), _gib)),
        Text(" ".join(gpus) or "-"),
        Text(f"{status.running}/{status.wanted}/{hard.get('pods', '-')}", style="yellow" if short else ""),
        Text(f"{status.warm}/{status.kept}" if plan.sandboxes else "-"),
        *([Text(f"{status.waiting}/{status.admitted}" if plan.queue else "-")] if queued else []),
        Text(str(status.policies)),
    ]


def _places(plan: TenantPlan) -> str:
    """Which runtimes its pods are in, and on which pools: a pool's name or kind, or its own."""
    placed = [(each.runtime, each.node_selector) for each in plan.workloads]
    if plan.sandboxes:
        placed.append((plan.sandboxes.runtime, plan.sandboxes.node_selector))
    made: dict[str, None] = {}
    for runtime, selector in placed:
        pool = "own" if TENANT_NODE_LABEL in selector else next(iter(selector.values()), "any")
        made[f"{runtime.id if runtime else 'default'}@{pool}"] = None
    return " ".join(made) or "-"


def _name(plan: TenantPlan) -> Text:
    """Whose it is: the tenant, or indented one of the namespaces that it has beside its home."""
    name = Text(f"  {plan.child}" if plan.child else plan.tenant.id)
    if not plan.active:
        name.append(f" ({'retiring' if plan.retiring else plan.tenant.lifecycle})", style="dim")
    return name


def _share(used: str | None, hard: str | None, unit: Any) -> str:
    if hard is None:
        return "-"
    return f"{unit(used or '0')}/{unit(hard)}"


def _cores(quantity: str) -> str:
    return f"{parse_cpu(quantity) / 1000:g}"


def _gib(quantity: str) -> str:
    return f"{parse_bytes(quantity) / 2**30:.3g}Gi"


def require(statuses: list[TenantStatus]) -> None:
    """Raises FleetError when there is no tenant at all: an empty table would look like success."""
    if not statuses:
        raise FleetError("the catalogue places no tenant on the clusters of this environment")
