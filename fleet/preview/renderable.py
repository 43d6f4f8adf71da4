"""What there is to know of a stack to render it, as one process tells another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Renderable:
    """A stack that can be rendered.

    file: its configuration. layer: as settings.stack_config has it. needs: names of the stacks it stands on. shared:
    whether it holds no tenant.
    """

    name: str
    file: str
    layer: str
    needs: Sequence[str]
    shared: bool

    @classmethod
    def of(cls, stack: Any) -> "Renderable":
        """That of a fleet.stacks.Stack, of this revision or of another."""
        return cls(stack.name, str(stack.file), stack.config.layer, tuple(stack.needs), not stack.tenants)
