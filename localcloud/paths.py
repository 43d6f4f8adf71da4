"""Where localcloud keeps things: the checkout, its state and the cache that checkouts share."""

import os
from pathlib import Path

STATE_VARIABLE = "TENANTPLANE_STATE"


def checkout() -> Path:
    """Root of the checkout this package lies in."""
    return Path(__file__).resolve().parent.parent


def state_directory() -> Path:
    """Directory of clusters, Pulumi state and plugins: `$TENANTPLANE_STATE`, or `.localcloud` in the checkout."""
    moved = os.environ.get(STATE_VARIABLE)
    return Path(moved).expanduser().absolute() if moved else checkout() / ".localcloud"


def cache_directory() -> Path:
    """Directory of what every checkout of this user shares: `${XDG_CACHE_HOME:-~/.cache}/tenantplane`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "tenantplane"
