"""Where two versions of an object differ: every value, added ones too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

MISSING: Final = object()
"""What is at a path that is not there."""

Step = str | int


@dataclass(frozen=True)
class Difference:
    """One value that differs. path: keys and places. before, after: MISSING where it is not there."""

    path: tuple[Step, ...]
    before: Any
    after: Any

    @property
    def where(self) -> str:
        """The path as people write it: spec.hard["requests.cpu"]."""
        if len(self.path) == 1:
            return str(self.path[0])
        text = ""
        for step in self.path:
            if isinstance(step, int):
                text += f"[{step}]"
            elif not step.replace("_", "").replace("-", "").replace("/", "").isalnum():
                text += f'["{step}"]'
            else:
                text += f".{step}" if text else step
        return text


def differences(before: Any, after: Any, path: tuple[Step, ...] = ()) -> Iterator[Difference]:
    """Every difference, each as deep as it goes; in lists item by item.

    What is empty is no less than what is not: a rule `{}` of a network policy lets everybody in.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from differences(before.get(key, MISSING), after.get(key, MISSING), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            old = before[place] if place < len(before) else MISSING
            new = after[place] if place < len(after) else MISSING
            yield from differences(old, new, (*path, place))
    elif before is not after and before != after:
        yield Difference(path, before, after)
