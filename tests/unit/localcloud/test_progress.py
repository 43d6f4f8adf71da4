"""What is shown while a cluster starts."""

import io
import threading

import pytest
from rich.console import Console

from localcloud.progress import ConsoleReporter


class Signalling(io.StringIO):
    """Says when a text has been written to it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.written = threading.Event()

    def write(self, text: str) -> int:
        count = super().write(text)
        if self._text in self.getvalue():
            self.written.set()
        return count


def test_a_phase_that_lasts_says_so_in_a_log_and_a_finished_one_gives_its_time() -> None:
    out = Signalling("API server …")
    reporter = ConsoleReporter(Console(file=out, width=100), still_every_s=0.001)
    with reporter.phase("API server"):
        assert out.written.wait(30)
    assert out.getvalue().splitlines()[-1].startswith("  API server   ")


def test_a_phase_that_fails_is_not_called_done() -> None:
    out = io.StringIO()
    with pytest.raises(ValueError, match="broken"), ConsoleReporter(Console(file=out)).phase("API server"):
        raise ValueError("broken")
    assert out.getvalue() == ""


def test_a_terminal_gets_the_same_closing_line() -> None:
    out = io.StringIO()
    with ConsoleReporter(Console(file=out, force_terminal=True, width=100)).phase("API server"):
        pass
    assert "API server" in out.getvalue()
    assert " s" in out.getvalue()


def test_brackets_in_words_are_not_taken_for_markup() -> None:
    out = io.StringIO()
    ConsoleReporter(Console(file=out)).note("port [1] taken")
    assert "port [1] taken" in out.getvalue()
