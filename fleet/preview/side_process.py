"""A revision's own process, and what it is asked (fleet/preview/side.py)."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from fleet.errors import FleetError
from fleet.preview.renderable import Renderable

_CHECKOUT: Final = Path(__file__).resolve().parents[2]


class SideProcess:
    """A revision in the folder `root`. Use as a context; each request waits for its answer.

    name: for messages, such as "the base". beside: see fleet.preview.side.main.
    """

    def __init__(self, root: Path, environment: str, name: str, *, beside: bool = False) -> None:
        self.name = name
        # What it writes is ours to remove, since it is killed when it is no longer asked.
        self._folder = tempfile.TemporaryDirectory(prefix="tenantplane-side-")
        self._said = Path(self._folder.name) / "said"
        with self._said.open("wb") as said:
            self._process = self._start(root, environment, said, beside=beside)

    def _start(self, root: Path, environment: str, said: IO[bytes], *, beside: bool) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "fleet.preview.side", str(root), environment, *(["--beside"] if beside else [])],
            cwd=_CHECKOUT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": self._folder.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def describe(self) -> dict[str, Any]:
        """Its catalogue and stacks; see Side.describe."""
        return self._ask(ask="describe")

    def take(self, stacks: Iterable[Renderable]) -> None:
        """Tells it its stacks; see Side.take."""
        self._ask(ask="take", stacks=[asdict(each) for each in stacks])

    def render(self, stack: str, tenants: list[str] | None, salt: str, *, named: bool = False) -> list[dict[str, Any]]:
        """What its program registers for a stack; see Side.render. Raises FleetError with the program's words."""
        asked = {
            "ask": "render",
            "stack": stack,
            "tenants": tenants,
            "salt": salt,
            **({"named": True} if named else {}),
        }
        answer: list[dict[str, Any]] = self._ask(**asked)["resources"]
        return answer

    def refusals(self, recorded: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """What an update would refuse; see Side.refusals."""
        answer: list[str] = self._ask(ask="refusals", recorded=recorded)["refusals"]
        return answer

    def _ask(self, **request: Any) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise FleetError(f"{self.name} cannot be looked at:\n{self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if error := answer.get("error"):
            raise FleetError(f"{self.name} cannot be rendered: {error}")
        return answer

    def _last_words(self) -> str:
        self._process.communicate()
        said = self._said.read_text(errors="replace")
        return "\n".join(said.strip().splitlines()[-5:]) or "its process ended without a word"
