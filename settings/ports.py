"""Ports that more than one part of the platform speaks of."""

from typing import Final

SERVICE_PORT: Final = 8080
"""TCP port of a tenant's services; in a mesh their proxies listen there (E1, C10)."""
