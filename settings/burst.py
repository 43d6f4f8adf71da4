"""A paid burst: more quota for a while, with an end (G6).

What is in force depends on a day, which is given from outside: the same catalogue on the same day is the same plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from settings.dates import Day
from settings.fields import Compute, Count, CpuM, Email, MemoryBytes, Model, Reason
from settings.problems import Problem
from settings.quantities import format_bytes, format_cpu
from settings.yaml_source import Document


class BurstAllowance(Model):
    """The most that a tenant of a tier may add to its quota for a while. cpu_m: millicores, written `cpu`.
    memory_bytes: bytes, written `memory`. pods: at once."""

    cpu_m: CpuM = Field(alias="cpu")
    memory_bytes: MemoryBytes = Field(alias="memory")
    pods: Count = 0


class Burst(Model):
    """What a tenant adds to its quota, guaranteed and ceiling alike, and to its queue, until a day is over.

    cpu_m, memory_bytes, pods: what is added. until: the last day, in UTC; after it the burst counts for nothing.
    approved_by: who, by mail address. reason: why, such as an order.
    """

    cpu_m: CpuM = Field(alias="cpu")
    memory_bytes: MemoryBytes = Field(alias="memory")
    pods: Count = 0
    until: Day
    approved_by: Email
    reason: Reason

    def in_force(self, day: date | None) -> bool:
        """Whether it counts on a day; on no day in particular each does."""
        return day is None or day <= self.until

    def on_top_of(self, amount: Compute) -> Compute:
        """An amount with it added."""
        cpu_m, memory_bytes = amount.cpu_m + self.cpu_m, amount.memory_bytes + self.memory_bytes
        return Compute.of(format_cpu(cpu_m), format_bytes(memory_bytes))


@dataclass(frozen=True, kw_only=True)
class EndedBurst:
    """A burst that no longer counts, though the tenant's file still has it."""

    tenant: str
    until: date

    def __str__(self) -> str:
        return f"the burst of {self.tenant} ended with {self.until} and counts for nothing; remove it from its file"


def burst_problems(
    burst: Burst | None, allowed: BurstAllowance | None, tier: str, document: Document
) -> Iterator[Problem]:
    """The tier sells bursts, and one so large."""
    if burst is None:
        return
    if allowed is None:
        yield document.problem(("burst",), f"burst: tier {tier!r} has none", "no burst, or a tier with one")
        return
    for field, shown, most in (
        ("cpu", format_cpu(burst.cpu_m), format_cpu(allowed.cpu_m) if burst.cpu_m > allowed.cpu_m else None),
        (
            "memory",
            format_bytes(burst.memory_bytes),
            format_bytes(allowed.memory_bytes) if burst.memory_bytes > allowed.memory_bytes else None,
        ),
        ("pods", str(burst.pods), str(allowed.pods) if burst.pods > allowed.pods else None),
    ):
        if most is not None:
            what = f"burst.{field}: {shown} is above what tier {tier!r} may add"
            yield document.problem(("burst", field), what, f"at most {most}")
