"""Who can reach whom, worked out from the policies that an API server holds: a reference evaluator (E1-E4)."""

from fleet.reachability.mesh import Caller, MeshRules, Served
from fleet.reachability.network_policies import Endpoint, Policy, in_ranges, matches, outside, reaches, verdict
from fleet.reachability.selectors import selector
from fleet.reachability.tiers import Calico

__all__ = [
    "Calico",
    "Caller",
    "Endpoint",
    "MeshRules",
    "Policy",
    "Served",
    "in_ranges",
    "matches",
    "outside",
    "reaches",
    "selector",
    "verdict",
]
