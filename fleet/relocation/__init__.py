"""Tenants that change their cluster or their stack: by plan, or because a cluster is lost (H1, H3)."""

from fleet.relocation.failover import Failover
from fleet.relocation.move import Move
from fleet.relocation.shards import Resharding

__all__ = ["Failover", "Move", "Resharding"]
