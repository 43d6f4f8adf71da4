"""Names and other text, by pattern and length."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StrictBool, WithJsonSchema

from settings import names
from settings.fields.models import refuse


def matching(pattern: str, what: str, allowed: str, longest: int) -> Callable[[Any], str]:
    compiled = re.compile(pattern)

    def checked(value: Any) -> str:
        if not isinstance(value, str):
            raise refuse(f"{value!r} is not text", allowed)
        if len(value) > longest or not compiled.fullmatch(value):
            raise refuse(f"{value[:80]!r} is not {what}", allowed)
        return value

    return checked


def text_schema(pattern: str, longest: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "maxLength": longest})


def _tenant_id(value: Any) -> str:
    if not isinstance(value, str):
        raise refuse(f"{value!r} is not text", names.ID_RULE)
    if why := names.id_problem(value):
        raise refuse(why, names.ID_RULE if "reserved" not in why else "an id the platform does not keep for itself")
    return value


TenantId = Annotated[
    str,
    BeforeValidator(_tenant_id),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{names.ID_PATTERN}$", "minLength": names.ID_MIN, "maxLength": names.ID_MAX}
    ),
]

_LABEL = r"[a-z]([a-z0-9-]*[a-z0-9])?"
_LABEL_RULE = "lower-case letters, digits and hyphens, starting with a letter, at most 40 characters"
Name = Annotated[str, BeforeValidator(matching(_LABEL, "a usable name", _LABEL_RULE, 40)), text_schema(_LABEL, 40)]
"""Name of a tier, pool, cluster, workload, region or runtime: a DNS label of at most 40 characters."""

EnvironmentName = Annotated[
    str,
    BeforeValidator(matching(names.ENVIRONMENT_PATTERN, "an environment", "2 to 16 lower-case letters and digits", 16)),
    text_schema(names.ENVIRONMENT_PATTERN, 16),
]

_TITLE = r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?"
Title = Annotated[
    str,
    BeforeValidator(matching(_TITLE, "a title", "1 to 80 printable characters on one line", 80)),
    text_schema(_TITLE, 80),
]
Reason = Annotated[
    str,
    BeforeValidator(matching(r"(?s)\s*\S.{8,}", "a reason", "a sentence of 10 to 500 characters", 500)),
    WithJsonSchema({"type": "string", "minLength": 10, "maxLength": 500}),
]

_GROUP = r"[A-Za-z0-9][A-Za-z0-9:/_.@-]*"


def _group(value: Any) -> str:
    text = matching(_GROUP, "an OIDC group", "letters, digits and :/_.@-, at most 128 characters", 128)(value)
    if text.startswith("system:"):  # system:masters and its like are Kubernetes' own, and all-powerful
        raise refuse(f"group {text!r} belongs to Kubernetes itself", "a group of your identity provider")
    return text


Group = Annotated[str, BeforeValidator(_group), text_schema(_GROUP, 128)]

Path_ = Annotated[str, BeforeValidator(matching(r"[^\x00-\x1f]+", "a path", "a file path", 400))]

_LABEL_KEY = r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
_LABEL_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?"
LabelKey = Annotated[
    str,
    BeforeValidator(matching(_LABEL_KEY, "a label key", "[prefix/]name as Kubernetes takes it", 253)),
    text_schema(_LABEL_KEY, 253),
]
LabelValue = Annotated[
    str,
    BeforeValidator(matching(_LABEL_VALUE, "a label value", "at most 63 letters, digits and -_.", 63)),
    text_schema(_LABEL_VALUE, 63),
]

_SNAPSHOT = r"[A-Za-z0-9][A-Za-z0-9:/_.-]{2,199}"
Snapshot = Annotated[
    str,
    BeforeValidator(matching(_SNAPSHOT, "a snapshot's id", "letters, digits and :/_.-, 3 to 200 characters", 200)),
    text_schema(_SNAPSHOT, 200),
]


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise refuse(f"{', '.join(map(repr, repeated))} is listed twice", "each value once")
    return values


Distinct = AfterValidator(_distinct)
"""No value of a tuple twice."""

Flag = StrictBool
