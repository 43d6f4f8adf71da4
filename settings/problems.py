"""What is wrong with a catalogue: one line per mistake, with file, line and the allowed values (A1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake.

    file: relative to the catalogue's root. line: 1-based. what: plain words. allowed: what would be right, if known.
    """

    file: str
    line: int
    what: str
    allowed: str | None = None

    def __str__(self) -> str:
        end = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{self.file}:{self.line}: {self.what}{end}"


class CatalogueError(Exception):
    """The catalogue cannot be used. `problems` holds every mistake found, in order of file and line."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda each: (each.file, each.line, each.what)))
        super().__init__("\n".join(map(str, self.problems)))


def listed(values: Iterable[str]) -> str:
    """Allowed values as text, sorted; "none" when there are none."""
    return ", ".join(sorted(values)) or "none"


def meant(wrong: str, values: Iterable[str]) -> str:
    """ " (did you mean 'x'?)" for the closest value, or nothing."""
    close = closest(wrong, values)
    return f" (did you mean {close!r}?)" if close else ""


def closest(wrong: str, values: Iterable[str]) -> str | None:
    """The value most like what was written, if any is much like it."""
    close = get_close_matches(wrong, list(values), n=1, cutoff=0.7)
    return close[0] if close else None
