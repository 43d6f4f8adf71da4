"""D3's formula, written down once more, in fractions and without the scheduler: what its choices are compared with.

score = 0.4 utilisation + 0.3 same-tenant affinity + 0.2 cost + 0.1 SLA, over the nodes that the pod fits on, each term
0 to 100:
- utilisation: the free share of the node with the pod on it, mean of CPU and memory.
- affinity: how many pods of the tenant run there, between the fewest (0) and the most (100) of the nodes compared.
- cost: spot 1.0, on-demand 0.7, of 1.0.
- SLA: for a premium tenant, premium nodes 1.2 and others 1.0, of 1.2; for another tenant the same on every node.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

WEIGHTS: Mapping[str, Fraction] = {
    "utilisation": Fraction(4, 10),
    "affinity": Fraction(3, 10),
    "cost": Fraction(2, 10),
    "sla": Fraction(1, 10),
}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A node. cpu_m, memory_mi: what it has; used: what its pods request of each. own_pods: those of the tenant."""

    name: str
    cpu_m: int
    memory_mi: int
    used_cpu_m: int
    used_memory_mi: int
    own_pods: int
    spot: bool
    premium: bool


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """The pod to place."""

    cpu_m: int
    memory_mi: int
    premium_tenant: bool


def scores(
    candidates: Iterable[Candidate], pod: Incoming, weights: Mapping[str, Fraction] = WEIGHTS
) -> dict[str, Fraction]:
    """The score of each node that the pod fits on, by name."""
    fitting = [each for each in candidates if _fits(each, pod)]
    counts = [each.own_pods for each in fitting]
    return {
        each.name: weights["utilisation"] * _free(each, pod)
        + weights["affinity"] * _between(each.own_pods, counts)
        + weights["cost"] * (100 if each.spot else 70)
        + weights["sla"] * (100 if each.premium or not pod.premium_tenant else Fraction(1000, 12))
        for each in fitting
    }


def best(candidates: Iterable[Candidate], pod: Incoming, weights: Mapping[str, Fraction] = WEIGHTS) -> set[str]:
    """The nodes with the highest score; several when they tie."""
    made = scores(candidates, pod, weights)
    return {name for name, score in made.items() if score == max(made.values())}


def _fits(node: Candidate, pod: Incoming) -> bool:
    return node.used_cpu_m + pod.cpu_m <= node.cpu_m and node.used_memory_mi + pod.memory_mi <= node.memory_mi


def _free(node: Candidate, pod: Incoming) -> Fraction:
    cpu = Fraction(node.cpu_m - node.used_cpu_m - pod.cpu_m, node.cpu_m)
    memory = Fraction(node.memory_mi - node.used_memory_mi - pod.memory_mi, node.memory_mi)
    return 100 * (cpu + memory) / 2


def _between(count: int, counts: Sequence[int]) -> Fraction:
    least, most = min(counts), max(counts)
    return Fraction(0) if least == most else Fraction(100 * (count - least), most - least)
