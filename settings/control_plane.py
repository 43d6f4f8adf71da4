"""Which of the control planes that had a cluster's name a stack was applied to (H2)."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

OUTPUT: Final = "clusterAuthority"
"""The stack output that says it."""
_DIGITS: Final = 16


def identity(made: Mapping[str, Any]) -> str | None:
    """What tells a control plane from every other: each has an authority of its own. made: its entry in its
    foundation's output `clusters`; None where that names no authority."""
    authority = made.get("authority")
    return hashlib.sha256(str(authority).encode()).hexdigest()[:_DIGITS] if authority else None
