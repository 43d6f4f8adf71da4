"""Plugins of an engine that was killed: they end by themselves, once the call is over that they were at."""

import time
from pathlib import Path
from typing import Final

import psutil

from fleet.errors import FleetError

WITHIN_S: Final = 120.0
"""A call that is tried again and again, later and later, ends within this."""
_LOOK_EVERY_S: Final = 0.2
_ENGINE: Final = "pulumi"


def await_plugins(root: Path, within_s: float = WITHIN_S) -> None:
    """Return once no plugin works in the project's folder whose engine is gone: until then it may still make something
    that we have looked for. Raises FleetError when that takes longer than `within_s` seconds."""
    ends = time.monotonic() + within_s
    while left := _orphans(root):
        if time.monotonic() > ends:
            listed = ", ".join(str(each.pid) for each in left)
            raise FleetError(
                f"a plugin of an engine that was killed is still at work (process {listed}); "
                "wait until it ends, or end it, and run the same command again"
            )
        time.sleep(_LOOK_EVERY_S)


def _orphans(root: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter() if _is_orphan(each, root)]


def _is_orphan(process: psutil.Process, root: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or Path(process.cwd()) != root.resolve():
            return False
        words = process.cmdline()
        is_plugin = any("pulumi-resource-" in word or word == "localcloud.aws.provider" for word in words)
        return is_plugin and all(each.name() != _ENGINE for each in process.parents())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
