"""One side of the comparison: a control plane, a stack of its own, and the plugins that act on it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parent / "program"
COMMAND_TIMEOUT_S = 240


@dataclass(frozen=True, kw_only=True)
class Plugins:
    """A directory of plugin binaries, which the engine finds on PATH.

    name: "official" or "bundled".
    """

    name: str
    directory: Path


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one engine command did.

    exit_code: of the Pulumi CLI. events: the engine's events, in order. text: what the CLI printed.
    """

    exit_code: int
    events: Sequence[Mapping[str, Any]]
    text: str


@dataclass(kw_only=True)
class Side:
    """Runs Pulumi and kubectl for one side.

    plugins: those in use now; `using` swaps them for a while (cross-over).
    tools: directories that hold pulumi, kubectl and the Python interpreter.
    """

    name: str
    plugins: Plugins
    kubeconfig: Path
    tools: Sequence[Path]
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def pulumi(
        self, stack: str, *command: str, modules: Sequence[str] = (), phase: int = 1, **environment: str
    ) -> Outcome:
        """Run one engine command on a stack and keep its events."""
        log = self.home / "events.json"
        log.unlink(missing_ok=True)
        done = self._run(
            ["pulumi", *command, "--stack", stack, "--non-interactive", "--event-log", str(log)],
            {"DIFFERENTIAL_MODULES": ",".join(modules), "DIFFERENTIAL_PHASE": str(phase), **environment},
        )
        lines = log.read_text().splitlines() if log.exists() else []
        events = [json.loads(line) for line in lines if line.strip()]
        return Outcome(exit_code=done.returncode, events=events, text=done.stdout + done.stderr)

    def make_stack(self, stack: str) -> None:
        """Create an empty stack in this side's backend."""
        (self.home / "backend").mkdir(parents=True, exist_ok=True)
        done = self._run(["pulumi", "stack", "init", stack, "--non-interactive"], {})
        assert done.returncode == 0, done.stderr

    def state(self, stack: str) -> dict[str, Any]:
        """The deployment part of the stack's checkpoint, as the file backend keeps it (secrets encrypted)."""
        file = self.home / "backend/.pulumi/stacks/differential" / f"{stack}.json"
        checkpoint: dict[str, Any] = json.loads(file.read_text())
        latest: dict[str, Any] = checkpoint["checkpoint"]["latest"]
        return latest

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """Act on the cluster behind Pulumi's back; returns standard output."""
        done = self._run(["kubectl", *arguments], {}, stdin=stdin)
        assert not check or done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def kubectl_error(self, *arguments: str) -> str:
        """What the API server says of a command, on standard error; empty when it is obeyed."""
        return self._run(["kubectl", *arguments], {}).stderr

    @contextmanager
    def using(self, plugins: Plugins) -> Iterator[None]:
        """Let the other plugins act on this side's stacks."""
        own, self.plugins = self.plugins, plugins
        try:
            yield
        finally:
            self.plugins = own

    def _run(
        self, command: Sequence[str], environment: Mapping[str, str], stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        path = [str(self.plugins.directory), *(str(tool) for tool in self.tools), os.environ.get("PATH", "")]
        passed = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
        return subprocess.run(
            command,
            cwd=PROGRAM,
            check=False,
            capture_output=True,
            text=True,
            input=stdin,
            timeout=COMMAND_TIMEOUT_S,
            env={
                **passed,
                "PATH": os.pathsep.join(path),
                "KUBECONFIG": str(self.kubeconfig),
                "PULUMI_HOME": str(self.home / "pulumi"),
                "PULUMI_BACKEND_URL": f"file://{self.home / 'backend'}",
                "PULUMI_CONFIG_PASSPHRASE": "differential",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_DEBUG_COMMANDS": "true",  # shows --event-log
                "PYTHONDONTWRITEBYTECODE": "1",
                **self.environment,
                **environment,
            },
        )
