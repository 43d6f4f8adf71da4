"""What a person sees while something takes time: a live line on a terminal, plain lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

SLOW_S = 2.0
"""A phase that takes longer than this is announced before it is done, on anything that is no terminal."""


class ConsoleReporter:
    """Shows each phase with the time it took, on standard error; standard output stays for results."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:
        """A spinner while it lasts on a terminal; one line with its seconds when it is done."""
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{title} …"):
                yield
        else:
            yield
        self._console.print(f"  {title:<44} {time.monotonic() - began:5.1f} s", markup=False)

    def note(self, text: str) -> None:
        """One line that is no phase."""
        self._console.print(f"  {text}", markup=False)
