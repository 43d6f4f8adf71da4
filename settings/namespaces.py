"""The namespaces that a tenant makes for itself beside its home, and what each draws of its budget (A6)."""

from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from settings import names
from settings.approval import Offboarding
from settings.fields import Flag, Model, Percent, refuse

WHOLE = 100


def _child_name(value: object) -> str:
    if not isinstance(value, str):
        raise refuse(f"{value!r} is not text", names.CHILD_RULE)
    if not names.is_child(value):
        raise refuse(f"{value[:80]!r} is not a usable name", names.CHILD_RULE)
    return value


ChildName = Annotated[
    str,
    BeforeValidator(_child_name),
    WithJsonSchema({"type": "string", "pattern": f"^{names.ID_PATTERN}$", "maxLength": names.CHILD_MAX}),
]


class ChildNamespace(Model):
    """A namespace of a tenant beside its home.

    share: percent of the tenant's quota that is this namespace's alone: requests, limits, pods, storage and numbers of
    objects, rounded down. GPUs, gateway and database stay with the home.
    retire: the approval to delete it, given and applied before its entry is taken out (A7). From then on nothing runs
    in it.
    """

    name: ChildName
    share: Percent
    retire: Offboarding | None = None


class Namespaces(Model):
    """A tenant's further namespaces. What they and the Jobs do not take is the home's.

    jobs_share: percent of CPU and memory for the Jobs of all its namespaces together, through the tenant's one queue;
    default 25. Counts on clusters with queues only; elsewhere it stays with the home (D1).
    connected: pods of its namespaces reach each other on TCP 8080; default false: each is closed to the others (E1).
    """

    jobs_share: Percent = 25
    connected: Flag = False
    children: Annotated[tuple[ChildNamespace, ...], Field(min_length=1, max_length=20)]

    @field_validator("children")
    @classmethod
    def _leaves_some(cls, value: tuple[ChildNamespace, ...], info: ValidationInfo) -> tuple[ChildNamespace, ...]:
        jobs = info.data.get("jobs_share", 0)
        taken = jobs + sum(each.share for each in value)
        if taken >= WHOLE:
            raise refuse(
                f"the shares, with {jobs} % for Jobs, come to {taken} %",
                f"at most {WHOLE - 1 - jobs} % for all children",
            )
        return value
