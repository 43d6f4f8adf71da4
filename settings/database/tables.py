"""The tables of the reference service: what it knows about agent sessions, and what was said in them (C10, F1).

Ids are random (version 4 UUIDs made by the client or the default) and never numbers from a sequence: a sequence tells
each of its users how much the others write.
"""

from dataclasses import dataclass
from typing import Final

from settings.database.roles import CURRENT_TENANT

SHARED_SCHEMA: Final = "shared"


@dataclass(frozen=True)
class Table:
    """A table. columns: name and definition. key: primary key. refers: columns that are another table's key, and that
    table's name; kept only where both lie in one place."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    refers: tuple[tuple[str, ...], str] | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def definition(self, schema: str, *, beside: frozenset[str], shared: bool) -> str:
        """CREATE TABLE. Shared, the tenant's id comes first and is in every key: no two tenants meet in an index, so
        neither uniqueness nor a reference tells one what the other has."""
        first = ("tenant_id",) if shared else ()
        parts = [f"{name} {kind}" for name, kind in self.columns]
        if shared:
            parts.insert(0, f"tenant_id text NOT NULL DEFAULT {_default_tenant()}")
        parts.append(f"PRIMARY KEY ({', '.join((*first, *self.key))})")
        if self.refers is not None and self.refers[1] in beside:
            columns, other = self.refers
            named = ", ".join((*first, *columns))
            parts.append(f"FOREIGN KEY ({named}) REFERENCES {schema}.{other} ON DELETE CASCADE")
        return f"CREATE TABLE IF NOT EXISTS {schema}.{self.name} ({', '.join(parts)})"


def _default_tenant() -> str:
    """The current tenant without the SELECT, which a default may not have."""
    return CURRENT_TENANT.removeprefix("(SELECT ").removesuffix(")")


METADATA: Final = (
    Table(
        "session",
        (
            ("id", "uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid()"),
            ("repository", "text NOT NULL"),
            ("commit_sha", "text"),
            ("status", "text NOT NULL DEFAULT 'open'"),
            ("started_at", "timestamptz NOT NULL DEFAULT pg_catalog.now()"),
        ),
        ("id",),
    ),
)
CONTENT: Final = (
    Table(
        "interaction",
        (
            ("session_id", "uuid NOT NULL"),
            ("ordinal", "integer NOT NULL CHECK (ordinal >= 0)"),
            ("speaker", "text NOT NULL"),
            ("body", "text NOT NULL"),
            ("said_at", "timestamptz NOT NULL DEFAULT pg_catalog.now()"),
        ),
        ("session_id", "ordinal"),
        (("session_id",), "session"),
    ),
)
TABLES: Final = (*METADATA, *CONTENT)
