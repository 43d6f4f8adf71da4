"""The official provider plugins, where somebody put them: the yardstick, not a dependency."""

import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.onboarding.project import CHECKOUT

FOLDER_VARIABLE: Final = "TENANTPLANE_OFFICIAL_PLUGINS"
_PLUGINS: Final = {"kubernetes": "pulumi-kubernetes", "random": "pulumi-random"}


def official_home(folder: Path) -> Path | None:
    """A Pulumi home under `folder` with the official providers, or None where there are none.

    Looked for in the folder that TENANTPLANE_OFFICIAL_PLUGINS names, else in ../shared/plugins beside the checkout,
    which holds them packed.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    source = Path(named) if named else CHECKOUT.parent / "shared" / "plugins"
    if (unpack := source / "unpack").is_file() and not (source / "pulumi-resource-kubernetes").is_file():
        unpacked = folder / "unpacked"
        if subprocess.run([str(unpack), str(unpacked)], check=False, capture_output=True).returncode != 0:
            return None
        source = unpacked
    home = folder / "home"
    for name, package in _PLUGINS.items():
        program = source / f"pulumi-resource-{name}"
        if not program.is_file():
            return None
        target = home / "plugins" / f"resource-{name}-v{version(package)}" / program.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(program, target)
    return home
