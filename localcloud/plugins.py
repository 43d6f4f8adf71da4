"""Pulumi plugins: the official ones where the person has them, our own where not."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from localcloud import toolchain
from localcloud.errors import LocalcloudError
from localcloud.files import explain_full_disk, write_whole
from localcloud.paths import checkout

CHOICE_VARIABLE = "TENANTPLANE_PLUGINS"
"""Unset or "auto": official where installed, else bundled, and for what is behind this machine's AWS always bundled.
"bundled" or "official": those and no others."""

_CHOICES = ("auto", "bundled", "official")


@dataclass(frozen=True)
class Provider:
    """A resource plugin. package: the Python SDK whose version the engine asks for.

    module: where ours is a Python module and no tool (docs/decisions/0015).
    of_machine: whether only ours starts what its resources are here: behind the official one a cluster of EKS would be
    a record at moto without a control plane.
    """

    name: str
    package: str
    module: str = ""
    of_machine: bool = False

    @property
    def program(self) -> str:
        return f"pulumi-resource-{self.name}"

    @property
    def folder(self) -> str:
        """Its directory among the plugins of a PULUMI_HOME."""
        return f"resource-{self.name}-v{version(self.package)}"


PROVIDERS = (
    Provider("kubernetes", "pulumi-kubernetes"),
    Provider("random", "pulumi-random"),
    Provider("aws", "pulumi-aws", module="localcloud.aws.provider", of_machine=True),
)


def install(home: Path) -> bool:
    """Put each provider into the PULUMI_HOME `home` at the version its SDK asks for; True when all of them are ours.

    Raises LocalcloudError for an unknown choice in $TENANTPLANE_PLUGINS.
    """
    choice = os.environ.get(CHOICE_VARIABLE, "auto")
    if choice not in _CHOICES:
        raise LocalcloudError(f"{CHOICE_VARIABLE} is {choice!r}; allowed: {', '.join(_CHOICES)}")
    bundled = True
    for provider in PROVIDERS:
        own = choice == "bundled" or (choice == "auto" and provider.of_machine)
        official = None if own else _official(provider, home)
        if official is not None:
            _put(official, home / "plugins" / provider.folder / provider.program)
            bundled = False
        elif choice == "official":
            _take_away(home / "plugins" / provider.folder)  # the engine downloads it, or says why it cannot
            bundled = False
        else:
            _put(_ours(provider, home), home / "plugins" / provider.folder / provider.program)
    return bundled


def pulumi_folder() -> Path:
    """Directory of a `pulumi` that finds a language host for Python beside itself, where it looks for one."""
    pulumi = toolchain.tool("pulumi")
    return pulumi.parent if toolchain.has_own_language_host(pulumi) else toolchain.bundle()


def _official(provider: Provider, home: Path) -> Path | None:
    """The plugin in the person's own Pulumi home, at exactly the SDK's version."""
    for place in _own_homes():
        program = place / "plugins" / provider.folder / provider.program
        if place.resolve() != home.resolve() and program.is_file():
            return program
    return None


def _ours(provider: Provider, home: Path) -> Path:
    """The program of our own plugin; of a module, a script that runs it with this Python."""
    if not provider.module:
        return toolchain.tool(provider.program)
    script = home / "scripts" / provider.program
    text = f'#!/bin/sh\nPYTHONPATH={_quoted(checkout())} exec {_quoted(sys.executable)} -m {provider.module} "$@"\n'
    if not script.exists() or script.read_text() != text:
        with explain_full_disk(home):
            script.parent.mkdir(parents=True, exist_ok=True)
            write_whole(script, text, 0o700)
    return script


def _quoted(path: object) -> str:
    return shlex.quote(str(path))


def _own_homes() -> Iterator[Path]:
    if "PULUMI_HOME" in os.environ:
        yield Path(os.environ["PULUMI_HOME"])
    yield Path.home() / ".pulumi"


def _put(program: Path, target: Path) -> None:
    """Make `target` a link to `program`; an older link is replaced in one step: a running engine never misses it."""
    if target.is_symlink() and target.readlink() == program:
        return
    with explain_full_disk(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f".{target.name}.{os.getpid()}")
        new.unlink(missing_ok=True)
        new.symlink_to(program)
        new.replace(target)


def _take_away(folder: Path) -> None:
    if folder.is_dir() and any(entry.is_symlink() for entry in folder.iterdir()):
        shutil.rmtree(folder)
