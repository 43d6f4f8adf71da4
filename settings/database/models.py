"""The models of data isolation: where each kind of a tenant's tables lies (F1)."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from settings import names
from settings.database.statements import identifier
from settings.database.tables import CONTENT, METADATA, SHARED_SCHEMA, TABLES, Table
from settings.fields import DataIsolation

Model = DataIsolation
MODELS: Final[tuple[Model, ...]] = get_args(DataIsolation)
Kind = Literal["database", "schema", "shared"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

PLATFORM_DATABASE = "tenantplane"
"""Holds the shared tables and the schemas of tenants that have one. No tenant's own database can have its name, which
always begins with `tenant_`."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where some tables of a tenant are. kind: how they are kept apart there."""

    kind: Kind
    database: str
    schema: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one table of one tenant is."""

    tenant: str
    kind: Kind
    database: str
    schema: str
    table: Table

    @property
    def named(self) -> str:
        """The table with its schema, quoted."""
        return f"{identifier(self.schema)}.{identifier(self.table.name)}"

    def __str__(self) -> str:
        rows = f" (rows of {self.tenant})" if self.kind == "shared" else ""
        return f"{self.database}: {self.schema}.{self.table.name}{rows}"


def place_of(tenant: str, kind: Kind, table: Table) -> Place:
    """Where a table of a tenant is under a kind of home."""
    own = names.sql_name(tenant)
    database = own if kind == "database" else PLATFORM_DATABASE
    return Place(
        tenant=tenant, kind=kind, database=database, schema=SHARED_SCHEMA if kind == "shared" else own, table=table
    )


def places_of(tenant: str, model: Model) -> tuple[Place, ...]:
    """Where each of a tenant's tables is, in the order in which they can be filled: what is referred to first."""
    kinds = {table.name: home.kind for home in homes_of(tenant, model) for table in home.tables}
    return tuple(place_of(tenant, kinds[table.name], table) for table in TABLES)


def homes_of(tenant: str, model: Model) -> tuple[Home, ...]:
    """Where a tenant's tables are.

    database: all in a database of its own. schema: all in a schema of its own, in a database with others.
    shared: all in tables with others, by row. hybrid: what its sessions are about in a database of its own, the list
    of them in tables with others.
    """
    own = names.sql_name(tenant)
    if model == "database":
        return (Home(kind="database", database=own, schema=own, tables=(*METADATA, *CONTENT)),)
    if model == "schema":
        return (Home(kind="schema", database=PLATFORM_DATABASE, schema=own, tables=(*METADATA, *CONTENT)),)
    if model == "shared":
        everything = (*METADATA, *CONTENT)
        return (Home(kind="shared", database=PLATFORM_DATABASE, schema=SHARED_SCHEMA, tables=everything),)
    return (
        Home(kind="database", database=own, schema=own, tables=CONTENT),
        Home(kind="shared", database=PLATFORM_DATABASE, schema=SHARED_SCHEMA, tables=METADATA),
    )
