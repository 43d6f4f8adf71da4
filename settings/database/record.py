"""The platform's own record of where each tenant's data is, in the database itself (F1, A7).

The catalogue says where a tenant's data is to be. Only the record says where it is: what differs is moved, and never
left behind. No tenant's role may read it.
"""

# ruff: noqa: S608  every name and text in these statements is quoted by identifier() and literal()

from collections.abc import Iterable
from typing import Final, Literal, get_args

from settings.database.models import KINDS, MODELS, PLATFORM_DATABASE, Model, Place
from settings.database.roles import OWNER
from settings.database.statements import Step, identifier, if_exists, literal, unless_exists

RECORD_SCHEMA: Final = "platform"

MoveStep = Literal["begun", "prepared", "frozen", "copied", "verified", "switched"]
MOVE_STEPS: Final[tuple[MoveStep, ...]] = get_args(MoveStep)
"""What a move has reached. Up to `verified` the former home is the tenant's, from `switched` on the new one is."""

CopyState = Literal["target", "former"]

HAS_RECORD: Final = "SELECT pg_catalog.to_regclass('platform.history') IS NOT NULL"


def records_query(tenant: str | None = None) -> str:
    """A query for the record of every tenant, or of one."""
    return (
        "SELECT tenant, model, former_model, moving_to, step, since, orphaned_at, approval FROM platform.tenant"
        f"{_of(tenant)} ORDER BY tenant"
    )


def copies_query(tenant: str | None = None) -> str:
    """A query for the places with rows of tenants, or of one, that are not their home."""
    return (
        f"SELECT tenant, kind, table_name, state, rows, checksum, copied, at FROM platform.copy{_of(tenant)} "
        "ORDER BY tenant, table_name, kind"
    )


def record_statements() -> tuple[str, ...]:
    """The record's tables: tenant (where its data is, and what is under way), copy (data that lie where they are not,
    or not any more, the tenant's) and history (what was done, and when)."""
    models, kinds = _texts(MODELS), _texts(KINDS)
    return (
        unless_exists(
            f"SELECT FROM pg_catalog.pg_namespace WHERE nspname = {literal(RECORD_SCHEMA)}",
            f"CREATE SCHEMA {RECORD_SCHEMA} AUTHORIZATION {identifier(OWNER)}",
        ),
        f"REVOKE ALL ON SCHEMA {RECORD_SCHEMA} FROM PUBLIC",
        "CREATE TABLE IF NOT EXISTS platform.tenant (tenant text PRIMARY KEY, "
        f"model text NOT NULL CHECK (model IN ({models})), since timestamptz NOT NULL DEFAULT pg_catalog.now(), "
        f"former_model text CHECK (former_model IN ({models})), moving_to text CHECK (moving_to IN ({models})), "
        f"step text CHECK (step IN ({_texts(MOVE_STEPS)})), CHECK ((moving_to IS NULL) = (step IS NULL)), "
        "orphaned_at timestamptz, approval jsonb)",
        "CREATE TABLE IF NOT EXISTS platform.copy (tenant text REFERENCES platform.tenant ON DELETE CASCADE, "
        f"kind text CHECK (kind IN ({kinds})), table_name text, "
        f"state text NOT NULL CHECK (state IN ({_texts(get_args(CopyState))})), rows bigint, checksum text, "
        "copied boolean NOT NULL DEFAULT false, at timestamptz NOT NULL DEFAULT pg_catalog.now(), "
        "PRIMARY KEY (tenant, kind, table_name))",
        "CREATE TABLE IF NOT EXISTS platform.history (at timestamptz NOT NULL DEFAULT pg_catalog.now(), "
        "tenant text NOT NULL, what text NOT NULL)",
    )


def recorded(tenant: str, model: Model) -> Step:
    """Record where the data of a tenant that has no record is; one that has keeps it."""
    insert = f"INSERT INTO platform.tenant (tenant, model) VALUES ({literal(tenant)}, {literal(model)})"
    return _step(tenant, f"record of {tenant}", f"{insert} ON CONFLICT DO NOTHING")


def stays(tenant: str, model: Model) -> Step:
    """Fail, with the reason, where a tenant's data are not, or not all, in the places of this model: what comes after
    would make a second, empty home."""
    elsewhere = f"model <> {literal(model)} OR moving_to IS NOT NULL OR orphaned_at IS NOT NULL"
    found = f"SELECT FROM platform.tenant WHERE tenant = {literal(tenant)} AND ({elsewhere})"
    why = literal(f"the data of {tenant} are not in model {model}: move them first")
    return _step(tenant, f"data of {tenant} stay", if_exists(found, f"RAISE EXCEPTION USING MESSAGE = {why}"))


def move_begun(tenant: str, model: Model, targets: Iterable[Place]) -> Step:
    """Record that a tenant's data begin to move, and where copies will be."""
    values = ", ".join(
        f"({literal(tenant)}, {literal(place.kind)}, {literal(place.table.name)}, 'target')" for place in targets
    )
    return _step(
        tenant,
        f"move of {tenant}",
        f"UPDATE platform.tenant SET moving_to = {literal(model)}, step = 'begun' WHERE tenant = {literal(tenant)}",
        f"INSERT INTO platform.copy (tenant, kind, table_name, state) VALUES {values} "
        "ON CONFLICT (tenant, kind, table_name) DO UPDATE "
        "SET state = 'target', rows = NULL, checksum = NULL, copied = false, at = pg_catalog.now()",
        told=f"a move to {model} began",
    )


def move_reached(tenant: str, step: MoveStep) -> Step:
    """Record a step of a move as done."""
    return _step(
        tenant,
        f"move of {tenant}: {step}",
        f"UPDATE platform.tenant SET step = {literal(step)} WHERE tenant = {literal(tenant)}",
    )


def table_copied(place: Place, *, copied: bool = True) -> Step:
    """Record that a table is copied whole, or that it has to be copied again."""
    return _step(
        place.tenant,
        f"copy of {place}",
        f"UPDATE platform.copy SET copied = {str(copied).lower()}, at = pg_catalog.now() WHERE {_this(place)}",
    )


def table_verified(place: Place, rows: int, checksum: str) -> Step:
    """Record that a copy is the same as what it was made from."""
    return _step(
        place.tenant,
        f"comparison of {place}",
        f"UPDATE platform.copy SET rows = {rows}, checksum = {literal(checksum)} WHERE {_this(place)}",
    )


def move_switched(tenant: str, model: Model, sources: Iterable[Place]) -> Step:
    """Record that the tenant's data is now where the copies are, and that the places it came from are former ones, with
    the rows and the checksum that both sides had."""
    return _step(
        tenant,
        f"switch of {tenant}",
        *(
            f"UPDATE platform.copy SET kind = {literal(place.kind)}, state = 'former', at = pg_catalog.now() "
            f"WHERE tenant = {literal(tenant)} AND table_name = {literal(place.table.name)} AND state = 'target'"
            for place in sources
        ),
        f"UPDATE platform.tenant SET former_model = model, model = {literal(model)}, step = 'switched', "
        f"since = pg_catalog.now() WHERE tenant = {literal(tenant)}",
        told=f"its data is now in model {model}",
    )


def move_ended(tenant: str) -> Step:
    """Record that a move is over, whether it was carried out or given up."""
    return _step(
        tenant,
        f"end of the move of {tenant}",
        "UPDATE platform.copy SET state = 'former', rows = 0, checksum = NULL, copied = false "
        f"WHERE tenant = {literal(tenant)} AND state = 'target'",
        f"UPDATE platform.tenant SET moving_to = NULL, step = NULL WHERE tenant = {literal(tenant)}",
        told="the move ended",
    )


def copy_dropped(place: Place) -> Step:
    """Record that a former place is no more."""
    return _step(
        place.tenant,
        f"end of {place}",
        f"DELETE FROM platform.copy WHERE {_this(place)}",
        told=f"dropped {place}",
    )


def approval_recorded(tenant: str, approval: str) -> Step:
    """Record the approval of an off-boarding. approval: JSON."""
    return _step(
        tenant,
        f"approval for {tenant}",
        f"UPDATE platform.tenant SET approval = {literal(approval)} WHERE tenant = {literal(tenant)}",
    )


def orphaned(tenant: str) -> Step:
    """Record that a tenant has left the catalogue and that its data is kept."""
    return _step(
        tenant,
        f"data of {tenant} is kept",
        "UPDATE platform.tenant SET orphaned_at = pg_catalog.now() "
        f"WHERE tenant = {literal(tenant)} AND orphaned_at IS NULL",
        told="left the catalogue; its data is kept",
    )


def reclaimed(tenant: str) -> Step:
    """Record that a tenant which had left may have its data again."""
    return _step(
        tenant,
        f"return of {tenant}",
        f"UPDATE platform.tenant SET orphaned_at = NULL, approval = NULL WHERE tenant = {literal(tenant)}",
        told="may have its data again",
    )


def forgotten(tenant: str, why: str) -> Step:
    """Take a tenant out of the record, once none of its data is left; its history stays."""
    return _step(
        tenant,
        f"end of the record of {tenant}",
        f"DELETE FROM platform.tenant WHERE tenant = {literal(tenant)}",
        told=why,
    )


def _of(tenant: str | None) -> str:
    return "" if tenant is None else f" WHERE tenant = {literal(tenant)}"


def _this(place: Place) -> str:
    return (
        f"tenant = {literal(place.tenant)} AND kind = {literal(place.kind)} "
        f"AND table_name = {literal(place.table.name)}"
    )


def _step(tenant: str, title: str, *statements: str, told: str | None = None) -> Step:
    """told: what the history says of it."""
    if told is not None:
        history = f"INSERT INTO platform.history (tenant, what) VALUES ({literal(tenant)}, {literal(told)})"
        statements = (*statements, history)
    return Step(database=PLATFORM_DATABASE, title=title, statements=statements)


def _texts(words: Iterable[str]) -> str:
    return ", ".join(map(literal, words))
