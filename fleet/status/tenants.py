"""Each tenant as it is on its cluster: what it may use, what it uses, what runs, under which host it is reached."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client

from fleet.clusters import api_client, reaches
from fleet.errors import FleetError
from fleet.pool_status import PoolStatus, pool_statuses
from fleet.stacks import Stack
from fleet.status.asking import PART_OF_SELECTOR, every, queues, sandboxes
from fleet.status.hosts import Host, hosts_of
from settings import Catalogue, Cluster, TenantPlan, names, plan_tenants


@dataclass(frozen=True, kw_only=True)
class TenantStatus:
    """One tenant as it is on its cluster. hard, used: of its ResourceQuota, as the API server writes them. running,
    wanted: pods of its workloads, sandboxes left out. warm, kept: sandboxes that wait for a claim, and how many
    should. waiting, admitted: Jobs in its queue, and those that the queue has let go. hosts: under which it is
    reached."""

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
    hosts: tuple[Host, ...] = ()


def statuses(catalogue: Catalogue, stacks: Iterable[Stack], root: Path) -> tuple[list[PoolStatus], list[TenantStatus]]:
    """Status of every node pool of an environment, and of every tenant, sorted by id and each
    followed by its further namespaces: at most nine requests for each cluster, however many tenants it has.

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
            pods = list(every(core.list_pod_for_all_namespaces, api, label_selector=names.TENANT_LABEL))
            pools += pool_statuses(cluster, every(core.list_node, api), pods)
            made += _statuses(catalogue, cluster, api, pods)
        except (client.ApiException, urllib3.exceptions.HTTPError) as error:
            raise reaches(error, cluster.name) from None
    return pools, sorted(made, key=lambda status: (status.plan.tenant.id, status.plan.child or ""))


def _statuses(
    catalogue: Catalogue, cluster: Cluster, api: client.ApiClient, pods: Iterable[dict[str, Any]]
) -> list[TenantStatus]:
    core = client.CoreV1Api(api)
    namespaces = {each["metadata"]["name"] for each in every(core.list_namespace, api, label_selector=PART_OF_SELECTOR)}
    quotas: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for quota in every(core.list_resource_quota_for_all_namespaces, api, label_selector=PART_OF_SELECTOR):
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
    for each in every(deployments, api, label_selector=PART_OF_SELECTOR):
        wanted[each["metadata"]["namespace"]] += each["spec"].get("replicas", 1)
    policies: Counter[str] = Counter()
    network_policies = client.NetworkingV1Api(api).list_network_policy_for_all_namespaces
    for each in every(network_policies, api, label_selector=PART_OF_SELECTOR):
        policies[each["metadata"]["namespace"]] += 1
    warm, kept = sandboxes(cluster, api)
    waiting, admitted = queues(cluster, api)
    hosts = hosts_of(cluster, api)
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
            hosts=hosts.get(plan.namespace, ()),
        )
        for home in plan_tenants(catalogue, cluster.name)
        for plan in (home, *home.children)
    ]


def require(statuses: list[TenantStatus]) -> None:
    """Raises FleetError when there is no tenant at all: an empty table would look like success."""
    if not statuses:
        raise FleetError("the catalogue places no tenant on the clusters of this environment")
