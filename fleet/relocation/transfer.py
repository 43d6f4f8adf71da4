"""Copies a tenant's data from the server of one cluster to that of another, whole or not at all (F1, H1).

The tenant's writes are refused at the source from the copy on, so that nothing is written behind it. The target's
places are emptied first and filled in one transaction each, rows and checksums are compared, and only then does the
target's record say that the data is there. The source keeps everything, and its record says that the tenant has left:
what is written at the target afterwards is never copied over by a run that is repeated.
"""

from collections.abc import Callable

from fleet.data.copying import Say, counted, measured, rows_into, wait_for_writers
from fleet.data.planning import MoveError
from fleet.data.records import Record, only_one, records_in
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import (
    PLATFORM_DATABASE,
    Place,
    TenantDatabase,
    access_steps,
    platform_steps,
    structure_steps,
    tenant_steps,
)
from settings.database.moving import COMPARABLE, Moved, copy_out, emptying
from settings.database.record import forgotten, orphaned, recorded

WAIT_S = 10.0
"""How long writers have to end by themselves, as in a move between models."""


class Transfer:
    """Takes one tenant's data to another server.

    wanted: the tenant's database; the same model on both sides. say: takes a line for the person. reached: is told each
    step before it begins, for tests that stop there.
    """

    def __init__(
        self,
        source: DatabaseServer,
        target: DatabaseServer,
        wanted: TenantDatabase,
        say: Say,
        *,
        wait_s: float = WAIT_S,
        reached: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._from, self._to = Sessions(source, COMPARABLE), Sessions(target, COMPARABLE)
        self._wanted = wanted
        self._say = say
        self._wait_s = wait_s
        self._reached = reached

    def run(self) -> int:
        """Copy and compare; the number of rows, or -1 when the source has no data of the tenant.

        Raises MoveError when the two are not alike, or the data is in the middle of another move; the source stays
        closed to writes then, until this is run again or `reopen` is called.
        """
        tenant = self._wanted.tenant
        with self._from, self._to:
            record = self._record(self._from)
            if record is None:
                return -1
            if record.moving_to is not None or record.model != self._wanted.model:
                raise MoveError(
                    f"the data of {tenant!r} is in model {record.model} or on its way to another one, and the "
                    f"catalogue wants {self._wanted.model}; end that first: `python -m fleet migrate-data ENV {tenant}`"
                )
            if record.orphaned_at is not None:
                self._finish()
                return 0
            with only_one(self._from.to(PLATFORM_DATABASE, "lock"), tenant):
                self._freeze()
                ours = self._to.superuser
                self._to.apply(*platform_steps(superuser=ours), *structure_steps(self._wanted, superuser=ours))
                rows = sum(self._copy(place) for place in self._wanted.places)
                for place in self._wanted.places:
                    self._compare(place)
                self._reached("left")
                # From here on what is written is written at the target, and no later run may copy over it.
                self._from.apply(orphaned(tenant))
                self._open()
        self._say(f"{tenant}: {rows:,} rows copied; every table is the same on both sides")
        return rows

    def reopen(self) -> None:
        """Let the tenant write at the source again, where its data still belongs there: the move is given up."""
        with self._from:
            if self._is_home(self._from):
                self._from.apply(*tenant_steps(self._wanted, superuser=self._from.superuser))

    def _finish(self) -> None:
        """What is left of a run that was stopped after the tenant had left the source. Its data is copied no more."""
        if self._is_home(self._to):
            return
        for place in self._wanted.places:
            self._compare(place)
        self._open()

    def _open(self) -> None:
        """The target is the home now, and the tenant writes there."""
        self._reached("opened")
        tenant = self._wanted.tenant
        self._to.apply(
            *tenant_steps(self._wanted, superuser=self._to.superuser),
            forgotten(tenant, "comes back with what it has elsewhere now"),
            recorded(tenant, self._wanted.model),
        )

    def _freeze(self) -> None:
        tenant = self._wanted.tenant
        self._reached("frozen")
        self._from.apply(*access_steps(tenant, dict.fromkeys(self._wanted.places, "read")))
        self._say(f"{tenant}: writes are refused from now on, until it is served by its new cluster")
        if ended := wait_for_writers(self._from.to(PLATFORM_DATABASE), tenant, self._wait_s, self._say):
            self._say(f"{tenant}: ended {ended} sessions that were still in the middle of a write")

    def _copy(self, place: Place) -> int:
        self._reached("copied")
        if left := counted(self._to, place):
            self._say(f"{self._wanted.tenant}: empties {left:,} rows of its former home, {place}")
        move = Moved(place, place)
        source, target = self._from.to(place.database, "reader"), self._to.to(place.database)
        with target.transaction():
            for statement in emptying(place):
                target.execute(statement)
            with source.cursor().copy(copy_out(move)) as reading, rows_into(self._to, target, move) as writing:
                for line in reading:
                    writing.write(line)
        target.execute(f"ANALYZE {place.named}")
        return counted(self._to, place) or 0

    def _compare(self, place: Place) -> None:
        self._reached("verified")
        source, target = measured(self._from, place), measured(self._to, place)
        if source != target:
            raise MoveError(
                f"the copy of {place} is not the same: {source[0]:,} rows with checksum {source[1]} at the source, "
                f"{target[0]:,} with {target[1]} at the target; run this again"
            )

    def _is_home(self, sessions: Sessions) -> bool:
        record = self._record(sessions)
        return record is not None and record.orphaned_at is None

    def _record(self, sessions: Sessions) -> Record | None:
        return records_in(sessions.to(PLATFORM_DATABASE), self._wanted.tenant).get(self._wanted.tenant)
