"""Runs Pulumi programs in throw-away projects through a chosen set of plugins, and reads what the engine says."""

from __future__ import annotations

import json
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.toolchain import tool

ROOT = Path(__file__).parents[2]
OFFICIAL_VARIABLE = "TENANTPLANE_OFFICIAL_PLUGINS"
PLUGINS = ("pulumi-language-python", "pulumi-resource-random")
TIMEOUT_S = 300
COLOURS = re.compile(r"<\{%[a-z0-9 ]*%\}>|\x1b\[[0-9;]*m")


def bundled_plugins(folder: Path) -> Path:
    """Fill a folder with the engine and our own plugins."""
    for name in ("pulumi", *PLUGINS):
        (folder / name).symlink_to(tool(name))
    return folder


def official_plugins(folder: Path) -> Path:
    """Fill a folder with the engine and the official plugins; skips the test where they are not to be had."""
    given = os.environ.get(OFFICIAL_VARIABLE)
    source = Path(given) if given else ROOT.parent / "shared/plugins"
    (folder / "pulumi").symlink_to(tool("pulumi"))
    for name in (*PLUGINS, "pulumi-language-python-exec"):
        plain, packed = source / name, source / f"{name}.xz"
        if packed.is_file():
            with lzma.open(packed) as content, (folder / name).open("wb") as target:
                shutil.copyfileobj(content, target)
        elif plain.is_file():
            shutil.copy(plain, folder / name)
        else:
            pytest.skip(f"the official plugins are not here: no {plain}; name their folder in {OFFICIAL_VARIABLE}")
        (folder / name).chmod(0o755)
    return folder


@dataclass(frozen=True)
class Outcome:
    """What one command did. code: its exit code; text: all it printed; events: the engine's, in order."""

    code: int
    text: str
    events: Sequence[Mapping[str, Any]]

    @property
    def errors(self) -> list[str]:
        """Error messages, without colours and trailing space."""
        return self._messages("error")

    @property
    def said(self) -> list[str]:
        """What the program printed or logged for information."""
        return [
            line for message in self._messages("info") + self._messages("info#err") for line in message.splitlines()
        ]

    @property
    def steps(self) -> dict[str, str]:
        """Operation of each resource by its name; providers left out, whose names carry versions."""
        found = {}
        for event in self.events:
            metadata = event.get("resourcePreEvent", {}).get("metadata", {})
            if metadata and not metadata["type"].startswith("pulumi:providers:"):
                found[metadata["urn"].rsplit("::", 1)[1]] = metadata["op"]
        return found

    @property
    def replaced_for(self) -> dict[str, list[str]]:
        """For each resource to be replaced, the properties that ask for it."""
        found = {}
        for event in self.events:
            metadata = event.get("resourcePreEvent", {}).get("metadata", {})
            if metadata.get("keys"):
                found[metadata["urn"].rsplit("::", 1)[1]] = sorted(metadata["keys"])
        return found

    def _messages(self, severity: str) -> list[str]:
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [COLOURS.sub("", one["message"]).strip() for one in found if one["severity"] == severity]


@dataclass
class Project:
    """A Pulumi project in a directory, with a backend of its own and one stack, `dev`.

    plugins: folder with the engine and the plugins it is to use. options: of the Python runtime.
    """

    directory: Path
    plugins: Path
    name: str = "project"
    options: Mapping[str, str] = field(default_factory=lambda: {"virtualenv": sys.prefix})
    main: str | None = None

    def __post_init__(self) -> None:
        for folder in ("program", "backend", "home"):
            (self.directory / folder).mkdir(parents=True, exist_ok=True)
        settings: dict[str, Any] = {"name": self.name, "runtime": {"name": "python", "options": dict(self.options)}}
        if self.main:
            settings["main"] = self.main
        (self.program / "Pulumi.yaml").write_text(json.dumps(settings))  # JSON is YAML

    @property
    def program(self) -> Path:
        """Directory of Pulumi.yaml."""
        return self.directory / "program"

    @property
    def environment(self) -> dict[str, str]:
        """Of every command: nothing of the person's own Pulumi."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.plugins), os.environ["PATH"]]),
            "PULUMI_HOME": str(self.directory / "home"),
            "PULUMI_BACKEND_URL": (self.directory / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def write(self, files: Mapping[str, str] | str) -> Project:
        """Write the program: its files by path, or the text of __main__.py. What was there before goes."""
        for old in self.program.rglob("*.py"):
            old.unlink()
        for path, text in ({"__main__.py": files} if isinstance(files, str) else files).items():
            (self.program / path).parent.mkdir(parents=True, exist_ok=True)
            (self.program / path).write_text(text)
        return self

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in a session of its own, without waiting for it."""
        return subprocess.Popen(
            [str(self.plugins / "pulumi"), *command, "--non-interactive"],
            cwd=self.program,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def plain(self, *command: str) -> Outcome:
        """Run a command that has no events."""
        running = self.start(*command)
        try:
            text, _ = running.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise
        return Outcome(running.returncode, COLOURS.sub("", text), ())

    def run(self, operation: str, *flags: str) -> Outcome:
        """Run preview, up, refresh or destroy on the stack, which is made when it is not there."""
        if not (self.directory / f"backend/.pulumi/stacks/{self.name}/dev.json").exists():
            made = self.plain("stack", "init", "dev")
            assert made.code == 0, made.text
        log = self.directory / "events.json"
        log.unlink(missing_ok=True)
        agreed = () if operation == "preview" else ("--yes", "--skip-preview")
        done = self.plain(operation, "--stack", "dev", "--event-log", str(log), *agreed, *flags)
        lines = log.read_text().splitlines() if log.exists() else []
        return Outcome(done.code, done.text, [json.loads(line) for line in lines if line.strip()])

    def state(self) -> list[dict[str, Any]]:
        """The resources of the stack, secrets in the clear."""
        exported = self.plain("stack", "export", "--stack", "dev", "--show-secrets")
        assert exported.code == 0, exported.text
        resources: list[dict[str, Any]] = json.loads(exported.text)["deployment"].get("resources", [])
        return resources
