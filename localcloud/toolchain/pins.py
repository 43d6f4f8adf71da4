"""The pins, read: which tools there are, from which module, and what makes a found version fit."""

import hashlib
import platform
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent
_VERSION = re.compile(r"(?<![\w.])v?(\d+)\.(\d+)\.(\d+)")

Version = tuple[int, int, int]


@dataclass(frozen=True)
class PinnedTool:
    """One program. ask: arguments that make it print its version."""

    name: str
    package: str
    ask: tuple[str, ...]


@dataclass(frozen=True)
class Pin:
    """One Go module and the programs built from it. files: what is kept of its sources, name to path in the module.
    on_demand: built when somebody asks for it, and not among all the tools."""

    name: str
    module: str
    version: str
    fits: Literal["minor", "major"]
    reference_s: int
    variables: Mapping[str, str]
    tools: tuple[PinnedTool, ...]
    files: Mapping[str, str]
    on_demand: bool = False

    @property
    def directory(self) -> Path:
        """Holds the go.mod and go.sum that fix every dependency of the build."""
        return _HERE / "modules" / self.name

    def accepts(self, version: Version | None) -> bool:
        """Whether a program of this version may be used in place of the pinned one."""
        pinned = parse_version(self.version)
        if version is None or pinned is None:
            return False
        if self.fits == "minor":
            return version[:2] == pinned[:2]
        return version[0] == pinned[0] and version >= pinned

    def wanted(self) -> str:
        """What `accepts` accepts, for a message."""
        return f"{self.version} or another patch of it" if self.fits == "minor" else f"{self.version} or newer"

    def digest(self) -> str:
        """Changes with everything that the built programs depend on; the same on every machine of a kind."""
        parts = [self.name, self.module, self.version, platform.system(), platform.machine()]
        parts += [f"{key}={value}" for key, value in sorted(self.variables.items())]
        parts += [f"{tool.name}={tool.package}" for tool in self.tools]
        parts += [f"{name}<{path}" for name, path in sorted(self.files.items())]
        # Sources of our own, where the program is not the module's.
        sources = sorted(file.name for file in self.directory.glob("*.go"))
        return digest([*parts, *((self.directory / name).read_text() for name in ("go.mod", "go.sum", *sources))])


@dataclass(frozen=True)
class Pins:
    """All of pins.toml. minimum_go: the oldest Go that builds every module."""

    minimum_go: str
    pins: tuple[Pin, ...]

    def of(self, tool: str) -> tuple[Pin, PinnedTool] | None:
        """The pin that a tool comes from."""
        for pin in self.pins:
            for one in pin.tools:
                if one.name == tool:
                    return pin, one
        return None


@cache
def load_pins(file: Path = _HERE / "pins.toml") -> Pins:
    """Read pins.toml. Raises KeyError or ValueError when it is wrong, which only a change to it can cause."""
    data = tomllib.loads(file.read_text())
    minimum_go = data.pop("minimum_go")
    return Pins(minimum_go, tuple(_pin(name, table) for name, table in data.items()))


def parse_version(text: str) -> Version | None:
    """The first version number in a program's output."""
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def digest(parts: Iterable[str]) -> str:
    """16 hexadecimal digits over the parts and where one ends and the next begins."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode()
        sha.update(f"{len(data)}:".encode() + data)
    return sha.hexdigest()[:16]


def _pin(name: str, table: dict[str, object]) -> Pin:
    fits, tools, variables, files, reference_s = (
        table["fits"],
        table["tools"],
        table.get("variables", {}),
        table.get("files", {}),
        table["reference_s"],
    )
    if fits not in {"minor", "major"} or not isinstance(reference_s, int):
        raise ValueError(f"pins.toml: wrong fits or reference_s of {name}")
    if not isinstance(tools, dict) or not isinstance(variables, dict) or not isinstance(files, dict):
        raise ValueError(f"pins.toml: tools, variables and files of {name} must be tables")
    return Pin(
        name=name,
        module=str(table["module"]),
        version=str(table["version"]),
        fits="minor" if fits == "minor" else "major",
        reference_s=reference_s,
        variables={str(key): str(value) for key, value in variables.items()},
        tools=tuple(PinnedTool(tool, entry["package"], tuple(entry["ask"])) for tool, entry in tools.items()),
        files={str(key): str(value) for key, value in files.items()},
        on_demand=table.get("on_demand") is True,
    )
