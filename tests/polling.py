"""Waiting for a condition: poll, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(answer: Callable[[], T], what: str, deadline_s: float = 90, *, longest_pause_s: float = 0.5) -> T:
    """The first true answer, asked for ten times a second at first and twice a second later, since asking takes from
    what is waited for; AssertionError when there is none in time.

    longest_pause_s: less where the moment counts.
    """
    end = time.monotonic() + deadline_s
    pause = 0.1
    while not (given := answer()):
        assert time.monotonic() < end, f"waited {deadline_s} s in vain until {what}"
        time.sleep(pause)
        pause = min(longest_pause_s, pause * 1.2)
    return given
