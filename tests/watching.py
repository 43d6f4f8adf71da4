"""Room for the control planes of a session to watch their files.

Each takes some 20 of the system's inotify instances, of which Debian gives a user 128: six side by side and the seventh
does not start. As root the session raises the limit, and puts it back at its end; without, it says what to do.
"""

import os
from pathlib import Path

import pytest

_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
_NEEDED = 512
_FOUND_VARIABLE = "TENANTPLANE_TEST_INOTIFY_INSTANCES"


def pytest_configure(config: pytest.Config) -> None:
    """Before the workers start."""
    if hasattr(config, "workerinput") or not _LIMIT.exists():
        return
    found = int(_LIMIT.read_text())
    if found >= _NEEDED:
        return
    try:
        _LIMIT.write_text(str(_NEEDED))
    except OSError:
        what = f"{found} inotify instances may be too few for control planes side by side"
        advice = f"as root: sysctl -w fs.inotify.max_user_instances={_NEEDED}"
        config.issue_config_time_warning(UserWarning(f"{what}; {advice}"), 2)
    else:
        os.environ[_FOUND_VARIABLE] = str(found)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the workers have ended."""
    if not hasattr(config, "workerinput") and _FOUND_VARIABLE in os.environ:
        _LIMIT.write_text(os.environ.pop(_FOUND_VARIABLE))
