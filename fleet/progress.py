"""What a person sees while stacks are under way: a live table on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fleet.engine import Outcome, Verb
from fleet.events import Changes

DOING: Final[dict[Verb, str]] = {
    "preview": "previewing",
    "up": "applying",
    "refresh": "reading",
    "destroy": "removing",
    "drift": "looking",
}
HEARTBEAT_S: Final = 5.0
"""On anything that is no terminal, how often a line says how far things are."""


class Progress:
    """Shows how far each stack is. Use as a context; `watch` and `done` may be called from any thread.

    expected: resources each stack has by its state, by name; the share that is done is shown where it is known.
    """

    def __init__(self, console: Console, verb: Verb, expected: Mapping[str, int]) -> None:
        self._console = console
        self._verb = verb
        self._expected = expected
        self._running: dict[str, tuple[float, Changes]] = {}
        self._finished = 0
        self._guard = threading.Lock()
        self._last_line = time.monotonic()
        self._live = (
            Live(get_renderable=self._table, console=console, refresh_per_second=6, transient=True)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def watch(self, stack: str) -> Callable[[Changes], None]:
        """A function that takes the changes of a stack each time there is news."""
        began = time.monotonic()

        def news(changes: Changes) -> None:
            with self._guard:
                self._running[stack] = (began, changes)
                if not self._live and time.monotonic() - self._last_line > HEARTBEAT_S:
                    self._last_line = time.monotonic()
                    under_way = "; ".join(
                        f"{name} {self._far(name, each)}" for name, (_, each) in self._running.items()
                    )
                    self._console.print(f"  {DOING[self._verb]}: {under_way}", markup=False)

        return news

    def done(self, outcome: Outcome) -> None:
        """Takes a stack off the list and says how it ended."""
        name = outcome.stack.name
        with self._guard:
            self._running.pop(name, None)
            self._finished += 1
            self._last_line = time.monotonic()
        if outcome.skipped:
            self._console.print(Text(f"  - {name}: {outcome.skipped}", style="dim"))
            return
        word, style = ("failed", "red") if outcome.failed else ("done", "green")
        count = outcome.changes.changed
        changed = "nothing to change" if not count else f"{count} change{'s' if count > 1 else ''}"
        line = Text(f"  {'x' if outcome.failed else '+'} ", style=style)
        line.append(f"{name}: {word} in {outcome.seconds:.1f} s, {changed}", style="")
        self._console.print(line)
        for note in outcome.notes:
            self._console.print(Text(f"      {note}", style="yellow"))

    def _far(self, name: str, changes: Changes) -> str:
        expected = self._expected.get(name, 0)
        if not changes.started:
            return "starting"
        of = f" of {expected}" if expected >= changes.finished and expected else ""
        return f"{changes.finished}{of}"

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        with self._guard:
            for name, (began, changes) in self._running.items():
                table.add_row(
                    Text("  >", style="cyan"),
                    name,
                    self._far(name, changes),
                    f"{time.monotonic() - began:4.0f} s",
                    Text(changes.current[:60], style="dim"),
                )
        return table
