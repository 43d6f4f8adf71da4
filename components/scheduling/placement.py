"""Where pods run: in the node pools that the plan chose, by D3's weights, spread over zones and nodes (C6, D2, D3)."""

from collections.abc import Mapping, Sequence

from components.objects import Manifest
from settings import TenantPlan, names
from settings.cluster import Cluster
from settings.nodepool import KIND_LABEL
from settings.placing import tolerations
from settings.scheduler_profile import SCHEDULER_NAME, SLA_POINTS_PREMIUM, premium_term

SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
REGION = "topology.kubernetes.io/region"


def system_placement(cluster: Cluster) -> Manifest:
    """Of the platform's own pods: the cluster's system pools where it has any, with their taints."""
    system = cluster.pools("system")
    made: Manifest = {"node_selector": {KIND_LABEL: "system"}} if system else {}
    if tolerated := tolerations(system):
        made["tolerations"] = list(tolerated)
    return made


def placement(
    plan: TenantPlan,
    node_selector: Mapping[str, str],
    tolerations: Sequence[Mapping[str, str]],
    *,
    pods_like: Mapping[str, str],
) -> Manifest:
    """The parts of a pod spec that bring it to its pools and nowhere else.

    plan: the tenant, whose residency bounds the nodes by their region (D2) and whose other pods draw this one (D3).
    node_selector, tolerations: from the plan, which made them from the pools' own labels and taints; nothing is written
    from memory. pods_like: labels of the pods it is spread with. Spreading is a wish: where there is one zone or one
    node, pods run there. The scheduler is named only where the cluster has one with the profile: no other would ever
    look at the pod.
    """
    made: Manifest = {
        "node_selector": dict(node_selector),
        "affinity": {"node_affinity": _nodes(plan), "pod_affinity": _own_pods(plan)},
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": key,
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": dict(pods_like)},
            }
            for key in SPREAD_OVER
        ],
    }
    if plan.cluster.scheduler == SCHEDULER_NAME:
        made["scheduler_name"] = SCHEDULER_NAME
    if tolerations:
        made["tolerations"] = list(tolerations)
    return made


def _nodes(plan: TenantPlan) -> Manifest:
    """Nodes of the regions that the tenant allows and no others; those of premium pools for premium tenants first."""
    where = {"match_expressions": [{"key": REGION, "operator": "In", "values": list(plan.node_regions)}]}
    made: Manifest = {"required_during_scheduling_ignored_during_execution": {"node_selector_terms": [where]}}
    if plan.premium:
        premium = premium_term()["preference"]["matchExpressions"]
        made["preferred_during_scheduling_ignored_during_execution"] = [
            {"weight": SLA_POINTS_PREMIUM, "preference": {"match_expressions": premium}}
        ]
    return made


def _own_pods(plan: TenantPlan) -> Manifest:
    """Nodes that run pods of the tenant already, in any of its namespaces. Namespaces are chosen by their label, which
    no tenant can write: a pod of somebody else's that forges the label draws nobody."""
    own = {"match_labels": {names.TENANT_LABEL: plan.tenant.id}}
    term = {"topology_key": "kubernetes.io/hostname", "label_selector": own, "namespace_selector": own}
    return {"preferred_during_scheduling_ignored_during_execution": [{"weight": 100, "pod_affinity_term": term}]}
