"""Keeps the SDK from two habits that cost much and serve nobody here.

Debug messages: the SDK sends four for every resource, each as a blocking call on the event loop, and the engine
shows them with `--debug` alone. They were a fifth of the program's time and a quarter of the engine's at a preview
of 550 objects.

Stack traces: the SDK records the whole stack of every resource, its own frames and those of the interpreter, and the
engine writes them into the state with each checkpoint: a third of the state, with the folders of whoever ran it in it.
The line of the program that makes the resource stays; the frames above it, the same for every resource of a kind, were
still a sixth of the state.

Both hang on names inside the SDK, whose version requirements.txt pins; a test says when they are gone.
"""

import functools
import os
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pulumi
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

DEBUG_VARIABLE: Final = "TENANTPLANE_SDK_DEBUG"
"""Set to 1 to have the SDK's debug messages with `pulumi --debug`."""

_CONSTRUCTORS: Final = 3
"""Calls of `__init__` between the SDK and the line that makes a resource: Resource, CustomResource or
ComponentResource, and the resource's own class."""


def make_lean(root: Path) -> None:
    """Changes the SDK for the rest of the process. root: the project's folder; frames outside of it are not
    recorded."""
    if os.environ.get(DEBUG_VARIABLE) != "1":
        pulumi.log.debug = _silent
    resource._get_stack_trace = functools.partial(program_line, str(root) + os.sep)


def program_line(root: str) -> source_pb2.StackTrace:
    """The line under `root` that makes the resource which is being registered, as a stack of one frame or none."""
    frame: FrameType | None = sys._getframe(1)
    seen = 0
    while frame is not None and seen < _CONSTRUCTORS:
        seen += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    while frame is not None:
        if (uri := _uri(frame.f_code.co_filename, root)) is not None:
            position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno)
            return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])
        frame = frame.f_back
    return source_pb2.StackTrace()


@functools.cache
def _uri(file: str, root: str) -> str | None:
    """File URI of a source file of the program; None for a file of a library, of the SDK or of the interpreter."""
    path = os.path.abspath(file)  # noqa: PTH100 - a pathlib call for every frame is what this file is there to avoid
    if not path.startswith(root) or f"{os.sep}site-packages{os.sep}" in path:
        return None
    return Path(path).as_uri()


def _silent(*_args: Any, **_more: Any) -> None:
    """Says nothing."""
