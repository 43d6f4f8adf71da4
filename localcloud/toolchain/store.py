"""The cache that every checkout of a user shares: built programs by the hash of what they were built from.

    toolchain/store/<recipe>-<hash>/<tool>   one directory per Go module; complete once it exists
    toolchain/<hash>/bin/<tool>              hard links of one set that belongs together, for PATH

Pulumi looks for its language host beside its own binary: hence one directory with everything.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from localcloud.files import explain_full_disk, lock
from localcloud.paths import cache_directory

KEPT_PROVIDER_BUILDS = 8
"""Builds of our own providers that stay: each change to their sources makes one, of about 60 MB."""

_ABANDONED_S = 24 * 3600.0
"""No build takes a day: an older scratch directory was left by one that was killed and whose pin has changed."""


def root() -> Path:
    """Directory of the cache."""
    return cache_directory() / "toolchain"


def entry(name: str, digest: str) -> Path:
    """Directory of the programs of one recipe."""
    return root() / "store" / f"{name}-{digest}"


def log(name: str) -> Path:
    """Output of the last build of a recipe."""
    return root() / "logs" / f"{name}.log"


def build_lock(
    target: Path, waiting: Callable[[str], None], give_up: Callable[[], bool] | None = None
) -> AbstractContextManager[None]:
    """Held while the entry `target` is built: two checkouts that need the same tools build them once."""
    return lock(target.with_name(f".{target.name}.lock"), waiting, give_up=give_up)


def scratch(target: Path) -> Path:
    """An empty directory to build `target` in; only its lock's holder has one, so what lies there is a leftover."""
    directory = target.with_name(f".{target.name}.building")
    with explain_full_disk(root()):
        for abandoned in target.parent.glob(".*.building"):
            if time.time() - abandoned.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(abandoned, ignore_errors=True)
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    return directory


def install(built: Path, target: Path) -> None:
    """Make a finished build visible, all at once."""
    with explain_full_disk(root()):
        shutil.rmtree(target, ignore_errors=True)
        built.replace(target)


def bundle(digest: str, programs: Mapping[str, Path]) -> Path:
    """The directory that holds all of `programs`, made when it is not there."""
    target = root() / digest / "bin"
    if not target.is_dir():
        building = root() / f".bundle-{os.getpid()}"
        with explain_full_disk(root()):
            shutil.rmtree(building, ignore_errors=True)
            (building / "bin").mkdir(parents=True)
            for name, program in programs.items():
                _link(program, building / "bin" / name)
            with contextlib.suppress(FileExistsError, OSError):
                building.replace(target.parent)
            shutil.rmtree(building, ignore_errors=True)
        _remove_oldest((folder.parent for folder in root().glob("*/bin")), KEPT_PROVIDER_BUILDS)
    return target


def prune(name: str, keep: Iterable[Path], count: int = KEPT_PROVIDER_BUILDS) -> None:
    """Remove old builds of a recipe: all but `keep` and the `count` newest."""
    _remove_oldest((root() / "store").glob(f"{name}-*"), count, set(keep))


def _remove_oldest(directories: Iterable[Path], count: int, keep: Collection[Path] = ()) -> None:
    """Remove all but the `count` newest of `directories`, and never one of `keep`."""
    newest = sorted(directories, key=lambda one: one.stat().st_mtime, reverse=True)
    for old in newest[count:]:
        if old not in keep:
            shutil.rmtree(old, ignore_errors=True)


def _link(program: Path, target: Path) -> None:
    try:
        os.link(program, target)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(program, target)
