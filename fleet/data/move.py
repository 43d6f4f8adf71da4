"""Moves one tenant's data from one model of isolation to another, so that nothing is lost (F1).

Each step is recorded in the database once it is done, so that a move that was killed goes on where it was:

begun     what will be copied where is recorded.
prepared  the new tables are there, and the tenant may nothing in them.
frozen    the tenant reads as before, and its writes are refused; whoever was in the middle of one has ended.
copied    each table has been copied in one transaction, which empties the target first.
verified  each table has the same number of rows and the same checksum on both sides.
switched  the record says the new model. What follows is to open the new home and to close the former one.

Until `switched` the former home holds everything, and the move can be given up. The former home is kept, closed to the
tenant, until it is dropped by name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

import psycopg

from fleet.data.copying import Say, copy_table, counted, measured, refuse_dangling, wait_for_writers
from fleet.data.planning import MoveError, plan_lines, record_of, refuse_losses
from fleet.data.records import Record, only_one
from fleet.errors import FleetError
from localcloud import LocalcloudError
from localcloud.controlplane.postgres import DatabaseServer
from localcloud.controlplane.postgres.sql import Sessions
from settings.database import (
    MAINTENANCE,
    PLATFORM_DATABASE,
    Model,
    Place,
    Step,
    TenantDatabase,
    access_steps,
    closing_steps,
    identifier,
    structure_steps,
    tenant_steps,
)
from settings.database.moving import COMPARABLE, Moved, emptying, moved
from settings.database.record import (
    MOVE_STEPS,
    MoveStep,
    move_begun,
    move_ended,
    move_reached,
    move_switched,
    table_copied,
    table_verified,
)

WAIT_S: Final = 10.0
"""How long writers have to end by themselves; their login's own limits are 30 s for a statement and 60 s idle."""


class Mover:
    """Moves the data of one tenant.

    wanted: the tenant on the server; its model is where the data is to be. say: takes a line for the person. wait_s:
    how long writers have to end before their sessions are ended. reached: is told each step before it begins, and every
    thousand rows of a copy, for tests that stop there.
    """

    def __init__(
        self,
        server: DatabaseServer,
        wanted: TenantDatabase,
        say: Say,
        *,
        wait_s: float = WAIT_S,
        reached: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._sessions = Sessions(server, COMPARABLE)
        self._wanted = wanted
        self._say = say
        self._wait_s = wait_s
        self._reached = reached

    @property
    def tenant(self) -> str:
        return self._wanted.tenant

    def plan(self) -> list[str]:
        """What a move would do, one line each; empty when the data is where it is to be. Changes nothing.

        Raises MoveError for what would make it fail.
        """
        with self._sessions:
            return plan_lines(self._sessions, self._wanted)

    def run(self) -> bool:
        """Carry out the move, or what is left of it. Whether there was anything to do.

        Raises MoveError when it cannot be done: nothing has moved then and the former home is open again, or the
        message says that it is not.
        """
        with self._alone():
            record = self._record()
            did = False
            if record.moving_to is not None and (record.step == "switched" or record.moving_to != self._wanted.model):
                self._settle(record)
                record, did = self._record(), True
            if record.moving_to is None and record.model == self._wanted.model:
                return did
            try:
                self._go_on(record)
            except (FleetError, LocalcloudError, psycopg.Error) as error:
                self._give_up_after(error)
        return True

    def give_up(self) -> None:
        """End a move that has not switched: open the former home again and empty the copies. Raises MoveError when
        there is none."""
        with self._alone():
            record = self._record()
            if record.moving_to is None or record.step == "switched":
                raise MoveError(f"no move of {self.tenant!r} is under way that could be given up")
            self._settle(record)

    def _go_on(self, record: Record) -> None:
        former = record.model
        moves = moved(self.tenant, former, self._wanted.model)
        work: dict[MoveStep, Callable[[], None]] = {
            "begun": lambda: self._begin(record, moves),
            "prepared": self._prepare,
            "frozen": lambda: self._freeze(former),
            "copied": lambda: self._copy(moves),
            "verified": lambda: self._verify(moves),
            "switched": lambda: self._switch(moves),
        }
        done = 0 if record.step is None else MOVE_STEPS.index(record.step) + 1
        if done:
            self._say(f"{self.tenant}: going on after step {record.step!r}")
        for step in MOVE_STEPS[done:]:
            self._reached(step)
            work[step]()
            if step not in ("begun", "switched"):  # which write their own
                self._apply(move_reached(self.tenant, step))
        self._open(self._wanted.model, moves)

    def _begin(self, record: Record, moves: tuple[Moved, ...]) -> None:
        refuse_losses(self._sessions, record, self._wanted)
        self._say(f"{self.tenant}: moving from {record.model} to {self._wanted.model}")
        # The next `up` brings everything up to date, whatever it did last.
        forget = f"COMMENT ON ROLE {identifier(self._wanted.roles.owner)} IS NULL"
        self._apply(
            Step(database=MAINTENANCE, title=f"{self.tenant} is to be looked at", statements=(forget,)),
            move_begun(self.tenant, self._wanted.model, (move.target for move in moves)),
        )

    def _prepare(self) -> None:
        self._apply(*structure_steps(self._wanted, superuser=self._sessions.superuser))

    def _freeze(self, former: Model) -> None:
        places = replace(self._wanted, model=former).places
        self._apply(*access_steps(self.tenant, dict.fromkeys(places, "read")))
        self._say(f"{self.tenant}: writes are refused from now on")
        if ended := wait_for_writers(self._sessions.to(PLATFORM_DATABASE), self.tenant, self._wait_s, self._say):
            self._say(f"{self.tenant}: ended {ended} sessions that were still in the middle of a write")
        refuse_dangling(self._sessions, former, self._wanted)

    def _copy(self, moves: tuple[Moved, ...]) -> None:
        done = {copy.place for copy in self._record().copies if copy.state == "target" and copy.copied}
        for move in moves:
            if move.target in done:
                continue
            copy_table(self._sessions, move, self._say, self._reached)
            self._apply(table_copied(move.target))

    def _verify(self, moves: tuple[Moved, ...]) -> None:
        for move in moves:
            self._say(f"{self.tenant}: comparing {move.source} with {move.target}")
            source, target = measured(self._sessions, move.source), measured(self._sessions, move.target)
            if source != target:
                # Not to be taken for a whole one by the next attempt.
                self._apply(table_copied(move.target, copied=False), move_reached(self.tenant, "frozen"))
                raise MoveError(
                    f"the copy of {move.source} is not the same: {source[0]:,} rows with checksum {source[1]} there, "
                    f"{target[0]:,} with {target[1]} in {move.target}"
                )
            self._apply(table_verified(move.target, *source))

    def _switch(self, moves: tuple[Moved, ...]) -> None:
        self._apply(move_switched(self.tenant, self._wanted.model, (move.source for move in moves)))

    def _open(self, model: Model, moves: tuple[Moved, ...]) -> None:
        """Open the home that the record names, close what the data came from, and end the move."""
        self._reached("opened")
        here = replace(self._wanted, model=model)
        self._apply(
            *tenant_steps(here, superuser=self._sessions.superuser),
            *closing_steps(here, [move.source for move in moves]),
        )
        self._reached("ended")
        self._apply(move_ended(self.tenant))

    def _settle(self, record: Record) -> None:
        """End a move that was stopped: carried out when it had switched, else given up."""
        if record.moving_to is None:
            return
        if record.step == "switched":
            self._say(f"{self.tenant}: ending the move to {record.model}, which was stopped after its switch")
            assert record.former is not None  # noqa: S101  move_switched writes it
            self._open(record.model, moved(self.tenant, record.former, record.model))
            return
        self._say(f"{self.tenant}: giving up the move to {record.moving_to}; its data stays in {record.model}")
        moves = moved(self.tenant, record.model, record.moving_to)
        if record.step != "begun":
            for move in moves:
                self._empty(move.target)
        self._open(record.model, ())

    def _empty(self, place: Place) -> None:
        if counted(self._sessions, place) is not None:
            self._apply(Step(database=place.database, title=f"empty {place}", statements=emptying(place)))

    def _give_up_after(self, error: Exception) -> None:
        """Give up after a failure, when that is still possible; always raises MoveError."""
        again = f"python -m fleet migrate-data ENV {self.tenant}"
        try:
            record = self._record()
            if record.step == "switched":
                raise MoveError(
                    f"{self.tenant}: the data has moved to {record.model}, and opening it failed: {error}\n"
                    f"run again to go on from there: {again}"
                ) from error
            if record.moving_to is not None:
                self._settle(record)
        except (LocalcloudError, psycopg.Error) as second:
            raise MoveError(
                f"{self.tenant}: {error}\nits data is where it was; its writes may still be refused ({second}); "
                f"run again to go on: {again}; or with --back to give up"
            ) from error
        raise MoveError(f"{self.tenant}: {error}\nits data is where it was, and open for writes again") from error

    def _record(self) -> Record:
        return record_of(self._sessions, self.tenant)

    def _apply(self, *steps: Step) -> None:
        self._sessions.apply(*steps)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._sessions, only_one(self._sessions.to(PLATFORM_DATABASE, "lock"), self.tenant):
            yield
