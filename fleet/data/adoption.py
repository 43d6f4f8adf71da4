"""Where the data of a tenant is that has no record yet: a new one, or one of a server from earlier times."""

from fleet.data.copying import counted
from fleet.data.records import Record, records_in
from fleet.errors import FleetError
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import (
    KINDS,
    MAINTENANCE,
    MODELS,
    PLATFORM_DATABASE,
    TABLES,
    Model,
    Place,
    TenantDatabase,
    place_of,
    places_of,
)
from settings.database.record import recorded


def ensure_record(sessions: Sessions, wanted: TenantDatabase) -> Record:
    """The record of a tenant, made from what is found when there is none; platform_steps have run before. Raises
    FleetError as found_model does."""
    platform = sessions.to(PLATFORM_DATABASE)
    if (record := records_in(platform, wanted.tenant).get(wanted.tenant)) is None:
        sessions.apply(recorded(wanted.tenant, found_model(sessions, wanted)))
        record = records_in(platform, wanted.tenant)[wanted.tenant]
    return record


def found_model(sessions: Sessions, wanted: TenantDatabase) -> Model:
    """The model under which all the rows of a tenant are at home: the wanted one, where it is one of those.

    Raises FleetError when its rows are in places that no model has together: somebody has to say which of them count.
    """
    owner = "SELECT FROM pg_catalog.pg_roles WHERE rolname = %s"
    if sessions.to(MAINTENANCE).execute(owner, (wanted.roles.owner,)).fetchone() is None:
        return wanted.model  # a new one: who has no roles has no tables
    rows: dict[Place, int] = {}
    for kind in KINDS:
        for table in TABLES:
            place = place_of(wanted.tenant, kind, table)
            if found := counted(sessions, place):
                rows[place] = found
    fitting = [model for model in MODELS if set(rows) <= set(places_of(wanted.tenant, model))]
    if not fitting:
        listed = "; ".join(f"{place}: {found:,} rows" for place, found in rows.items())
        raise FleetError(
            f"tenant {wanted.tenant!r} has rows in more than one home, and no record says which is its own ({listed}); "
            "delete those that do not count, or move them by hand, and run this again"
        )
    return wanted.model if wanted.model in fitting else fitting[0]
