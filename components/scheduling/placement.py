"""Where pods run: in the node pools that the plan chose, spread over zones and nodes (C6)."""

from collections.abc import Mapping, Sequence

from components.objects import Manifest

SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


def placement(
    node_selector: Mapping[str, str], tolerations: Sequence[Mapping[str, str]], *, pods_like: Mapping[str, str]
) -> Manifest:
    """The parts of a pod spec that bring it to its pools and nowhere else.

    node_selector, tolerations: from the plan, which made them from the pools' own labels and taints; nothing is written
    from memory. pods_like: labels of the pods it is spread with. Spreading is a wish: where there is one zone or one
    node, pods run there.
    """
    made: Manifest = {
        "node_selector": dict(node_selector),
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
    if tolerations:
        made["tolerations"] = list(tolerations)
    return made
