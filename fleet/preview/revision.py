"""The two revisions of a preview: the one a change starts from, laid out in a folder, and the working tree (I2)."""

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fleet.errors import FleetError
from settings.plan_hash import PROGRAM

_LIBRARIES: Final = "requirements.txt"
_JUDGES: Final = ("policies/", "fleet/preview/", "fleet/drift", "fleet/verify", ".github/", ".ci/", "tests/")
"""What says whether a change is good. A change of these is read with care, whatever they say of it."""


@dataclass(frozen=True, kw_only=True)
class Base:
    """The revision that a change starts from.

    commit: of it, 12 digits. root: folder with its files. changed: paths that differ from the working tree, sorted.
    """

    commit: str
    root: Path
    changed: tuple[str, ...]

    @property
    def judges(self) -> tuple[str, ...]:
        """Changed files that judge changes."""
        return tuple(each for each in self.changed if each.startswith(_JUDGES))


@contextmanager
def base_of(root: Path, revision: str) -> Iterator[Base]:
    """The revision that the working tree in `root` departed from, laid out while the context lasts.

    That is the youngest common ancestor of `revision` and HEAD: what was merged since is not this change's doing.
    Raises FleetError for a folder that is no checkout, and for a revision that is not there.
    """
    named = _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if named is None:
        raise FleetError(
            f"revision {revision!r} is not in the repository of {root}; allowed: a branch, tag or commit that "
            "`git rev-parse` knows (a shallow checkout has none but its own: fetch the base, or all of the history)"
        )
    commit = _git(root, "merge-base", named, "HEAD") or named
    prefix = _git(root, "rev-parse", "--show-prefix") or ""
    changed = (_git(root, "diff", "--name-only", "--relative", commit) or "").splitlines()
    new = (_git(root, "ls-files", "--others", "--exclude-standard") or "").splitlines()
    with TemporaryDirectory(prefix="tenantplane-base-") as made:
        folder = Path(made)
        _lay_out(root, commit, prefix, folder)
        yield Base(commit=commit[:12], root=folder, changed=tuple(sorted({*changed, *new})))


def same_program(one: Path, other: Path) -> bool:
    """Whether two revisions differ in nothing but their catalogue and what has no say in what is rendered."""
    return _digest(one) == _digest(other)


def libraries(one: Path, other: Path) -> tuple[tuple[str, str, str], ...]:
    """Libraries that differ between two revisions: name, version before, version after; "none" where there is none."""
    before, after = _pins(one), _pins(other)
    return tuple(
        (name, before.get(name, "none"), after.get(name, "none"))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _lay_out(root: Path, commit: str, prefix: str, folder: Path) -> None:
    done = subprocess.run(
        ["git", "archive", "--format=tar", f"{commit}:{prefix}"], cwd=root, capture_output=True, check=False
    )
    if done.returncode:
        raise FleetError(f"revision {commit[:12]} cannot be laid out: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def _digest(root: Path) -> str:
    made = hashlib.sha256()
    for name in PROGRAM:
        path = root / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.is_file():
                made.update(f"{file.relative_to(root).as_posix()}\0".encode())
                made.update(hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()


def _pins(root: Path) -> dict[str, str]:
    file = root / _LIBRARIES
    lines = (line.partition("#")[0].strip() for line in (file.read_text().splitlines() if file.is_file() else ()))
    return {name.strip(): version.strip() for name, _, version in (line.partition("==") for line in lines) if name}


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, or None when it refuses."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode and "not a git repository" in done.stderr:
        raise FleetError(f"{root} is no checkout of a git repository: a preview against a base needs one")
    return done.stdout.strip() if done.returncode == 0 else None
