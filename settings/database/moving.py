"""The SQL of moving a tenant's tables from one place to another: which of them move, how they are emptied, copied,
compared and dropped (F1)."""

# ruff: noqa: S608  every name and text in these statements is quoted by identifier() and literal()

from dataclasses import dataclass

from settings.database.models import Model, Place, places_of
from settings.database.roles import Roles
from settings.database.statements import identifier, literal
from settings.database.tables import TABLES, Table
from settings.database.tenant import without_reference

COMPARABLE = (
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO, MDY'",
    "SET intervalstyle = 'postgres'",
    "SET extra_float_digits = 3",
    "SET bytea_output = 'hex'",
    "SET client_encoding = 'UTF8'",
    "SET statement_timeout = 0",
    # A move that was killed must not hold its lock until a long statement of its has ended.
    "SET client_connection_check_interval = '1s'",
)
"""What a session has to be told before the text of a row is the same in two of them."""
STAGED = "pg_temp.incoming"


@dataclass(frozen=True)
class Moved:
    """A table that moves."""

    source: Place
    target: Place

    @property
    def table(self) -> Table:
        return self.source.table


def moved(tenant: str, former: Model, model: Model) -> tuple[Moved, ...]:
    """The tables that lie elsewhere under another model, in the order in which they can be filled."""
    pairs = zip(places_of(tenant, former), places_of(tenant, model), strict=True)
    return tuple(Moved(source, target) for source, target in pairs if source != target)


def emptying(place: Place) -> tuple[str, ...]:
    """Take all of the tenant's rows out of a place that is not its home. Nothing else goes with them: what refers to an
    own table is let go first, and TRUNCATE refuses one that is still referred to."""
    if place.kind == "shared":
        return (f"DELETE FROM {place.named} WHERE tenant_id = {literal(place.tenant)}",)
    beside = [table for table in TABLES if table.refers is not None and table.refers[1] == place.table.name]
    return (
        *(_where_it_exists(place, table, without_reference(place.schema, table)) for table in beside),
        f"TRUNCATE {place.named}",
    )


def copy_out(move: Moved) -> str:
    """COPY of a table's rows as text, as the target takes them."""
    columns = ", ".join(move.table.column_names)
    if move.target.kind == "shared":
        columns = f"{literal(move.target.tenant)}::text, {columns}"
    return f"COPY (SELECT {columns} FROM {_rows_of(move.source)}) TO STDOUT"


def copy_in(move: Moved, *, staged: bool = False) -> str:
    """COPY of such rows into the target, or into the table of `staging`."""
    into = STAGED if staged else move.target.named
    return f"COPY {into} ({', '.join(_columns_of(move))}) FROM STDIN"


def staging(move: Moved) -> str:
    """Make a table of this transaction alone for rows on their way: PostgreSQL takes no COPY into a table whose
    row-level security binds the session, which that of a managed service's master is bound by."""
    return f"CREATE TEMPORARY TABLE {STAGED} (LIKE {move.target.named}) ON COMMIT DROP"


def unstaged(move: Moved) -> str:
    """Take the rows from there to the target."""
    columns = ", ".join(_columns_of(move))
    return f"INSERT INTO {move.target.named} ({columns}) SELECT {columns} FROM {STAGED}"


def _columns_of(move: Moved) -> tuple[str, ...]:
    first = ("tenant_id",) if move.target.kind == "shared" else ()
    return (*first, *move.table.column_names)


def measure(place: Place) -> str:
    """A query for the number of a tenant's rows in a place and their checksum, whatever order they are in.

    The checksum is the sum of the first, and of the second, 64 bits of each row's SHA-256: a row that is changed, lost
    or there twice changes it.
    """
    row = f"ROW({', '.join(place.table.column_names)})::text"
    digest = f"pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to({row}, 'UTF8')), 'hex')"
    sums = " || ':' || ".join(
        f"coalesce(sum(('x' || substr(digest, {start}, 16))::bit(64)::bigint::numeric), 0)::text" for start in (1, 17)
    )
    return f"SELECT count(*), {sums} FROM (SELECT {digest} AS digest FROM {_rows_of(place)}) AS hashed"


def count(place: Place) -> str:
    """A query for the number of a tenant's rows in a place."""
    return f"SELECT count(*) FROM {_rows_of(place)}"


def exists(place: Place) -> str:
    """A query that says whether a place is there, in its database."""
    return f"SELECT pg_catalog.to_regclass({literal(place.named)}) IS NOT NULL"


def keys(place: Place, columns: tuple[str, ...]) -> str:
    """COPY of the distinct values of some columns."""
    return f"COPY (SELECT DISTINCT {', '.join(columns)} FROM {_rows_of(place)}) TO STDOUT"


def dangling(place: Place, known: str) -> str:
    """A query for the rows that refer to something that the table `known`, with one column `key`, does not have:
    their number, and one of the keys."""
    if place.table.refers is None:
        raise ValueError(f"{place.table.name} refers to no table")
    (column,), _ = place.table.refers
    where = "AND" if place.kind == "shared" else "WHERE"
    return (
        f"SELECT count(*), min({column}::text) FROM {_rows_of(place)} "
        f"{where} NOT EXISTS (SELECT FROM {known} WHERE key = {column})"
    )


def busy(tenant: str) -> str:
    """A query for the backends of a tenant's logins that began something before `%s` and may still write: who has
    written in a transaction that is open, who is in the middle of a statement, and who holds the lock of one that
    writes. The last has perhaps changed nothing yet; it is in taking a lock that PostgreSQL hears of rights that were
    taken away, and whoever has the lock already is not relied upon to hear of it otherwise."""
    logins = ", ".join(literal(login) for login in Roles(tenant).logins)
    return (
        f"SELECT pid FROM pg_catalog.pg_stat_activity AS one WHERE usename IN ({logins}) AND xact_start < %s "
        "AND (backend_xid IS NOT NULL OR state NOT IN ('idle', 'idle in transaction', 'idle in transaction (aborted)') "
        "OR EXISTS (SELECT FROM pg_catalog.pg_locks AS held WHERE held.pid = one.pid AND held.locktype = 'relation' "
        "AND held.mode <> 'AccessShareLock'))"
    )


def rows_dropped(place: Place) -> tuple[str, ...]:
    """Drop what a place of a tenant holds: its rows of a shared table, or the table."""
    if place.kind == "shared":
        return emptying(place)
    beside = [table for table in TABLES if table.refers is not None and table.refers[1] == place.table.name]
    return (
        *(_where_it_exists(place, table, without_reference(place.schema, table)) for table in beside),
        f"DROP TABLE IF EXISTS {place.named}",
    )


def strangers(schema: str) -> str:
    """A query for the tables and views of a database that are not ours, by name: ours are in `schema`."""
    ours = ", ".join(literal(table.name) for table in TABLES)
    return (
        "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' "
        f"AND n.nspname <> 'information_schema' AND NOT (n.nspname = {literal(schema)} AND c.relname IN ({ours})) "
        "ORDER BY 1"
    )


def schema_dropped(tenant: str, schema: str) -> tuple[str, ...]:
    """Drop a tenant's schema that has become empty, and what its owner would get by default in another; PostgreSQL
    refuses one that is not empty."""
    owner = identifier(Roles(tenant).owner)
    return (
        f"DROP SCHEMA IF EXISTS {identifier(schema)}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON TYPES TO PUBLIC",
    )


def database_dropped(database: str) -> str:
    """Drop a database, ending the sessions that are in it. Runs in no transaction."""
    return f"DROP DATABASE IF EXISTS {identifier(database)} WITH (FORCE)"


def _rows_of(place: Place) -> str:
    mine = f" WHERE tenant_id = {literal(place.tenant)}" if place.kind == "shared" else ""
    return f"{place.named}{mine}"


def _where_it_exists(place: Place, table: Table, statement: str) -> str:
    """A statement about another table of the place's schema, for the case that it is there."""
    there = literal(f"{identifier(place.schema)}.{table.name}")
    inner = literal(statement)
    return f"DO $outer$ BEGIN IF pg_catalog.to_regclass({there}) IS NOT NULL THEN EXECUTE {inner}; END IF; END $outer$"
