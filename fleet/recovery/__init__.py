"""Getting a stack going again after its engine was killed: what its state lists as begun is settled (issue 6)."""

from fleet.recovery.plan import RecoveryPlan, made_up_id, recovery_plan
from fleet.recovery.run import recover

__all__ = ["RecoveryPlan", "made_up_id", "recover", "recovery_plan"]
