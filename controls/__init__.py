"""The table of controls: what has to hold, why, and where it is enforced (I1). Pure data, which all else reads."""

from controls.control import Control, Severity, problems
from controls.table import CONTROLS, control

__all__ = ["CONTROLS", "Control", "Severity", "control", "problems"]
