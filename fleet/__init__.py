"""The operator's command: many stacks of an environment at once."""

from fleet.errors import FleetError

__all__ = ["FleetError"]
