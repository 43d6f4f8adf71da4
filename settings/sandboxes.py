"""Agent sandboxes as the catalogue says them: what a tier allows, and what a tenant asks for (C5)."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.fields import Compute, Image, Model, Name, count_of, count_schema, covering, refuse

SANDBOX_COMPUTE = Compute.of("100m", "128Mi")
"""What a sandbox gets that names nothing: A4's container defaults would be two fifths of what tier `free` has."""

Warm = Annotated[int, count_of(0, 1_000), count_schema(0, 1_000)]
"""Sandboxes that wait for a claim."""
Minutes = Annotated[int, count_of(1, 10_080), count_schema(1, 10_080)]
"""Minutes, a week at most."""


class SandboxAllowance(Model):
    """Sandboxes of a tier (C5).

    warm: how many are kept ready for a tenant that names no number.
    max: how many may be kept ready at most, by a tenant's file or by the autoscaler.
    idle_minutes: how long one may stay claimed and unused; default 30.
    lifetime_minutes: how long one may stay claimed at all; not below idle_minutes.
    """

    warm: Warm
    max: Warm
    idle_minutes: Minutes = 30
    lifetime_minutes: Minutes

    @field_validator("max")
    @classmethod
    def _covers_warm(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("warm", 0):
            raise refuse(f"max {value} is below warm {info.data['warm']}", f"at least {info.data['warm']}")
        return value

    @field_validator("lifetime_minutes")
    @classmethod
    def _covers_idle(cls, value: int, info: ValidationInfo) -> int:
        idle = info.data.get("idle_minutes", 0)
        if value < idle:
            raise refuse(f"lifetime_minutes {value} is below idle_minutes {idle}", f"at least {idle}")
        return value


class Sandboxes(Model):
    """Sandboxes of a tenant, in which agents run code that nobody has read (C5).

    image: by digest (G7).
    warm: how many are kept ready, up to the tier's max; the tier's number when left out.
    requests: of one sandbox; 100m and 128Mi when left out.
    limits: of one sandbox; its requests when left out.
    runtime: a runtime that may execute agents' code and is on sandbox nodes; that of agent sessions when left out (C3).
    """

    image: Image
    warm: Warm | None = None
    requests: Compute = SANDBOX_COMPUTE
    limits: Compute = Field(default_factory=lambda data: data["requests"], validate_default=True)
    runtime: Name | None = None

    @field_validator("limits")
    @classmethod
    def _covers_requests(cls, value: Compute, info: ValidationInfo) -> Compute:
        return covering(value, info.data.get("requests"), "limits are below requests")
