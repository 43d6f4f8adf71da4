"""What is tried as a tenant on a live cluster, by theme."""

from fleet.verify.probes.table import flips

__all__ = ["flips"]
