"""The models of data isolation: where each kind of a tenant's tables lies (F1)."""

from dataclasses import dataclass
from typing import Literal

from settings import names
from settings.database.tables import CONTENT, METADATA, SHARED_SCHEMA, Table
from settings.fields import DataIsolation

Model = DataIsolation
Kind = Literal["database", "schema", "shared"]

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
