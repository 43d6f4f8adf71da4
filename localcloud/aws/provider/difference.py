"""What changed between two sets of inputs, in the terms of a type: what is the same, what replaces."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.aws.model import Kind
from localcloud.aws.provider.wire import UNKNOWN


@dataclass(frozen=True)
class Difference:
    """path: of a property, with dots. kind: add, delete or update. replaces: whether it makes a new resource."""

    path: str
    kind: str
    replaces: bool


def differences(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The changes from `old` to `new`, by path."""
    return [
        Difference(path, what, any(_covers(each, path) for each in kind.replace))
        for path, what in _changes(kind, old, new, "")
    ]


def changed(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """Names of the inputs that changed, without those inside of them."""
    return frozenset(each.path.split(".")[0] for each in differences(kind, old, new))


def same(kind: Kind, path: str, one: Any, other: Any) -> bool:
    """Whether two values of a property mean the same."""
    return bool(_normal(kind, path, one) == _normal(kind, path, other))


def conformed(kind: Kind, path: str, wanted: Any, actual: Any, *, whole: bool = False) -> Any:
    """`actual` in the form in which a program wrote it: as it is written where it means that.

    whole: with what the program left to AWS; inputs are without it.
    """
    if actual is None or (not whole and same(kind, path, wanted, actual)):
        return wanted
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping) and path not in kind.documents:
        further = {key: value for key, value in actual.items() if whole and key not in wanted}
        return further | {
            key: conformed(kind, f"{path}.{key}", value, actual.get(key), whole=whole) for key, value in wanted.items()
        }
    if same(kind, path, wanted, actual):
        return wanted
    if isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        return [conformed(kind, path, one, other, whole=whole) for one, other in zip(wanted, actual, strict=True)]
    return actual


def _changes(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name in sorted({*old, *new}):
        if name.startswith("__"):
            continue
        where = f"{path}.{name}" if path else name
        one, other = old.get(name), new.get(name)
        if same(kind, where, one, other) and other != UNKNOWN:
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping) and where not in kind.documents and name != "tags":
            yield from _changes(kind, one, other, where)
        else:
            yield where, "add" if one is None else "delete" if other is None else "update"


def _covers(pattern: str, path: str) -> bool:
    return path == pattern or path.startswith(f"{pattern}.")


def _normal(kind: Kind, path: str, value: Any) -> Any:
    if path in kind.documents and isinstance(value, str):
        try:
            return _sorted_document(json.loads(value))
        except ValueError:
            return value
    if path in kind.documents:
        return _sorted_document(value)
    if isinstance(value, Mapping):
        made = {key: _normal(kind, f"{path}.{key}", each) for key, each in value.items() if each is not None}
        return made or None
    if isinstance(value, list):
        items = [_normal(kind, path, item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if path in kind.sets else items or None
    return value


def _sorted_document(value: Any) -> Any:
    """IAM takes one string for a list of one, and lists of actions have no order."""
    if isinstance(value, Mapping):
        return {key: _sorted_document(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        items = [_sorted_document(each) for each in value]
        if all(isinstance(each, str) for each in items):
            return items[0] if len(items) == 1 else sorted(items)
        return items
    return value
