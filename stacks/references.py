"""Other stacks of the same project that a stack stands on."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pulumi
from pulumi.runtime.invoke import invoke

READ_S, READ_AGAIN_S = 5.0, 0.05


@dataclass(frozen=True)
class Reference:
    """Another stack as it was last applied. outputs: none of a stack that is not there."""

    stack: str
    outputs: Mapping[str, Any]

    @classmethod
    def to(cls, stack: str) -> Self:
        """Read before anything is registered, so that what is missing refuses the program as a whole."""
        return cls(stack, stack_outputs(stack, missing_is_empty=True))

    def register(self) -> pulumi.StackReference:
        """The reference as a resource of this stack, which records in its state what it stands on."""
        return pulumi.StackReference(qualified(self.stack))


def qualified(stack: str) -> str:
    """Name of a stack of this project as the engine finds it from anywhere."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"


def stack_outputs(stack: str, *, missing_is_empty: bool = False) -> dict[str, Any]:
    """The outputs of a stack of this project, of its last update.

    Errors: pulumi.RunError when its state cannot be read.
    A file backend is read while the engine writes the beginning of an update, and the attributes it keeps beside the
    checkpoint are not replaced in one step: a read that falls in between ends in the middle, and the next one does not.
    """
    deadline = time.monotonic() + READ_S
    while True:
        try:
            result = invoke("pulumi:pulumi:readStackOutputs", {"name": qualified(stack)})
        except Exception as error:  # the SDK raises no narrower one
            if missing_is_empty and "unknown stack" in str(error):
                return {}
            if time.monotonic() > deadline:
                raise pulumi.RunError(f"the state of stack {qualified(stack)} cannot be read: {error}") from error
            time.sleep(READ_AGAIN_S)
        else:
            return (result.value or {}).get("outputs") or {}
