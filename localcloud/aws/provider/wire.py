"""Properties as the engine sends them, to and from plain Python."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from google.protobuf.struct_pb2 import ListValue, Struct, Value

Properties = dict[str, Any]

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that is not known during a preview: part of Pulumi's protocol."""


def plain(properties: Struct) -> Properties:
    """A struct's properties; whole numbers become int."""
    return {key: _plain(value) for key, value in properties.fields.items()}


def struct(properties: Mapping[str, Any]) -> Struct:
    """The struct of plain properties; those that are None are left out, times become ISO 8601."""
    made = Struct()
    for key, value in properties.items():
        if value is not None:
            made.fields[key].CopyFrom(_value(value))
    return made


def has_unknown(value: object) -> bool:
    """Whether any part of a value is not known yet."""
    if isinstance(value, Mapping):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value == UNKNOWN


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return plain(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def _value(value: Any) -> Value:  # noqa: PLR0911 - one for each kind
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, (int, float)):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    if isinstance(value, Mapping):
        return Value(struct_value=struct(value))
    if isinstance(value, (list, tuple)):
        return Value(list_value=ListValue(values=[_value(item) for item in value]))
    if isinstance(value, (datetime, date)):
        return Value(string_value=value.isoformat())
    if isinstance(value, bytes):
        return Value(string_value=value.decode(errors="replace"))
    return Value(null_value=0)
