"""What may differ: values that a controller keeps, each with the reason (I3). The list is ignored.yaml."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import Field

from fleet.drift.differences import Difference, Step
from fleet.preview.danger import kind_of
from settings.fields import Flag, Model

FILE: Final = Path(__file__).parent / "ignored.yaml"
_ANY, _REST = "*", "**"
_LEAST: Final = 20


class Ignored(Model):
    """One thing that may differ.

    kinds: such as "kubernetes:apps:Deployment"; "*" for every one. path: keys, "*" for any one, "**" for whatever is
    below. undeclared: only where the program says nothing of it. by: who changes it. reason: why that is right.
    """

    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    path: Annotated[tuple[str, ...], Field(min_length=1)]
    undeclared: Flag = False
    by: Annotated[str, Field(min_length=3)]
    reason: Annotated[str, Field(min_length=_LEAST)]

    def covers(self, token: str, difference: Difference, declared: Any) -> bool:
        """Whether it is about a difference of a resource. declared: the resource's inputs."""
        if _ANY not in self.kinds and kind_of(token) not in self.kinds:
            return False
        if self.undeclared and _is_in(declared, difference.path):
            return False
        return _matches(self.path, difference.path)


@cache
def ignored() -> tuple[Ignored, ...]:
    """The list. Raises pydantic's ValidationError when it has a mistake."""
    return tuple(Ignored.model_validate(each) for each in yaml.safe_load(FILE.read_text()))


def _matches(pattern: tuple[str, ...], path: tuple[Step, ...]) -> bool:
    for place, step in enumerate(pattern):
        if step == _REST:
            return True
        if place >= len(path) or (step not in (_ANY, str(path[place]))):
            return False
    return len(pattern) == len(path)


def _is_in(declared: Any, path: tuple[Step, ...]) -> bool:
    place = declared
    for step in path:
        there = range(len(place)) if isinstance(place, list) else place if isinstance(place, dict) else ()
        if step not in there:
            return False
        place = place[step]
    return True
