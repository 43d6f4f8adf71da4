"""Whether an object is as it was made, in the API's spelling."""

from collections.abc import Iterator
from typing import Any, Final

_AS_THEY_ARE: Final = frozenset({"match_labels", "node_selector", "labels", "annotations", "data"})
"""Maps whose keys are somebody's own words."""


def as_api(value: Any) -> Any:
    """What a component gives the SDK, in the API's spelling."""
    if isinstance(value, dict):
        return {
            _camel(key): dict(each) if key in _AS_THEY_ARE else as_api(each)
            for key, each in value.items()
            if each is not None
        }
    if isinstance(value, list | tuple):
        return [as_api(each) for each in value]
    return value


def differences(wanted: Any, found: Any, where: str = "spec") -> Iterator[str]:
    """Where an object is not what was wanted. A field that nobody asked for is left alone, since API servers fill in
    defaults; an element of a list is not."""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            yield f"{where} is gone" if found is None else f"{where} is something else"
            return
        for key, each in wanted.items():
            if each not in ({}, []) or found.get(key) not in (None, {}, []):
                yield from differences(each, found.get(key), f"{where}.{key}")
    elif isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            yield f"{where} has {len(found) if isinstance(found, list) else 'no'} elements, not {len(wanted)}"
            return
        for index, each in enumerate(wanted):
            yield from differences(each, found[index], f"{where}[{index}]")
    elif wanted != found and not _same_number(wanted, found):
        yield f"{where} is {found!r} and not {wanted!r}"


def _same_number(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and not isinstance(one, bool) and not isinstance(other, bool) and one == other


def _camel(key: str) -> str:
    first, *rest = key.rstrip("_").split("_")
    return first + "".join(each.capitalize() for each in rest)
