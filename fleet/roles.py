"""The roles a person may have in a tenant (B5)."""

from typing import Literal

Role = Literal["admin", "developer", "viewer"]
