"""What a preview says of a resource that is not made, or not changed, yet."""

from collections.abc import Mapping
from typing import Any

from localcloud.aws.provider.sdk import fields, members, sdk_type
from localcloud.aws.provider.wire import UNKNOWN

Properties = dict[str, Any]


def before_creation(token: str, inputs: Mapping[str, Any]) -> Properties:
    """The inputs, and in their objects what AWS will add: not known yet, which is another thing than not there.

    Of whole properties that are missing the engine knows so by itself.
    """
    known = sdk_type(token).outputs
    return {name: _added(value, known.get(name)) for name, value in inputs.items()}


def before_update(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> Properties:
    """The state with other inputs: in objects, what AWS has added stays."""
    made = dict(state)
    for name, value in inputs.items():
        was = state.get(name)
        both = isinstance(value, Mapping) and isinstance(was, Mapping) and name != "tags"
        made[name] = {**was, **value} if both else value  # type: ignore[dict-item]
    return made


def _added(value: Any, kind: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    nested = next((found for each in members(kind) if (found := fields(each)) is not None), {})
    return {**{name: UNKNOWN for name in nested if name not in value}, **value}
