"""What a person sees while something takes time: a live line on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console

STILL_EVERY_S = 10.0
"""Between the lines of a phase that lasts, on anything that is no terminal."""


class Reporter(Protocol):
    """Shows the phases of a longer operation."""

    def phase(self, title: str) -> AbstractContextManager[None]: ...
    def note(self, text: str) -> None: ...


class Silent:
    """A reporter for programs and tests: says nothing."""

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:  # noqa: ARG002
        yield

    def note(self, text: str) -> None:
        pass


class ConsoleReporter:
    """Shows each phase with the time it took, on standard error; standard output stays for results."""

    def __init__(self, console: Console | None = None, still_every_s: float = STILL_EVERY_S) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._still_every_s = still_every_s

    @contextmanager
    def phase(self, title: str) -> Iterator[None]:
        """A spinner while it lasts on a terminal; one line with its seconds when it is done."""
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{title} …"):
                yield
        else:
            with self._still(title, began):
                yield
        self._line(title, began)

    def note(self, text: str) -> None:
        """One line that is no phase."""
        self._console.print(f"  {text}", markup=False)

    def _line(self, title: str, began: float) -> None:
        self._console.print(f"  {title:<44} {time.monotonic() - began:5.1f} s", markup=False)

    @contextmanager
    def _still(self, title: str, began: float) -> Iterator[None]:
        """A line every few seconds until the block ends, so that a log shows what is being waited for."""
        done = threading.Event()

        def tell() -> None:
            while not done.wait(self._still_every_s):
                self._line(f"{title} …", began)

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            done.set()
            teller.join()
