"""Locks on stacks: whose they are, and whether the holder still lives.

The engine writes a lock when it begins and removes it when it ends; one that was killed leaves it behind. A lock is
only ever taken away when the process that wrote it ran on this machine and is gone.
"""

import re
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psutil

_HOLDER: Final = re.compile(
    r"created by (?P<user>.*?)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<at>\S+)",
)
_LOCKED: Final = "the stack is currently locked by"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock as the engine describes it. at: when it was written."""

    user: str
    host: str
    pid: int
    at: datetime

    def holder_lives(self) -> bool | None:
        """Whether the process that wrote it still runs; None when that was on another machine and nobody here can know.

        A process of that number that began after the lock was written is another one.
        """
        if self.host != socket.gethostname():
            return None
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:  # it has ended, and nobody asks how
                return False
            began = process.create_time()
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return True
        # The lock names whole seconds, the process table hundredths.
        return began <= self.at.timestamp() + 1

    def __str__(self) -> str:
        where = "on this machine" if self.host == socket.gethostname() else f"on {self.host}"
        return f"{self.user}, process {self.pid} {where}, since {self.at:%Y-%m-%d %H:%M:%S}"


def locks_in(output: str) -> tuple[Lock, ...]:
    """The locks that the engine's refusal names; none when it was about something else."""
    if _LOCKED not in output:
        return ()
    return tuple(
        Lock(
            user=found["user"].split()[-1] if found["user"].split() else "",
            host=found["host"],
            pid=int(found["pid"]),
            at=datetime.fromisoformat(found["at"]),
        )
        for found in _HOLDER.finditer(output)
    )


def is_locked_out(output: str) -> bool:
    """Whether the engine refused because of a lock."""
    return _LOCKED in output
