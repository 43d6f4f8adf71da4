"""What pulumi-aws's own classes say of a type: its properties, their types, which are required."""

import functools
import importlib
import inspect
import re
import typing
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import _types

_TOKEN = re.compile(r"aws:([a-z0-9]+)/([A-Za-z0-9]+):([A-Za-z0-9]+)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class SdkType:
    """inputs and outputs: types by camelCase name. required: inputs that have to be given."""

    inputs: typing.Mapping[str, Any]
    outputs: typing.Mapping[str, Any]
    required: frozenset[str]


class UnknownTypeError(LookupError):
    """pulumi-aws has no such type."""


@functools.cache
def sdk_type(token: str) -> SdkType:
    """The SDK's description of a resource type such as aws:ec2/vpc:Vpc.

    Raises UnknownTypeError when the SDK has no such type.
    """
    module, name = _place(token)
    resource = getattr(module, name, None)
    # InitArgs where a nested input class has the plain name already.
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args", None)
    if resource is None or arguments is None:
        raise UnknownTypeError(f"pulumi-aws has no resource type {token}")
    return SdkType(
        _types.input_type_types(arguments), _types.resource_types(resource), frozenset(required_names(arguments))
    )


def required_names(arguments: type) -> typing.Iterator[str]:
    """Names of an input class's properties without a default."""
    names = _types.input_type_py_to_pulumi_names(arguments)
    for name, parameter in inspect.signature(arguments).parameters.items():
        if parameter.default is inspect.Parameter.empty and name in names:
            yield names[name]


@functools.cache
def members(kind: Any) -> tuple[Any, ...]:
    """The types that a value may have, freed of Input, Output, Optional and the TypedDict twins of input classes."""
    if typing.get_origin(kind) is typing.Union or isinstance(kind, typing.types.UnionType):  # type: ignore[attr-defined]
        found = [one for each in typing.get_args(kind) for one in members(each)]
        classes = any(_types.is_input_type(each) for each in found if isinstance(each, type))
        return tuple(each for each in found if not (classes and typing.is_typeddict(each)))
    origin = typing.get_origin(kind)
    if kind is type(None) or origin in (Awaitable, typing.Awaitable, pulumi.Output) or kind is pulumi.Output:
        return ()
    return (kind,)


def fields(kind: Any) -> typing.Mapping[str, Any] | None:
    """The properties of a nested input or output class; None for every other type."""
    if isinstance(kind, type):
        if _types.is_input_type(kind):
            return _types.input_type_types(kind)
        if _types.is_output_type(kind):
            return _types.output_type_types(kind)
    return None


def _place(token: str) -> tuple[Any, str]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise UnknownTypeError(f"{token} is no resource type of pulumi-aws")
    folder, file, name = found.groups()
    try:
        # First the package, which the SDK loads when something of it is asked for: asked for from inside one of its
        # files, it would be left without that file's names for the rest of the process.
        getattr(importlib.import_module(f"pulumi_aws.{folder}"), name, None)
        return importlib.import_module(f"pulumi_aws.{folder}.{_HUMP.sub('_', file).lower()}"), name
    except ModuleNotFoundError as error:
        raise UnknownTypeError(f"pulumi-aws has no resource type {token}") from error
