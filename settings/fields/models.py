"""What every part of the catalogue is, and how it refuses."""

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Model(BaseModel):
    """Base of everything in the catalogue: immutable, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True)


def refuse(what: str, allowed: str | None = None) -> PydanticCustomError:
    """The error a validator raises: plain words, and what would be right."""
    return PydanticCustomError("refused", "{what}", {"what": what, "allowed": allowed})
