"""The SDK still has the two habits that stacks/lean_sdk.py takes away, and loses them without losing the program's
lines."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import resource

from stacks.lean_sdk import DEBUG_VARIABLE, make_lean, program_line

HERE = Path(__file__).resolve()


@pytest.fixture(autouse=True)
def _sdk() -> Iterator[None]:
    """The SDK as it was, after each test."""
    debug, trace = pulumi.log.debug, resource._get_stack_trace
    yield
    pulumi.log.debug = debug
    resource._get_stack_trace = trace


def test_the_sdk_takes_both_by_these_names() -> None:
    source = inspect.getsource(resource)
    assert "stack_trace = _get_stack_trace()" in source
    assert "log.debug(" in source


class Base:
    """In the place of the SDK's Resource."""

    def __init__(self) -> None:
        self.trace = program_line(str(HERE.parent) + "/")


class Kind(Base):
    """In the place of CustomResource."""

    def __init__(self) -> None:
        super().__init__()


class Concrete(Kind):
    """In the place of a resource of a provider."""

    def __init__(self) -> None:
        super().__init__()


def test_the_trace_is_the_line_that_makes_the_resource() -> None:
    made, line = Concrete(), inspect.currentframe().f_lineno  # type: ignore[union-attr]
    frames = [(frame.pc.uri, frame.pc.line) for frame in made.trace.frames]
    assert frames == [(HERE.as_uri(), line)]


def test_a_resource_of_a_library_has_no_line() -> None:
    assert not program_line("/nowhere/").frames


def test_debug_messages_are_dropped_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.log, "debug", loud := print)
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    make_lean(HERE.parent)
    assert pulumi.log.debug is loud
    monkeypatch.delenv(DEBUG_VARIABLE)
    make_lean(HERE.parent)
    assert pulumi.log.debug is not loud
    pulumi.log.debug("nothing is sent, and nothing fails")
