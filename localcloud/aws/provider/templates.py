"""Templates of the table of types, filled from a scope, and values in the API's shapes."""

import collections.abc
import functools
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import jmespath
from botocore.model import ListShape, MapShape, Shape, StructureShape

from localcloud.aws.model import Scope, Template
from localcloud.aws.provider.sdk import fields, members

_INPUT = re.compile(r"\bin\.([A-Za-z0-9]+)")


class NotCarriedError(ValueError):
    """A property has no place in the API's arguments."""


def filled(template: Template, scope: Scope) -> Any:
    """The template's value in the scope; None for what is not to be sent."""
    if isinstance(template, str) and template.startswith("="):
        return _expression(template[1:]).search(scope)
    if callable(template):
        return template(scope)
    if isinstance(template, Mapping):
        made = {key: filled(value, scope) for key, value in template.items()}
        return {key: value for key, value in made.items() if value is not None}
    if isinstance(template, (list, tuple)):
        return [value for each in template if (value := filled(each, scope)) is not None]
    return template


def found(expression: str, answer: Any) -> Any:
    """What a JMESPath expression finds in an answer."""
    return _expression(expression).search(answer)


def inputs_of(template: Template) -> Iterator[str]:
    """Names of the inputs that a template speaks of."""
    if isinstance(template, str):
        yield from _INPUT.findall(template) if template.startswith("=") else ()
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from inputs_of(value)
    elif isinstance(template, (list, tuple)):
        for value in template:
            yield from inputs_of(value)


def arguments(shape: StructureShape | None, inputs: Mapping[str, Any], rename: Mapping[str, str]) -> dict[str, Any]:
    """The inputs that are arguments of a call. Inputs without such a name are left out; nested ones are refused.

    Raises NotCarriedError with the path of a nested property that the API does not have.
    """
    if shape is None:
        return {}
    made: dict[str, Any] = {}
    for name, value in inputs.items():
        member = _member(shape, rename.get(name, name))
        if member is not None and value is not None:
            made[member] = _to_shape(shape.members[member], value, rename, name)
    return made


def is_argument(shape: StructureShape | None, name: str, rename: Mapping[str, str]) -> bool:
    """Whether an input is given by `arguments`."""
    return shape is not None and _member(shape, rename.get(name, name)) is not None


def properties(answer: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an answer that have a property's name, in the properties' form."""
    by_name = {key.casefold(): value for key, value in answer.items()}
    return {
        name: from_api(by_name[name.casefold()], kind)
        for name, kind in known.items()
        if by_name.get(name.casefold()) is not None
    }


@functools.cache
def _expression(text: str) -> Any:
    return jmespath.compile(text)


def _member(shape: StructureShape, name: str) -> str | None:
    """The member of that name, in whatever capitals; pulumi-aws has a plural where the API has one, or the reverse."""
    by_name = {member.casefold(): member for member in shape.members}
    wanted = name.casefold()
    return by_name.get(wanted) or by_name.get(f"{wanted}s") or by_name.get(wanted.removesuffix("s")) if wanted else None


def _to_shape(shape: Shape, value: Any, rename: Mapping[str, str], path: str) -> Any:
    if isinstance(shape, StructureShape):
        if isinstance(value, list):
            value = value[0] if value else {}
        if not isinstance(value, Mapping):
            raise NotCarriedError(path)
        made = {}
        for name, each in value.items():
            where = f"{path}.{name}"
            member = _member(shape, rename.get(where, name))
            if member is None:
                raise NotCarriedError(where)
            if each is not None:
                made[member] = _to_shape(shape.members[member], each, rename, where)
        return made
    if isinstance(shape, ListShape):
        if isinstance(value, Mapping) and _is_pair(shape.member):
            value = [{"Key": key, "Value": each} for key, each in value.items()]
        items = value if isinstance(value, list) else [value]
        return [_to_shape(shape.member, item, rename, path) for item in items]
    if isinstance(shape, MapShape):
        return {key: _to_shape(shape.value, each, rename, path) for key, each in value.items()}
    if shape.type_name in ("integer", "long") and isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() else value
    if shape.type_name == "string" and not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _is_pair(shape: Shape) -> bool:
    """Whether a list of these stands for a map."""
    return isinstance(shape, StructureShape) and {"Key", "Value"} == set(shape.members)


def from_api(value: Any, kind: Any) -> Any:
    """A value of an answer in the form of a property's type."""
    for candidate in members(kind):
        nested = fields(candidate)
        if nested is not None:
            one = value[0] if isinstance(value, list) and value else value
            return properties(one, nested) if isinstance(one, Mapping) else None
        inner = getattr(candidate, "__args__", ())
        if isinstance(value, list) and typing.get_origin(candidate) in (collections.abc.Mapping, dict):
            return {each["Key"]: each["Value"] for each in value if isinstance(each, Mapping) and "Key" in each}
        if isinstance(value, list) and inner and candidate is not str:
            return [from_api(item, inner[0]) for item in value]
        if candidate is str and isinstance(value, (bool, int, float)):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if candidate is int and isinstance(value, str) and value.isdigit():
            return int(value)
    return value
