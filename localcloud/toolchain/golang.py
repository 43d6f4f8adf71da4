"""The Go toolchain of this machine: found, checked, and run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from localcloud.errors import LocalcloudError

_USUAL_PLACE = Path("/usr/local/go/bin/go")


def find_go(minimum: str, module: Path, purpose: str) -> Path:
    """The `go` command, which is at least `minimum` when it builds in `module`.

    A newer Go that `go` fetches by itself (GOTOOLCHAIN=auto) counts.
    Raises LocalcloudError that says what to install when there is none or it is too old.
    """
    found = shutil.which("go") or (str(_USUAL_PLACE) if _USUAL_PLACE.exists() else None)
    if found is None:
        raise _missing(minimum, purpose, "there is no go command on PATH")
    asked = subprocess.run(
        [found, "env", "GOVERSION"], cwd=module, env=go_environment(), capture_output=True, text=True, check=False
    )
    version = asked.stdout.strip().removeprefix("go")
    if asked.returncode or _number(version) < _number(minimum):
        reason = f"{found} is Go {version}" if version else f"{found} says: {asked.stderr.strip().splitlines()[-1]}"
        raise _missing(minimum, purpose, reason)
    return Path(found)


def go_environment() -> dict[str, str]:
    """The environment for builds: the person's own, except what would change what is built."""
    return {
        **os.environ,
        "GOFLAGS": "",  # flags such as -mod=mod would let a build change its pins
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        "GO111MODULE": "on",
        "GOOS": "",
        "GOARCH": "",
    }


def _missing(minimum: str, purpose: str, reason: str) -> LocalcloudError:
    return LocalcloudError(
        f"{purpose} needs Go {minimum} or newer to be built, and {reason}.\n"
        "Do one of these and run the command again:\n"
        f"  - install Go {minimum} or newer (your distribution's package golang, or the Go project's own archive, "
        f"unpacked to {_USUAL_PLACE.parent.parent})\n"
        "  - put ready-made tools at the pinned versions (localcloud/toolchain/pins.toml) on PATH\n"
        "  - or into one directory, and name it in TENANTPLANE_TOOLCHAIN"
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", version)[:3])
