"""An amount of what a node has."""

from pydantic import Field

from settings.fields.models import Model, refuse
from settings.fields.numbers import CpuM, MemoryBytes
from settings.quantities import format_bytes, format_cpu


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
