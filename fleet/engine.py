"""Runs the Pulumi engine on one stack, and follows what it does."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from fleet.errors import FleetError
from fleet.events import Changes
from fleet.following import follow
from fleet.locks import is_locked_out, locks_in
from fleet.recovery import recover
from fleet.stacks import Stack
from fleet.state import StackState, StateReader

Verb = Literal["preview", "up", "refresh", "destroy", "drift"]
"""drift: what a refresh would find, and nothing is written."""

_READS: Final = ("preview", "drift")
_COMMANDS: Final[dict[Verb, str]] = {"drift": "refresh"}
"""What the engine calls a verb that it does not call the same."""

_QUIET: Final = ("--suppress-outputs", "--suppress-progress")
_FLAGS: Final[dict[Verb, tuple[str, ...]]] = {
    "preview": _QUIET,
    # The plan was looked at with `preview`; computing it once more would double the time of an update.
    "up": ("--yes", "--skip-preview", *_QUIET),
    "refresh": ("--yes", "--skip-preview", *_QUIET),
    "drift": ("--preview-only", *_QUIET),
    # Tenants' namespaces are protected. Who may remove a whole environment all the same is decided before
    # (fleet/cli.py).
    "destroy": ("--yes", "--skip-preview", "--ignore-protect", *_QUIET),
}
_ENVIRONMENT: Final[dict[Verb, dict[str, str]]] = {
    # Twice per resource the engine writes the whole state, three quarters of its time. What a removal has done needs no
    # such record: doing it again does nothing. Where one is killed, its mark makes the next run look at the cluster.
    "destroy": {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"},
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one run on one stack ended.

    exit_code: the engine's; None when it was not run, for the reason in `skipped`. notes: what was done besides, in
    plain words. log: file with all the engine printed. output: its end.
    """

    stack: Stack
    changes: Changes
    exit_code: int | None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    skipped: str = ""
    log: Path | None = None
    output: str = ""

    @property
    def failed(self) -> bool:
        """Whether the run ended badly."""
        return self.exit_code not in (0, None)


class Engine:
    """The Pulumi command on the stacks of one project.

    root: the project's folder. environment: variables to run with. folder: for logs and scratch files. stacks: names of
    all stacks of the environment. Safe to use from many threads.
    """

    def __init__(
        self, root: Path, project: str, environment: Mapping[str, str], folder: Path, stacks: Sequence[str] = ()
    ) -> None:
        # The event log is an unlisted option of the command, which the Automation API uses too; this variable lists it.
        self._environment = {**environment, "PULUMI_DEBUG_COMMANDS": "true"}
        self._root = root
        self._project = project
        self._folder = folder
        self._stacks = tuple(stacks)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self._stopping = False
        self.reader = StateReader(project, environment, root)

    def run(self, verb: Verb, stack: Stack, watch: Callable[[Changes], None], flags: Sequence[str] = ()) -> Outcome:
        """Runs one verb on one stack to its end, after making the stack or recovering it where that is needed."""
        began = time.monotonic()
        notes: list[str] = []
        state = self.state(stack)
        if not state.exists:
            if verb in ("refresh", "destroy", "drift"):
                return Outcome(stack=stack, changes=Changes(), exit_code=None, skipped="was never applied")
            self.make(stack)
        if verb not in _READS:
            recover(self, stack, state, notes, watch)
        if state.stale and verb in ("preview", "up"):
            flags = (*flags, "--refresh")
            notes.append("a removal was killed half-way: looked at the cluster first")
        outcome = self._unlocked(verb, stack, watch, (*_FLAGS[verb], *flags), notes)
        return replace(outcome, seconds=time.monotonic() - began, notes=tuple(notes))

    def state(self, stack: Stack) -> StackState:
        """What is recorded of a stack."""
        read = self.reader.read(stack.name)
        return replace(read, stale=read.exists and self._mark(stack).exists())

    def _mark(self, stack: Stack) -> Path:
        """A file that is there from the beginning of a removal until a run that ends well."""
        return self._folder / "removals" / stack.name

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self._root

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that it runs with."""
        return self._environment

    def add_environment(self, variables: Mapping[str, str]) -> None:
        """Adds variables for the runs that begin from now on."""
        self._environment.update(variables)

    def interrupt(self) -> None:
        """Asks every running engine to stop: it ends the operations under way and writes its state."""
        self._stopping = True
        with self._guard:
            for process in self._running:
                process.send_signal(signal.SIGINT)

    def make(self, stack: Stack) -> None:
        """Makes a stack that does not exist yet."""
        done = self._command(["stack", "init", stack.name, "--no-select", "--non-interactive"], self._root)
        if done.returncode != 0 and "already exists" not in done.stdout:
            raise FleetError(f"stack {stack.name!r} cannot be made: {done.stdout.strip()}")

    def output(self, *arguments: str, given: str | None = None) -> str:
        """What a short command of the engine prints. given: its standard input. Raises FleetError with its words when
        it fails."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self._root,
            env=self._environment,
            input=given or "",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise FleetError(f"`pulumi {' '.join(arguments[:2])}` failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def deployment_in_clear(self, stack: Stack) -> Mapping[str, Any]:
        """A stack's deployment with its secrets in the clear, which nobody may print or write; empty for a stack never
        made."""
        if not self.state(stack).exists:
            return {}
        text = self.output("stack", "export", "--show-secrets", "--stack", stack.name)
        return json.loads(text).get("deployment") or {}

    def ids(self, stack: Stack) -> frozenset[str]:
        """Ids of all that a stack and the environment's others have in their states."""
        deployments = (self.reader.deployment(name) or {} for name in {stack.name, *self._stacks})
        return frozenset(
            str(each["id"]) for held in deployments for each in held.get("resources") or () if each.get("id")
        )

    def answers_file(self, stack: Stack) -> Path:
        """Where a person writes what became of creations that nobody else can know of."""
        return self._folder / "found" / f"{stack.name}.txt"

    def write(self, stack: Stack, exported: Mapping[str, Any], notes: list[str]) -> None:
        """Writes a stack's state. exported: as the engine exports it. Raises FleetError with the engine's words."""
        arguments, given = ["stack", "import", "--stack", stack.name, "--non-interactive"], json.dumps(exported)
        done = self._command(arguments, self._root, given=given)
        if done.returncode != 0 and self._freed(stack, done.stdout, notes):
            done = self._command(arguments, self._root, given=given)
        if done.returncode != 0:
            raise FleetError(f"the state of stack {stack.name!r} cannot be written: {done.stdout.strip()}")

    def read(self, stack: Stack, urns: Sequence[str], notes: list[str]) -> None:
        """Refreshes some resources of a stack. Raises FleetError with the engine's words."""
        targets = [each for urn in urns for each in ("--target", urn)]
        done = self._unlocked("refresh", stack, lambda _: None, (*_FLAGS["refresh"], *targets), notes)
        if done.failed:
            raise FleetError(f"stack {stack.name!r}: what an earlier run left cannot be read:\n{done.output}")

    def _unlocked(
        self, verb: Verb, stack: Stack, watch: Callable[[Changes], None], flags: Sequence[str], notes: list[str]
    ) -> Outcome:
        """Runs a verb; takes away a lock whose holder is gone, and runs it once more."""
        outcome = self._execute(verb, stack, watch, flags)
        if outcome.failed and self._freed(stack, outcome.output, notes):
            return self._execute(verb, stack, watch, flags)
        return outcome

    def _freed(self, stack: Stack, output: str, notes: list[str]) -> bool:
        """Whether a lock was in the way whose holder is gone, and was taken away. Raises FleetError for one whose
        holder lives."""
        if not is_locked_out(output):
            return False
        locks = locks_in(output)
        alive = [lock for lock in locks if lock.holder_lives() is not False]
        if alive or not locks:
            listed = "; ".join(map(str, alive)) or "an unknown process"
            raise FleetError(
                f"stack {stack.name!r} is locked by {listed}. Wait for it to end. If you know that it is dead: "
                f"`pulumi cancel {stack.name}`"
            )
        done = self._command(["cancel", "--yes", "--stack", stack.name, "--non-interactive"], self._root)
        if done.returncode != 0:
            raise FleetError(f"stack {stack.name!r}: its stale lock cannot be removed: {done.stdout.strip()}")
        notes.append(f"removed the lock of {'; '.join(map(str, locks))}, which is no longer there")
        return True

    def _execute(self, verb: Verb, stack: Stack, watch: Callable[[Changes], None], flags: Sequence[str]) -> Outcome:
        logs = self._folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        events, log = logs / f"{stack.name}.{verb}.events", logs / f"{stack.name}.{verb}.log"
        events.write_bytes(b"")
        command = [
            "pulumi",
            _COMMANDS.get(verb, verb),
            "--stack",
            stack.name,
            "--config-file",
            str(stack.file),
            "--non-interactive",
        ]
        changes = Changes(drift=verb == "drift")
        with log.open("wb") as output, events.open("rb") as lines:
            if self._stopping:
                return Outcome(stack=stack, changes=changes, exit_code=None, skipped="stopped before it began")
            mark = self._mark(stack)
            if verb == "destroy":
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
            # In a session of its own: the terminal's Ctrl-C reaches fleet alone, which passes it on once.
            process = subprocess.Popen(
                [*command, "--color", "never", "--event-log", str(events), *flags],
                cwd=self._root,
                env={**self._environment, **_ENVIRONMENT.get(verb, {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            with self._guard:
                self._running.add(process)
            try:
                follow(process, lines, changes, watch)
            finally:
                with self._guard:
                    self._running.discard(process)
        events.unlink(missing_ok=True)
        if verb not in _READS and process.returncode == 0:
            mark.unlink(missing_ok=True)
        text = log.read_text(errors="replace")
        return Outcome(
            stack=stack,
            changes=changes,
            exit_code=process.returncode,
            log=log,
            output="\n".join(text.splitlines()[-40:]),
        )

    def _command(self, arguments: Sequence[str], folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
        """A short command of the engine, its two outputs in one. given: its standard input."""
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=folder,
            env=self._environment,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
