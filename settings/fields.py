"""Types of single values in the catalogue: parsed once, and unable to be wrong afterwards."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from settings import names
from settings.quantities import QuantityError, format_bytes, format_cpu, parse_bytes, parse_count, parse_cpu

Family = Literal["platform", "education"]
Isolation = Literal["namespace", "namespaces", "virtual-control-plane", "dedicated-pool", "dedicated-cluster"]
DataIsolation = Literal["hybrid", "database", "schema", "shared"]
Lifecycle = Literal["active", "suspended", "offboarding"]
Phase = Literal["one", "two", "three"]
PoolKind = Literal["system", "cpu", "sandbox", "gpu", "spot", "dedicated"]
Sharing = Literal["none", "mig", "time-slicing"]
TenantPriority = Literal["enterprise", "team", "free", "batch"]
WorkloadKind = Literal["agent-sessions", "homework-correction"]
Capability = Literal["CHOWN", "SETGID", "SETUID"]
"""The only capabilities a workload may ever have, where it states them and its runtime allows them (C4)."""

MIN_MEMORY_BYTES = 1 << 20
"""Least memory a field takes. Kubernetes would take "8" as eight bytes; here that is a forgotten unit."""


_NO_UNIT = "less than 1Mi; is the unit missing?"


class Model(BaseModel):
    """Base of everything in the catalogue: immutable, and a key nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True)


def refuse(what: str, allowed: str | None = None) -> PydanticCustomError:
    """The error a validator raises: plain words, and what would be right."""
    return PydanticCustomError("refused", "{what}", {"what": what, "allowed": allowed})


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


def _quantity_schema(examples: list[object]) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "examples": examples})


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

_DOMAIN = r"(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
Domain = Annotated[
    str,
    BeforeValidator(matching(_DOMAIN, "a DNS domain", "a domain such as tenants.example.com", 200)),
    text_schema(_DOMAIN, 200),
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

_IMAGE = r"[a-z0-9]+(?:[._:/-]+[a-zA-Z0-9_]+)*@sha256:[0-9a-f]{64}"
Image = Annotated[
    str,
    BeforeValidator(
        matching(_IMAGE, "an image by digest", "registry/name@sha256: and 64 hexadecimal digits; a tag can move", 400)
    ),
    text_schema(_IMAGE, 400),
]

_REGISTRY = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
Registry = Annotated[
    str,
    BeforeValidator(
        matching(_REGISTRY, "a registry", "host[:port][/folder], such as registry.example.com/team, no final /", 200)
    ),
    text_schema(_REGISTRY, 200),
]
"""Where images come from: a host, with folders or without. Images lie below it, after a `/`."""

_PUBLIC_KEY = r"-----BEGIN PUBLIC KEY-----\n(?:[A-Za-z0-9+/=]{1,76}\n){1,20}-----END PUBLIC KEY-----\n?"
PublicKey = Annotated[
    str,
    BeforeValidator(matching(_PUBLIC_KEY, "a public key", "PEM, from -----BEGIN PUBLIC KEY----- on", 2_000)),
    text_schema(_PUBLIC_KEY, 2_000),
]
_SUBJECT = r"[^\s\x00-\x1f]+"
Subject = Annotated[
    str,
    BeforeValidator(matching(_SUBJECT, "a subject", "a workflow's URL or a mail address, no pattern", 300)),
    text_schema(_SUBJECT, 300),
]
"""Whom a certificate is for, word for word."""

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

_KEY_ARN = (
    r"arn:aws(?:-[a-z-]+)?:kms:[a-z]{2}(?:-[a-z]+)+-[0-9]:[0-9]{12}:key/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
KeyArn = Annotated[
    str,
    BeforeValidator(
        matching(
            _KEY_ARN, "the ARN of a KMS key", "arn:aws:kms:<region>:<account>:key/<id>, no alias: it can move", 200
        )
    ),
    text_schema(_KEY_ARN, 200),
]

_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
Email = Annotated[
    str, BeforeValidator(matching(_EMAIL, "a mail address", "a person's mail address", 200)), text_schema(_EMAIL, 200)
]

_HTTPS = r"https://[a-z0-9][a-z0-9.-]*[a-z0-9](:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?"
HttpsUrl = Annotated[
    str,
    BeforeValidator(matching(_HTTPS, "an https URL", "https://host/path, without query and fragment", 250)),
    text_schema(_HTTPS, 250),
]
_AUDIENCE = r"[A-Za-z0-9][A-Za-z0-9:/_.-]{0,199}"
Audience = Annotated[
    str,
    BeforeValidator(matching(_AUDIENCE, "an audience", "letters, digits and :/_.-, at most 200 characters", 200)),
    text_schema(_AUDIENCE, 200),
]
"""Whom a token is meant for: its claim `aud`."""
BodyBytes = Annotated[
    int,
    BeforeValidator(_quantity(parse_bytes, "at most 64Mi, such as 512Ki or 10Mi", 1 << 10, "less than 1Ki")),
    _quantity_schema(["512Ki", "10Mi"]),
    AfterValidator(lambda value: _at_most(value, 64 << 20, "64Mi")),
]
"""Bytes of a request's body, 1 Ki to 64 Mi: a gateway holds it in memory until it is whole."""
Seconds = Annotated[int, count_of(1, 3_600), count_schema(1, 3_600)]


def _at_most(value: int, most: int, written: str) -> int:
    if value > most:
        raise refuse(f"{value} bytes is too much", f"at most {written}")
    return value


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise refuse(f"{', '.join(map(repr, repeated))} is listed twice", "each value once")
    return values


Distinct = AfterValidator(_distinct)
"""No value of a tuple twice."""

Flag = StrictBool
Whole = StrictInt


class Compute(Model):
    """An amount of CPU and memory.

    cpu_m: millicores, written `cpu` as a Kubernetes quantity. memory_bytes: bytes, written `memory`.
    """

    cpu_m: CpuM = Field(alias="cpu")
    memory_bytes: MemoryBytes = Field(alias="memory")

    @classmethod
    def of(cls, cpu: str, memory: str) -> "Compute":
        """From Kubernetes quantities."""
        return cls.model_validate({"cpu": cpu, "memory": memory})

    def covers(self, other: "Compute") -> bool:
        """Whether both amounts are at least the other's."""
        return self.cpu_m >= other.cpu_m and self.memory_bytes >= other.memory_bytes


def covering(value: Compute, base: object, what: str) -> Compute:
    """The value, if it is at least the base; the error names what falls short. No base, no check."""
    if isinstance(base, Compute) and not value.covers(base):
        least = f"at least cpu {format_cpu(base.cpu_m)}, memory {format_bytes(base.memory_bytes)}"
        raise refuse(what, least)
    return value
