"""How far a build is: live bars on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

LINE_EVERY_S = 10.0
"""Between plain lines; nobody waits a quarter of a minute without a sign of life."""


@dataclass
class Task:
    """Progress of one recipe. done and total count Go packages; written by one thread, read by another."""

    name: str
    reference_s: float
    state: str = "waiting"
    done: int = 0
    total: int = 0
    downloads: int = 0
    began: float | None = None
    ended: float | None = None

    def begin(self) -> None:
        self.began = time.monotonic()

    def finish(self) -> None:
        self.ended = time.monotonic()
        self.state = "done"

    @property
    def fraction(self) -> float:
        """Share of the work that is done; linking counts for the last twentieth."""
        if self.state == "done":
            return 1.0
        return 0.95 * min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def elapsed_s(self) -> float:
        return 0.0 if self.began is None else (self.ended or time.monotonic()) - self.began

    def words(self) -> str:
        """State in words: "compiling 512 of 1850 packages"."""
        if self.state == "downloading":
            return f"downloading sources ({self.downloads} modules)"
        if self.state == "compiling":
            return f"compiling {self.done} of {self.total} packages"
        return self.state


@dataclass
class Display:
    """Shows the tasks of a build on standard error. quiet: show nothing, for tests."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))
    quiet: bool = False
    line_every_s: float = LINE_EVERY_S
    expected_s: float = 0.0
    _tasks: Sequence[Task] = ()
    _live: Live | None = None
    _began: float = 0.0
    _last_line: float = 0.0

    def note(self, text: str) -> None:
        """One line."""
        if not self.quiet:
            self.console.print(text, markup=False)

    @contextmanager
    def show(self, tasks: Sequence[Task]) -> Iterator[None]:
        """Show `tasks` until the block ends, then one line with the time it took."""
        self._tasks, self._began = tasks, time.monotonic()
        self._last_line = self._began
        names = ", ".join(task.name for task in tasks)
        self.note(
            f"building {names} from pinned sources; this is done once and kept. From nothing it takes about "
            f"{_clock(self.expected_s)} on this machine, less when Go has compiled parts of it before. "
            "Interrupt it whenever you like: the next run goes on."
        )
        if self.console.is_terminal and not self.quiet:
            with Live(self._table(), console=self.console, refresh_per_second=4) as live:
                self._live = live
                yield
                live.update(self._table())
            self._live = None
        else:
            yield
        self.note(f"built {names} in {_clock(time.monotonic() - self._began)}")

    def refresh(self) -> None:
        """Called often; draws when it is time."""
        if self._live:
            self._live.update(self._table())
        elif not self.quiet and time.monotonic() - self._last_line >= self.line_every_s:
            self._last_line = time.monotonic()
            parts = "; ".join(f"{task.name}: {task.words()}" for task in self._tasks)
            self.note(f"  {_clock(time.monotonic() - self._began)} {parts}{self._left()}")

    def _table(self) -> Group:
        table = Table.grid(padding=(0, 2))
        for task in self._tasks:
            bar = ProgressBar(total=1.0, completed=task.fraction, width=30)
            table.add_row(task.name, bar, Text(task.words()), _clock(task.elapsed_s))
        return Group(table, Text(f"{_clock(time.monotonic() - self._began)} elapsed{self._left()}"))

    def _left(self) -> str:
        """Estimate from the share done, each recipe weighed by its measured time; empty while it would be a guess."""
        whole = sum(task.reference_s for task in self._tasks)
        share = sum(task.reference_s * task.fraction for task in self._tasks) / whole if whole else 0.0
        if share < 0.05 or share >= 1.0:
            return ""
        elapsed = time.monotonic() - self._began
        return f"; about {_clock(elapsed / share - elapsed)} left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
