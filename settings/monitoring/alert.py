"""What an alerting rule is."""

from dataclasses import dataclass
from typing import Any, Final

_OF_KNOWN: Final = "* on (tenant) group_left (tier) tenant:info"
"""Adds the tier, and drops what is no tenant of the catalogue."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alerting rule.

    expr: PromQL. hold: how long it must be true. severity: "page" wakes somebody, "ticket" waits for the morning.
    tenant: it is about one tenant and has labels `tenant` and `tier`; else about the platform.
    summary: one line, a template of Prometheus. action: what to do. labels: besides severity and requirement.
    """

    name: str
    requirement: str
    expr: str
    hold: str
    severity: str
    summary: str
    action: str
    tenant: bool = True
    labels: tuple[tuple[str, str], ...] = ()

    def rule(self) -> dict[str, Any]:
        """As Prometheus has it."""
        expr = f"({self.expr}) {_OF_KNOWN}" if self.tenant else self.expr
        labels = {"severity": self.severity, "requirement": self.requirement, **dict(self.labels)}
        annotations = {"summary": self.summary, "action": self.action}
        return {"alert": self.name, "expr": expr, "for": self.hold, "labels": labels, "annotations": annotations}


SHARE: Final = "{{ $value | humanizePercentage }}"
"""The value of an alert, in a summary, where it is a part of a whole."""
