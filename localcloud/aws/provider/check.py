"""Inputs against the SDK's own types: what is unknown, missing or of another type, each with its path."""

import collections.abc
import enum
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from localcloud.aws.provider.sdk import fields, members, required_names, sdk_type
from localcloud.aws.provider.wire import UNKNOWN

Problem = tuple[str, str]
"""Path of a property, and what is wrong with it."""

_WORDS: Final[Mapping[type, str]] = {bool: "a boolean", int: "a whole number", float: "a number", str: "a string"}


def problems(token: str, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Every mistake in the inputs of a resource; raises UnknownTypeError when the SDK has no such type."""
    kind = sdk_type(token)
    yield from _structure(inputs, kind.inputs, kind.required, "")


def _structure(
    value: Mapping[str, Any], known: Mapping[str, Any], required: collections.abc.Set[str], path: str
) -> Iterator[Problem]:
    where = f"{path}." if path else ""
    for name in sorted(required):
        if value.get(name) is None:
            yield f"{where}{name}", "is required and missing"
    for name, each in value.items():
        if name.startswith("__"):
            continue
        if name not in known:
            yield f"{where}{name}", f"is not a property; allowed: {', '.join(sorted(known))}"
        elif each is not None:
            yield from _value(each, known[name], f"{where}{name}")


def _value(value: Any, kind: Any, path: str) -> Iterator[Problem]:
    if value == UNKNOWN:
        return
    candidates = members(kind)
    if not candidates or typing.Any in candidates or object in candidates:
        return
    found: list[Problem] = []
    for candidate in candidates:
        wrong = list(_one(value, candidate, path))
        if not wrong:
            return
        # The mistake inside of a value of the right form tells more than that it is of none of the forms.
        found = wrong if not found or wrong[0][0] != path else found
    if found[0][0] == path and len(candidates) > 1:
        yield path, f"must be {' or '.join(sorted({_words(each) for each in candidates}))}, not {_said(value)}"
    else:
        yield from found


def _one(value: Any, kind: Any, path: str) -> Iterator[Problem]:
    origin = typing.get_origin(kind) or kind
    nested = fields(kind)
    if nested is not None:
        if isinstance(value, Mapping):
            yield from _structure(value, nested, set(required_names(kind)), path)
            return
    elif origin in (collections.abc.Sequence, list):
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _value(item, (typing.get_args(kind) or (Any,))[0], f"{path}[{index}]")
            return
    elif origin in (collections.abc.Mapping, dict):
        if isinstance(value, Mapping):
            for key, item in value.items():
                yield from _value(item, (typing.get_args(kind) or (str, Any))[1], f'{path}["{key}"]')
            return
    elif _fits(value, kind):
        return
    yield path, f"must be {_words(kind)}, not {_said(value)}"


def _fits(value: Any, kind: Any) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float))
    if kind is int:
        return isinstance(value, int)
    if kind is str or (isinstance(kind, type) and issubclass(kind, enum.Enum)):
        return isinstance(value, str)
    return True


def _words(kind: Any) -> str:
    origin = typing.get_origin(kind) or kind
    if fields(kind) is not None or origin in (collections.abc.Mapping, dict):
        return "an object"
    if origin in (collections.abc.Sequence, list):
        return "a list"
    return _WORDS.get(kind, "a string")


def _said(value: Any) -> str:
    """What was given, without the value itself where it could be a secret (I5)."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return {bool: "a boolean", str: "a string"}.get(type(value), "a number")
