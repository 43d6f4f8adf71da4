"""Days in the catalogue, as text: 2026-12-31."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from settings.fields import refuse

_ALLOWED = "a day such as 2026-12-31"


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
