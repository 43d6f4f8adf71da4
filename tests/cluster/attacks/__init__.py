"""Attempts of tenants against the platform, as data: each a request that passes, one thing flipped, and who refuses."""

from tests.cluster.attacks.table import ATTACKS, ON_HOST

__all__ = ["ATTACKS", "ON_HOST"]
