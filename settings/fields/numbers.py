"""Numbers and amounts: whole, within bounds, in one unit."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StrictInt, WithJsonSchema

from settings.fields.models import refuse
from settings.quantities import QuantityError, parse_bytes, parse_count, parse_cpu

MIN_MEMORY_BYTES = 1 << 20
"""Least memory a field takes. Kubernetes would take "8" as eight bytes; here that is a forgotten unit."""
_NO_UNIT = "less than 1Mi; is the unit missing?"


def _quantity(parse: Callable[[Any], int], allowed: str, least: int, small: str) -> Callable[[Any], int]:
    def parsed(value: Any) -> int:
        try:
            number = parse(value)
        except QuantityError as error:
            raise refuse(str(error), allowed) from None
        if number < least:
            raise refuse(f"{value!r} is {small}", allowed)
        return number

    return parsed


def _quantity_schema(examples: list[object]) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "examples": examples})


def _at_most(value: int, most: int, written: str) -> int:
    if value > most:
        raise refuse(f"{value} bytes is too much", f"at most {written}")
    return value


CpuM = Annotated[
    int,
    BeforeValidator(_quantity(parse_cpu, "CPU cores such as 500m, 0.5 or 4", 1, "nothing")),
    _quantity_schema(["500m", 0.5, 4]),
]
"""Millicores, at least 1."""

MemoryBytes = Annotated[
    int,
    BeforeValidator(_quantity(parse_bytes, "memory such as 512Mi or 8Gi", MIN_MEMORY_BYTES, _NO_UNIT)),
    _quantity_schema(["512Mi", "8Gi"]),
]
"""Bytes, at least 1 Mi."""

StorageBytes = Annotated[
    int,
    BeforeValidator(_quantity(parse_bytes, "storage such as 10G, 100Gi or 1T", MIN_MEMORY_BYTES, _NO_UNIT)),
    _quantity_schema(["10G", "100Gi", "1T"]),
]
"""Bytes, at least 1 Mi."""


def count_of(least: int, largest: int) -> BeforeValidator:
    allowed = f"a whole number from {least} to {largest}"

    def counted(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse(f"{value!r} is not a whole number", allowed)
        try:
            number = parse_count(value)
        except QuantityError as error:
            raise refuse(str(error), allowed) from None
        if not least <= number <= largest:
            raise refuse(f"{value} is out of range", allowed)
        return number

    return BeforeValidator(counted)


def count_schema(least: int, largest: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": largest})


Count = Annotated[int, count_of(0, 1_000_000), count_schema(0, 1_000_000)]
CredentialNumber = Annotated[int, count_of(1, 10_000), count_schema(1, 10_000)]
Pods = Annotated[int, count_of(1, 10_000), count_schema(1, 10_000)]
Gpus = Annotated[int, count_of(0, 64), count_schema(0, 64)]
NodeGpus = Annotated[int, count_of(1, 16), count_schema(1, 16)]
Nodes = Annotated[int, count_of(0, 5_000), count_schema(0, 5_000)]
"""Nodes of a pool; 5,000 is the largest cluster upstream Kubernetes is tested with."""
NodePods = Annotated[int, count_of(1, 500), count_schema(1, 500)]
Replicas = Annotated[int, count_of(1, 1_000), count_schema(1, 1_000)]
Shards = Annotated[int, count_of(1, 64), count_schema(1, 64)]
Percent = Annotated[int, count_of(1, 100), count_schema(1, 100)]
Dollars = Annotated[int, count_of(1, 10_000_000), count_schema(1, 10_000_000)]
Rate = Annotated[int, count_of(1, 1_000_000), count_schema(1, 1_000_000)]
"""Requests per minute."""


def _sessions(value: Any) -> int | None:
    if value is None or value == "unlimited":
        return None
    allowed = "a whole number from 1, or unlimited"
    if not isinstance(value, int) or isinstance(value, bool):
        raise refuse(f"{value!r} is not a number of sessions", allowed)
    if not 1 <= value <= 1_000_000_000:
        raise refuse(f"{value} is out of range", allowed)
    return value


Sessions = Annotated[
    int | None,
    BeforeValidator(_sessions),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "unlimited"}]}),
]
"""Sessions per month; None, written `unlimited`, has no bound."""

BodyBytes = Annotated[
    int,
    BeforeValidator(_quantity(parse_bytes, "at most 64Mi, such as 512Ki or 10Mi", 1 << 10, "less than 1Ki")),
    _quantity_schema(["512Ki", "10Mi"]),
    AfterValidator(lambda value: _at_most(value, 64 << 20, "64Mi")),
]
"""Bytes of a request's body, 1 Ki to 64 Mi: a gateway holds it in memory until it is whole."""
Seconds = Annotated[int, count_of(1, 3_600), count_schema(1, 3_600)]

Whole = StrictInt
