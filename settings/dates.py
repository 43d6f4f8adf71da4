"""Days in the catalogue, as text: 2026-12-31; and the day for which a catalogue is read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

from settings.fields import refuse

VARIABLE: Final = "TENANTPLANE_TODAY"
"""Stands for today in the environment of a command, to look at the plan of another day. `fleet` sets it for the
programs that it starts, so that a run which goes on past midnight is of one day."""
_ALLOWED: Final = "a day such as 2026-12-31"


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        if not isinstance(value, str) or len(value) != len("2026-12-31"):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise refuse(f"{value!r} is not a day", _ALLOWED) from None


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})]
"""A day of the calendar, in UTC."""


def today(environment: Mapping[str, str], now: datetime) -> date:
    """The day of the variable, else that of `now`, which is in UTC. Called at the edges, where the clock is.

    Raises ValueError for a variable that is no day.
    """
    given = environment.get(VARIABLE)
    if given is None:
        return now.date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{VARIABLE} is {given!r}; allowed: {_ALLOWED}") from None
