"""The policy of the descheduler: nodes above 90 % are relieved, the lowest priorities first (D5).

What "above 90 % for 5 minutes" means, by source:
- Requests, the default. The descheduler remembers nothing. It looks every 5 minutes at what the pods of a node request;
  a pod that is not 5 minutes old is left alone. A node that stays above 90 % is relieved 5 to 10 minutes after it got
  there, unless it was above before; one that was above for a moment in which nobody looked is not.
- Use, with Prometheus. The query is the least use of each node over the last 5 minutes, so that a node counts as above
  90 % exactly when it was for all of them.
"""

from typing import Any, Final

from settings.names import COMPONENT_LABEL, SANDBOX

INTERVAL_S: Final = 300
OVERLOADED_PERCENT: Final = 90
ROOM_PERCENT: Final = 75
"""Evicts only while there are nodes below this in everything, for the pods to go to; a number of ours."""
SPARED_FROM: Final = "critical"
"""Pods of this PriorityClass and above are never evicted."""
MOST_PER_NODE: Final = 10
MOST_PER_NAMESPACE: Final = 5
"""Evictions at one look, so that no tenant is moved as a whole at once; numbers of ours."""
LEAST_USE: Final = 'min_over_time((1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[1m])))[5m:30s])'
"""Of CPU, from node exporter, whose scrape sets `instance` to the node's name."""

Document = dict[str, Any]


def descheduler_policy(prometheus: str | None = None) -> Document:
    """A DeschedulerPolicy.

    prometheus: URL of a Prometheus that knows the nodes' use; None to go by requests.
    Evictions go through the API, which holds PodDisruptionBudgets. Never evicted: pods of system priority and from
    SPARED_FROM up, DaemonSets' pods, sandboxes, pods without a controller, pods that fit on no other node. Pods with
    an emptyDir are not spared, as the descheduler would by default: each of ours has one, the tmpfs on /tmp.
    """
    policy: Document = {
        "apiVersion": "descheduler/v1alpha2",
        "kind": "DeschedulerPolicy",
        "maxNoOfPodsToEvictPerNode": MOST_PER_NODE,
        "maxNoOfPodsToEvictPerNamespace": MOST_PER_NAMESPACE,
        "profiles": [
            {
                "name": "tenantplane",
                "pluginConfig": [
                    {"name": "DefaultEvictor", "args": _evictable()},
                    {"name": "LowNodeUtilization", "args": _thresholds(by_use=prometheus is not None)},
                ],
                "plugins": {"balance": {"enabled": ["LowNodeUtilization"]}},
            }
        ],
    }
    if prometheus is not None:
        policy["metricsProviders"] = [{"source": "Prometheus", "prometheus": {"url": prometheus}}]
    return policy


def _evictable() -> Document:
    return {
        "nodeFit": True,
        "minPodAge": f"{INTERVAL_S}s",
        "priorityThreshold": {"name": SPARED_FROM},
        "labelSelector": {"matchExpressions": [{"key": COMPONENT_LABEL, "operator": "NotIn", "values": [SANDBOX]}]},
        "podProtections": {"defaultDisabled": ["PodsWithLocalStorage"]},
    }


def _thresholds(*, by_use: bool) -> Document:
    resources = ("MetricResource",) if by_use else ("cpu", "memory")
    made: Document = {
        "thresholds": dict.fromkeys(resources, ROOM_PERCENT),
        "targetThresholds": dict.fromkeys(resources, OVERLOADED_PERCENT),
    }
    if by_use:
        made["metricsUtilization"] = {"source": "Prometheus", "prometheus": {"query": LEAST_USE}}
    return made
