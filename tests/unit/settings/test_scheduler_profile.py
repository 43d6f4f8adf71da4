"""The profile says what D3 says: weights that add up, and nothing else that scores."""

from settings.scheduler_profile import (
    COST_POINTS,
    SLA_POINTS_PREMIUM,
    SLA_POINTS_STANDARD,
    profile,
    scheduler_configuration,
)

# Those of kube-scheduler 1.34 that implement Score and are on by default.
SCORING = {
    "TaintToleration",
    "NodeAffinity",
    "NodeResourcesFit",
    "VolumeBinding",
    "PodTopologySpread",
    "InterPodAffinity",
    "NodeResourcesBalancedAllocation",
    "ImageLocality",
}


def test_every_plugin_that_scores_is_given_a_weight_or_switched_off() -> None:
    score = profile()["plugins"]["score"]
    assert {each["name"] for each in score["disabled"]} == SCORING
    weights = {each["name"]: each["weight"] for each in score["enabled"]}
    spread = weights.pop("PodTopologySpread")
    assert weights == {"NodeResourcesFit": 40, "InterPodAffinity": 30, "NodeAffinity": 20 + 10}
    assert spread > weights["InterPodAffinity"], "a second replica would follow the first"


def test_cost_and_sla_share_their_plugin_as_two_to_one() -> None:
    full = COST_POINTS["spot"] + SLA_POINTS_STANDARD + SLA_POINTS_PREMIUM
    assert COST_POINTS["spot"] / full == 2 / 3
    assert COST_POINTS["on-demand"] / COST_POINTS["spot"] == 0.7
    assert round((SLA_POINTS_STANDARD + SLA_POINTS_PREMIUM) / SLA_POINTS_STANDARD, 1) == 1.2


def test_a_second_scheduler_leaves_the_pods_of_the_first_alone() -> None:
    names = [each["schedulerName"] for each in scheduler_configuration(beside_default=False)["profiles"]]
    assert names == ["tenantplane"]
    assert [each["schedulerName"] for each in scheduler_configuration("k")["profiles"]] == ["default-scheduler", *names]


def test_leader_election_is_as_asked() -> None:
    assert scheduler_configuration()["leaderElection"] == {"leaderElect": False}
    election = {"leaderElect": True, "leaseDuration": "15s"}
    assert scheduler_configuration(leader_election=election)["leaderElection"] == election
