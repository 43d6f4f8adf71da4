"""Who can reach whom, worked out from the policies that an API server holds: a reference evaluator (E1, E2, E4)."""

from fleet.reachability.network_policies import Endpoint, Policy, in_ranges, matches, outside, reaches, verdict
from fleet.reachability.selectors import selector
from fleet.reachability.tiers import Calico

__all__ = ["Calico", "Endpoint", "Policy", "in_ranges", "matches", "outside", "reaches", "selector", "verdict"]
