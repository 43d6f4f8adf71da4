"""Functions of the kernel that are watched, and which of their calls are told, in Tetragon's words (G5)."""

from dataclasses import dataclass
from typing import Any, Final

RATE_LIMIT: Final = "1m"
"""A call is told once in this time by the same thread: what a tenant does in a loop must not drown what others do."""


@dataclass(frozen=True, kw_only=True)
class Selector:
    """Calls that are told: those that all of this holds of.

    arguments: position, operator and values of each argument that is looked at. without: a capability that the caller
    does not have. gained: one that it has and did not have when its program started.
    """

    arguments: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    without: str | None = None
    gained: str | None = None

    def spec(self) -> dict[str, Any]:
        """As a TracingPolicy has it."""
        made: dict[str, Any] = {}
        if self.arguments:
            made["matchArgs"] = [
                {"index": index, "operator": operator, "values": list(values)}
                for index, operator, values in self.arguments
            ]
        if self.without is not None:
            made["matchCapabilities"] = [{"type": "Effective", "operator": "NotIn", "values": [self.without]}]
        if self.gained is not None:
            made["matchCapabilityChanges"] = [{"type": "Effective", "operator": "In", "values": [self.gained]}]
        made["matchActions"] = [{"action": "Post", "rateLimit": RATE_LIMIT}]
        return made


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A function of the kernel. A call is told if any selector chooses it.

    call: its name. message: what the event says. arguments: their types, from the first on, "nop" for those that are
    not looked at. system_call: it is one; else it is a function behind those, which sees what the kernel acts on and
    not what another thread may still change.
    """

    call: str
    message: str
    arguments: tuple[str, ...] = ()
    selectors: tuple[Selector, ...]
    system_call: bool = False

    def spec(self) -> dict[str, Any]:
        """As a TracingPolicy has it."""
        made: dict[str, Any] = {"call": self.call, "syscall": self.system_call, "message": self.message}
        looked_at = [(index, kind) for index, kind in enumerate(self.arguments) if kind != "nop"]
        if looked_at:
            made["args"] = [{"index": index, "type": kind} for index, kind in looked_at]
        made["selectors"] = [each.spec() for each in self.selectors]
        return made
