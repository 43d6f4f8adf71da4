"""What a move of a tenant's data would do, and what forbids it: read before anything is changed."""

from fleet.data.copying import counted, refuse_dangling
from fleet.data.records import Record, records_in
from fleet.errors import FleetError
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import PLATFORM_DATABASE, TenantDatabase
from settings.database.moving import moved


class MoveError(FleetError):
    """The data did not move; the text says why, where it is and what helps."""


def record_of(sessions: Sessions, tenant: str) -> Record:
    """The record of a tenant. Raises MoveError when there is none."""
    record = records_in(sessions.to(PLATFORM_DATABASE), tenant).get(tenant)
    if record is None:
        raise MoveError(f"nothing is recorded of tenant {tenant!r}; `fleet up` makes its database")
    return record


def plan_lines(sessions: Sessions, wanted: TenantDatabase) -> list[str]:
    """What a move to the wanted model would do, one line each; empty when the data is there. Changes nothing.

    Raises FleetError for what would make it fail.
    """
    record = record_of(sessions, wanted.tenant)
    lines: list[str] = []
    if record.moving_to is not None:
        source = record.former if record.step == "switched" else record.model
        stopped = f"a move from {source} to {record.moving_to} was stopped after step {record.step!r}"
        same = record.step != "switched" and record.moving_to == wanted.model
        lines.append(f"{stopped}: it goes on from there" if same else f"{stopped}: it is settled first")
    elif record.model != wanted.model:
        refuse_losses(sessions, record, wanted)
    for move in moved(wanted.tenant, record.model, wanted.model):
        lines.append(f"copy {move.source} to {move.target}: {counted(sessions, move.source) or 0:,} rows")
    if record.model != wanted.model:
        lines.append("writes are refused from the copy's beginning to the switch; reads go on until the switch")
    return lines


def refuse_losses(sessions: Sessions, record: Record, wanted: TenantDatabase) -> None:
    """Raises FleetError for what would make a move fail, or be a loss: rows where a copy is to go that the record does
    not know, and rows that the wanted model cannot hold."""
    known = {copy.place for copy in record.copies}
    for move in moved(wanted.tenant, record.model, wanted.model):
        if move.target not in known and (rows := counted(sessions, move.target)):
            raise MoveError(
                f"{move.target} already has {rows:,} rows of {wanted.tenant!r}, and the record does not know them: "
                "look at them, then delete them or take them over by hand, and run this again"
            )
    refuse_dangling(sessions, record.model, wanted)
