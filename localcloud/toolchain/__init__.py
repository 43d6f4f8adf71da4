"""The pinned tools: found on this machine or built from pinned Go modules."""

import os
from pathlib import Path


def tool(name: str) -> Path:
    """Path of a tool."""
    return Path(os.environ.get("TENANTPLANE_TOOLCHAIN", "/nonexistent")) / name
