"""Ends data for good: a former home after a move, or all that is left of a tenant that was off-boarded (A7).

Nothing here is ever called by `up`: a person asks for it by name and confirms it.
"""

from collections.abc import Iterable

from fleet.data.records import Record, only_one, records_in
from fleet.errors import FleetError
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import MAINTENANCE, PLATFORM_DATABASE, Place, Roles, Step, identifier, literal, places_of
from settings.database.moving import database_dropped, rows_dropped, schema_dropped, strangers
from settings.database.record import copy_dropped, forgotten


def drop_former(server: DatabaseServer, tenant: str) -> list[str]:
    """Drop the former homes of a tenant; what was dropped, one line each.

    May be run again after it was stopped. Raises FleetError while a move is under way, and for a database that holds
    something that is not ours.
    """
    with Sessions(server) as sessions, only_one(sessions.to(PLATFORM_DATABASE, "lock"), tenant):
        record = _record(sessions, tenant)
        if record.moving_to is not None:
            raise FleetError(
                f"a move of the data of {tenant!r} to model {record.moving_to!r} is under way; let it end, or give it "
                "up"
            )
        former = [copy.place for copy in record.copies if copy.state == "former"]
        home = places_of(tenant, record.model)
        if both := [str(place) for place in former if place in home]:
            raise FleetError(f"the record calls the home of {tenant!r} a former one ({', '.join(both)}): look at it")
        return _drop(sessions, former, kept=home)


def drop_orphan(server: DatabaseServer, tenant: str) -> list[str]:
    """Drop everything of a tenant that has left: its homes, former ones too, its roles and its record; what was
    dropped, one line each. Its history stays.

    Raises FleetError for one that has not been off-boarded.
    """
    with Sessions(server) as sessions, only_one(sessions.to(PLATFORM_DATABASE, "lock"), tenant):
        record = _record(sessions, tenant)
        if record.orphaned_at is None:
            raise FleetError(
                f"tenant {tenant!r} has not been off-boarded, so its data is not dropped; first apply `lifecycle: "
                "offboarding` with an approval, then remove its file and apply again"
            )
        places = dict.fromkeys((*places_of(tenant, record.model), *(copy.place for copy in record.copies)))
        dropped = _drop(sessions, places, kept=())
        approval = record.approval or {}
        by, snapshot = approval.get("approved_by", "nobody"), approval.get("final_snapshot", "none")
        sessions.apply(
            *_roles_dropped(tenant),
            forgotten(tenant, f"all of it was dropped; off-boarding approved by {by}, final snapshot {snapshot}"),
        )
        return [*dropped, f"the roles of {tenant}"]


def _record(sessions: Sessions, tenant: str) -> Record:
    record = records_in(sessions.to(PLATFORM_DATABASE), tenant).get(tenant)
    if record is None:
        raise FleetError(f"nothing is recorded of tenant {tenant!r}")
    return record


def _drop(sessions: Sessions, places: Iterable[Place], kept: Iterable[Place]) -> list[str]:
    kept_databases = {place.database for place in kept}
    kept_schemas = {(place.database, place.schema) for place in kept}
    by_schema: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        by_schema.setdefault((place.database, place.schema), []).append(place)
    dropped: list[str] = []
    for (database, schema), here in by_schema.items():
        if here[0].kind == "database" and database not in kept_databases:
            _drop_database(sessions, database, schema)
            dropped.append(f"database {database}")
        else:
            gone = [statement for place in here for statement in rows_dropped(place)]
            if here[0].kind != "shared" and (database, schema) not in kept_schemas:
                gone += schema_dropped(here[0].tenant, schema)
            sessions.apply(Step(database=database, title=f"drop {schema} of {database}", statements=tuple(gone)))
            dropped += map(str, here)
        sessions.apply(*map(copy_dropped, here))
    return dropped


def _drop_database(sessions: Sessions, database: str, schema: str) -> None:
    there = f"SELECT FROM pg_catalog.pg_database WHERE datname = {literal(database)}"
    maintenance = sessions.to(MAINTENANCE)
    if maintenance.execute(there).fetchone() is None:
        return
    if others := [str(name) for (name,) in sessions.to(database).execute(strangers(schema)).fetchall()]:
        raise FleetError(
            f"database {database} also holds what is not ours ({', '.join(others[:5])}), so it is not dropped; look at "
            "it, and drop that by hand"
        )
    sessions.leave(database)
    maintenance.execute(database_dropped(database))


def _roles_dropped(tenant: str) -> tuple[Step, ...]:
    roles = ", ".join(identifier(role) for role in Roles(tenant).all)
    made = f"SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(Roles(tenant).owner)}"
    owned = f"DO $tenantplane$ BEGIN IF EXISTS ({made}) THEN DROP OWNED BY {roles}; END IF; END $tenantplane$"
    return (
        # Of their rights there; tables they have none left.
        Step(database=PLATFORM_DATABASE, title=f"rights of {tenant}", statements=(owned,)),
        Step(database=MAINTENANCE, title=f"roles of {tenant}", statements=(owned, f"DROP ROLE IF EXISTS {roles}")),
    )
