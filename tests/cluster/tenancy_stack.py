"""A stack of this project, run by the real engine as a user runs it."""

import atexit
import json
import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fleet.program_server import serving
from localcloud import pulumi_environment

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 500
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """One command of the engine: how it ended and what it said."""

    code: int
    said: str

    @property
    def changes(self) -> dict[str, int]:
        """The closing count by operation, such as {"create": 3, "unchanged": 7}."""
        _, _, tail = self.said.rpartition("Resources:\n")
        words = {"created": "create", "updated": "update", "deleted": "delete", "replaced": "replace"}
        counted = re.findall(r"^\s+[+~\-± ]*\s*(\d+) (created|updated|deleted|replaced|unchanged)", tail, re.MULTILINE)
        return {words.get(what, what): int(count) for count, what in counted}


@cache
def program_server() -> Mapping[str, str]:
    """As fleet has one: variables that spare each run of the engine two seconds of imports. It ends with the worker."""
    context = ExitStack()
    atexit.register(context.close)
    return context.enter_context(serving(ROOT))


class TenancyStack:
    """A stack with a configuration file of its own outside the checkout."""

    def __init__(self, name: str, folder: Path, config: Mapping[str, str]) -> None:
        self.name = name
        self.environment = {**os.environ, **pulumi_environment(ROOT), **program_server()}
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"Pulumi.{name}.yaml"
        # Beside a project of the same name: there the engine finds the salt when it makes the stack.
        (folder / "Pulumi.yaml").write_text("name: tenantplane\nruntime: python\n")
        (salt,) = re.findall(r"^encryptionsalt: .*$", (ROOT / "Pulumi.local.yaml").read_text(), re.MULTILINE)
        lines = [salt, "config:", *(f"  tenantplane:{key}: {json.dumps(value)}" for key, value in config.items())]
        self.file.write_text("\n".join(lines) + "\n")
        made = self.run(["stack", "init", name, "--no-select"], folder)
        assert made.code == 0 or "already exists" in made.said, made.said

    def up(self, *flags: str, check: bool = True) -> Run:
        """`pulumi up` without its preview. Raises AssertionError with the engine's words unless it may fail."""
        return self._stack("up", "--yes", "--skip-preview", *flags, check=check)

    def preview(self, *flags: str, check: bool = True) -> Run:
        """`pulumi preview`."""
        return self._stack("preview", *flags, check=check)

    def destroy(self) -> Run:
        """`pulumi destroy`, protected namespaces included: for the end of a test."""
        return self._stack("destroy", "--yes", "--skip-preview", "--ignore-protect", check=True)

    def changed(self) -> dict[str, str]:
        """What a preview would do: operation by URN, without what stays as it is."""
        said = self._stack("preview", "--json", check=True).said
        steps = json.loads(said[said.index("{") :])["steps"]
        return {step["urn"]: step["op"] for step in steps if step["op"] != "same"}

    def _stack(self, verb: str, *flags: str, check: bool) -> Run:
        command = [verb, "--stack", self.name, "--config-file", str(self.file), "--color=never", *flags]
        done = self.run(command, ROOT)
        assert not check or done.code == 0, f"pulumi {verb} failed:\n{done.said}"
        return done

    def run(self, command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> Run:
        """Any command of the engine in a folder, with this stack's state and plugins. environment: more variables."""
        done = subprocess.run(
            ["pulumi", *command, "--non-interactive"],
            cwd=folder,
            env={**self.environment, **(environment or {})},
            stdout=subprocess.PIPE,
            # A JSON answer stays readable; everything else wants the diagnostics as well.
            stderr=subprocess.DEVNULL if "--json" in command else subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return Run(done.returncode, _ANSI.sub("", done.stdout))
