"""Policy as code: one table of controls, and the pack that checks it at preview (I1)."""

from policies.controls import CONTROLS, Control, Severity

__all__ = ["CONTROLS", "Control", "Severity"]
