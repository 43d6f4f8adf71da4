"""Policy as code: one table of controls, and the pack that checks it at preview (I1)."""

from policies.controls import AWS_CONTROLS, CONTROLS, Control, Severity

__all__ = ["AWS_CONTROLS", "CONTROLS", "Control", "Severity"]
