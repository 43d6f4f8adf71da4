"""What a scenario module is written with: a value for each phase, and metadata in the scenario's namespace."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pulumi

Json = Any  # plain data, or a pulumi.Output of it


class Absent:
    """Marks a phase in which the resource, or the field, is not declared."""


ABSENT = Absent()


def at(phase: int, *values: Json) -> Json:
    """Value of this phase, counted from 1; the last value holds for all later phases."""
    return values[min(phase, len(values)) - 1]


def without_absent(value: Json) -> Json:
    """The same value with every absent field dropped, at any depth."""
    if isinstance(value, Mapping):
        return {key: without_absent(item) for key, item in value.items() if item is not ABSENT}
    if isinstance(value, list):
        return [without_absent(item) for item in value if item is not ABSENT]
    return value


def resource(
    make: Callable[..., pulumi.Resource], name: str, arguments: Json, opts: pulumi.ResourceOptions | None = None
) -> pulumi.Resource | None:
    """Declare one resource, or nothing where its arguments are ABSENT; top-level keys are those of the manifest."""
    if arguments is ABSENT:
        return None
    named = {re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", key): value for key, value in arguments.items()}
    return make(name, opts=opts, **without_absent(named))


def meta(name: str, namespace: str | None = None, **more: Json) -> dict[str, Json]:
    """Metadata with an explicit name."""
    placed = {} if namespace is None else {"namespace": namespace}
    return {"name": name, **placed, **more}
