"""What a run is to do."""

from dataclasses import dataclass
from typing import Final

JOBS: Final = 8
RATE: Final = 400.0
"""Requests a second to one API server: an eighth of what its own limits let through at once from everybody."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a run is to do. tenant: only this one. only: ids of probes or controls; all when empty. jobs: connections.
    rate: requests a second to one API server."""

    tenant: str | None = None
    only: frozenset[str] = frozenset()
    jobs: int = JOBS
    rate: float = RATE
