"""Who serves a session, as far as its sandbox's lease goes: the contract of the annotation idle-seconds (C5)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.cluster.acting import Answer, Caller


def ahead(seconds: float) -> str:
    """A time so far ahead, as the API server reads it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class SessionFront:
    """Moves the end of a claim on while its session is used.

    path: of the claim. idle_s: how far ahead. ends: what it has set last. A claim is touched when the lease has moved
    by a second at least, and no more often: its time has no fractions.
    """

    caller: Caller
    path: str
    idle_s: float
    ends: str = field(default="")

    def used(self) -> Answer | None:
        """The session has just been used. The API server's answer, or None where the lease is as long already."""
        wanted = ahead(self.idle_s)
        if wanted <= self.ends:
            return None
        body = {"spec": {"lifecycle": {"shutdownTime": wanted}}}
        answer = self.caller.ask("PATCH", self.path, body, "application/merge-patch+json")
        if answer.status == 200:
            self.ends = wanted
        return answer
