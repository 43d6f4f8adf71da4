"""What an attempt is: a statement, its innocent twin, and what each model of isolation answers."""

from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["database", "schema", "shared"]
KINDS: Final[tuple[Kind, ...]] = ("database", "schema", "shared")


@dataclass(frozen=True)
class Refused:
    """PostgreSQL says no, in these words (a regular expression)."""

    words: str


@dataclass(frozen=True)
class Nothing:
    """It is allowed and yields nothing of anybody else's: no row, or none changed."""


@dataclass(frozen=True)
class Residual:
    """PostgreSQL cannot refuse it in this model. risk: what that means, for docs/data-isolation.md."""

    risk: str


Outcome = Refused | Nothing | Residual

DENIED: Final = Refused("permission denied")
NOTHING: Final = Nothing()


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One attempt of tenant A.

    name: of the row, the same in the docs. twin: innocent statements of the same form, which must work, so that a
    refusal has no other reason. tries: what it tries, in one session, of which the last must be answered as said.
    Both may use {a}, {b} (schemas), {b_role}, {b_login}, {b_database}, {b_row} (id of a session of B's), {a_row},
    {b_pid} (a backend of B's), {t} (schema of the tables in A's database), {b_t} (of those of B's).
    outcome: for all models, or by model.
    """

    name: str
    twin: tuple[str, ...]
    tries: tuple[str, ...]
    outcome: Outcome | None = None
    database: Outcome | None = None
    schema: Outcome | None = None
    shared: Outcome | None = None
    setup: tuple[str, ...] = field(default=())

    def answer(self, kind: Kind) -> Outcome:
        """What this model answers. Raises ValueError for a row that leaves a model out."""
        given: dict[Kind, Outcome | None] = {"database": self.database, "schema": self.schema, "shared": self.shared}
        found = given[kind] or self.outcome
        if found is None:
            raise ValueError(f"{self.name} says nothing about {kind}")
        return found
