"""Where the pods of a workload run: in the node pools that the plan chose, spread over zones and nodes (C6)."""

from components.objects import Manifest
from settings import ResolvedWorkload

SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


def placement(workload: ResolvedWorkload) -> Manifest:
    """The parts of a pod spec that bring it to its pools and nowhere else.

    Node selector and tolerations come from the plan, which made them from the pools' own labels and taints; nothing is
    written from memory. Spreading is a wish: where there is one zone or one node, pods run there.
    """
    made: Manifest = {
        "node_selector": workload.node_selector,
        "topology_spread_constraints": [
            {
                "max_skew": 1,
                "topology_key": key,
                "when_unsatisfiable": "ScheduleAnyway",
                "label_selector": {"match_labels": {"app": workload.name}},
            }
            for key in SPREAD_OVER
        ],
    }
    if workload.tolerations:
        made["tolerations"] = list(workload.tolerations)
    return made
