"""Where each tool comes from: PATH, then $TENANTPLANE_TOOLCHAIN, then our own build."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from localcloud.errors import LocalcloudError
from localcloud.toolchain import store
from localcloud.toolchain.build import build, estimate_s
from localcloud.toolchain.display import Display
from localcloud.toolchain.pins import PinnedTool, digest, load_pins, parse_version
from localcloud.toolchain.recipes import LANGUAGE_HOST, PROVIDER_TOOLS, Recipe, recipes

TOOLCHAIN_VARIABLE = "TENANTPLANE_TOOLCHAIN"
_ASK_TIMEOUT_S = 30.0

_resolved: dict[tuple[str, str, str], Path] = {}


@dataclass(frozen=True)
class Tool:
    """A tool that can be run. source: "PATH", "TENANTPLANE_TOOLCHAIN" or "built"."""

    name: str
    path: Path
    source: str


def tool_names() -> tuple[str, ...]:
    """Every tool there is."""
    return tuple(one.name for pin in load_pins().pins for one in pin.tools) + PROVIDER_TOOLS


def _usual() -> tuple[str, ...]:
    rare = {one.name for pin in load_pins().pins if pin.on_demand for one in pin.tools}
    return tuple(name for name in tool_names() if name not in rare)


def tool(name: str, display: Display | None = None) -> Path:
    """Path of a tool, built when it must be (with progress on standard error).

    Raises LocalcloudError for an unknown name, and when building is impossible.
    """
    key = (name, os.environ.get("PATH", ""), os.environ.get(TOOLCHAIN_VARIABLE, ""))
    if name in PROVIDER_TOOLS or key not in _resolved:  # the sources of our providers may change at any time
        _resolved[key] = tools((name,), display)[0].path
    return _resolved[key]


def tools(names: Iterable[str] | None = None, display: Display | None = None) -> tuple[Tool, ...]:
    """Several tools at once, default all but those on demand: what is missing is built in one go."""
    wanted = tuple(names) if names is not None else _usual()
    for name in wanted:
        if name not in tool_names():
            raise LocalcloudError(f"there is no tool {name!r}; allowed: {', '.join(tool_names())}")
    found = {name: one for name in wanted if (one := _found(name)) is not None}
    missing = [name for name in wanted if name not in found]
    if missing:
        needed = [recipe for recipe in recipes() if any(name in recipe.packages for name in missing)]
        _build_missing(needed, display or Display())
        for recipe in needed:
            found |= {name: Tool(name, recipe.output / name, "built") for name in missing if name in recipe.packages}
    return tuple(found[name] for name in wanted)


def kept_files(pin: str, display: Display | None = None) -> Path:
    """Directory with the files that a pin keeps of its module, such as its CRDs; built when it must be.

    They come from the pinned sources wherever its programs come from. Raises LocalcloudError when building is
    impossible, KeyError for a pin that is not there.
    """
    recipe = {one.name: one for one in recipes()}[pin]
    _build_missing([recipe], display or Display())
    return recipe.output


def bundle(display: Display | None = None) -> Path:
    """A directory with `pulumi` and our language host side by side, where the engine looks for it.

    For a Pulumi CLI that comes without one; one that has its own is used from where it is. The providers are not in it:
    the engine would take them from PATH and warn of it, though PULUMI_HOME holds them at the version it asks for.
    """
    programs = {one.name: one.path for one in tools(("pulumi", LANGUAGE_HOST, "kubectl"), display)}
    marks = [f"{name}={path}:{path.stat().st_mtime_ns}" for name, path in sorted(programs.items())]
    return store.bundle(digest(marks), programs)


def has_own_language_host(pulumi: Path) -> bool:
    """Whether a Pulumi CLI has the official language host for Python beside it."""
    return (pulumi.resolve().parent / LANGUAGE_HOST).is_file()


def _build_missing(needed: list[Recipe], display: Display) -> None:
    missing = [recipe for recipe in needed if not recipe.built]
    if missing:
        display.expected_s = estimate_s(missing)
        build(missing, display)
        store.prune("providers", keep=(recipe.output for recipe in needed))


def _found(name: str) -> Tool | None:
    """The tool where this machine has it at a fitting version; our own providers are built from their sources."""
    pinned = load_pins().of(name)
    if pinned is None:
        return None
    pin, one = pinned
    for source, directory in _places():
        program = directory / name
        if program.is_file() and os.access(program, os.X_OK) and pin.accepts(_version(program, one)):
            return Tool(name, program, source)
    return None


def _places() -> Iterator[tuple[str, Path]]:
    ours = store.root()
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if directory and not Path(directory).is_relative_to(ours):
            yield "PATH", Path(directory)
    given = os.environ.get(TOOLCHAIN_VARIABLE)
    if given:
        yield TOOLCHAIN_VARIABLE, Path(given).expanduser().absolute()


def _version(program: Path, one: PinnedTool) -> tuple[int, int, int] | None:
    """What a program says its version is; None when it cannot say: a wrapper, another platform's, a broken one."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        said = subprocess.run(
            [str(program), *one.ask], capture_output=True, text=True, env=quiet, timeout=_ASK_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return parse_version(said.stdout) if said.returncode == 0 else None
