"""The attempts of tenant A against tenant B, as data: the tables that docs/data-isolation.md shows (F3)."""

from tests.data.attacks.code import CODE
from tests.data.attacks.identity import IDENTITY
from tests.data.attacks.rows import ROWS
from tests.data.attacks.server import SERVER

ATTACKS = (*ROWS, *IDENTITY, *CODE, *SERVER)

__all__ = ["ATTACKS", "CODE", "IDENTITY", "ROWS", "SERVER"]
