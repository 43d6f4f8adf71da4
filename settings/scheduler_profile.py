"""The scheduler profile `tenantplane`: D3's weights as a configuration of kube-scheduler 1.34.

score = 0.4 utilisation + 0.3 same-tenant affinity + 0.2 cost + 0.1 SLA, each term 0 to 100. What each term is made
of, and where the plugins differ from the formula, is in docs/decisions/0010-scheduler-profile.md.
"""

from typing import Any, Final

from settings.nodepool import LIFECYCLE_LABEL, SLA_LABEL

SCHEDULER_NAME: Final = "tenantplane"
"""What pods name in spec.schedulerName, on clusters whose scheduler has the profile."""

UTILISATION_WEIGHT: Final = 40
AFFINITY_WEIGHT: Final = 30
COST_AND_SLA_WEIGHT: Final = 30
"""Percent. Cost and SLA share a plugin, because there is no second one that scores nodes by their labels."""
SPREAD_WEIGHT: Final = 35
"""Outside the formula, and only for pods that ask to be spread: just above the affinity, so that a workload's second
replica does not follow its first to the same node because both are of one tenant."""

# Cost to SLA is as 2 to 1, so that 150 is the plugin's 100: cost 1.0 of spot is 100, SLA 1.2 of premium is 50.
COST_POINTS: Final = {"spot": 100, "on-demand": 70}
SLA_POINTS_STANDARD: Final = 42
SLA_POINTS_PREMIUM: Final = 8
"""On top of the standard ones: 50 x 1.0 / 1.2 is 42."""

PREMIUM: Final = "premium"

_SCORING: Final = {
    "NodeResourcesFit": UTILISATION_WEIGHT,
    "InterPodAffinity": AFFINITY_WEIGHT,
    "NodeAffinity": COST_AND_SLA_WEIGHT,
    "PodTopologySpread": SPREAD_WEIGHT,
}
_SILENT: Final = ("TaintToleration", "NodeResourcesBalancedAllocation", "ImageLocality", "VolumeBinding")
"""Plugins that score by default, and would add to the formula what is not in it. What they filter they still do."""

Document = dict[str, Any]


def scheduler_configuration(
    kubeconfig: str | None = None,
    *,
    leader_election: Document | None = None,
    qps: int = 500,
    beside_default: bool = True,
) -> Document:
    """A KubeSchedulerConfiguration with the profile.

    kubeconfig: path of one; None inside a cluster, where the service account's token is used. leader_election: of its
    leaderElection, where several schedulers run; None for a single one. qps: requests a second to the API server.
    beside_default: also serve pods that name no scheduler, with Kubernetes' own profile; False for a second scheduler
    beside one that the provider runs (EKS): two that serve the same pods would race for them.
    """
    connection: Document = {"qps": qps, "burst": 2 * qps}
    if kubeconfig is not None:
        connection["kubeconfig"] = kubeconfig
    return {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": connection,
        "leaderElection": {"leaderElect": False} if leader_election is None else leader_election,
        "profiles": [*([{"schedulerName": "default-scheduler"}] if beside_default else []), profile()],
    }


def profile() -> Document:
    """The profile alone."""
    return {
        "schedulerName": SCHEDULER_NAME,
        "plugins": {
            "score": {
                "disabled": [{"name": name} for name in (*_SCORING, *_SILENT)],
                "enabled": [{"name": name, "weight": weight} for name, weight in _SCORING.items()],
            }
        },
        "pluginConfig": [
            _args(
                "NodeResourcesFit",
                scoringStrategy={
                    "type": "LeastAllocated",
                    "resources": [{"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1}],
                },
            ),
            # The wishes of pods that run already would count each tenant's pods a second time.
            _args("InterPodAffinity", ignorePreferredTermsOfExistingPods=True, hardPodAffinityWeight=0),
            _args("NodeAffinity", addedAffinity={"preferredDuringSchedulingIgnoredDuringExecution": _node_terms()}),
            # Without Kubernetes' own constraints for pods that have none.
            _args("PodTopologySpread", defaultingType="List", defaultConstraints=[]),
        ],
    }


def premium_term() -> Document:
    """The preferred term of a premium tenant's pods, beside those of the profile: nodes of premium pools (D3)."""
    return node_term(SLA_POINTS_PREMIUM, SLA_LABEL, "In", PREMIUM)


def node_term(weight: int, key: str, operator: str, *values: str) -> Document:
    """A preferred term of node affinity, in the words of the API."""
    expression: Document = {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
    return {"weight": weight, "preference": {"matchExpressions": [expression]}}


def _node_terms() -> list[Document]:
    cost = [node_term(points, LIFECYCLE_LABEL, "In", lifecycle) for lifecycle, points in COST_POINTS.items()]
    return [*cost, node_term(SLA_POINTS_STANDARD, "kubernetes.io/hostname", "Exists")]


def _args(plugin: str, **args: Any) -> Document:
    return {
        "name": plugin,
        "args": {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": f"{plugin}Args", **args},
    }
