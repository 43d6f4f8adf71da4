"""Whether what a run was refused is in the audit log: shown by the log itself, where it can be read (G5)."""

import json
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from fleet.verify.finding import FAILED, UNKNOWN, Finding
from fleet.verify.place import Site
from localcloud.controlplane.layout import Layout
from localcloud.paths import state_directory

CONTROL, ID, TITLE = "TP-G5-04", "audited", "what this run was refused is in the audit log"
WRITTEN_WITHIN_S: Final = 5.0
"""The API server writes its log behind its answers."""


def log_of(site: Site) -> Path | None:
    """The audit log of a cluster that runs here; None of any other, whose log is where its operator ships it."""
    if site.cluster.provider != "localcloud":
        return None
    return Layout(site.cluster.name, state_directory()).audit_log


def size_of(log: Path | None) -> int:
    """Bytes of it so far."""
    return log.stat().st_size if log is not None and log.is_file() else 0


def ask_audit(site: Site, begin: int, user: str, only: Collection[str] = ()) -> Iterator[Finding]:
    """Looks for a refusal of this run behind a place in the log. begin: bytes of it that are older than the run. user:
    somebody whom the run has acted as, and who was refused something."""
    log = log_of(site)
    if log is None or (only and ID not in only and CONTROL not in only):
        return
    found = Finding(control=CONTROL, probe=ID, title=TITLE, cluster=site.cluster.name)
    deadline = time.monotonic() + WRITTEN_WITHIN_S
    try:
        while not _refused(log, begin, user):
            if time.monotonic() > deadline:
                yield Finding(**{**vars(found), "state": FAILED, "why": f"no refusal of {user} is in {log.name}"})
                return
            time.sleep(0.1)
    except OSError as error:
        yield Finding(**{**vars(found), "state": UNKNOWN, "why": f"{log.name} cannot be read: {error.strerror}"})
        return
    yield found


def _refused(log: Path, begin: int, user: str) -> bool:
    with log.open("rb") as file:
        # A log that was put aside meanwhile begins anew.
        file.seek(begin if begin <= size_of(log) else 0)
        needle = user.encode()
        for line in file:
            if needle in line and line.endswith(b"\n"):
                try:
                    event = json.loads(line)
                except ValueError:
                    continue  # the rest of a line that was begun before the run
                who = (event.get("impersonatedUser") or {}).get("username")
                if who == user and event.get("responseStatus", {}).get("code") in (403, 422):
                    return True
    return False
