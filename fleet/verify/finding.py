"""What one probe found."""

from dataclasses import dataclass
from typing import Final, Literal

State = Literal["held", "failed", "unknown"]
HELD: Final = "held"
FAILED: Final = "failed"
UNKNOWN: Final = "unknown"
WORDS: Final = 800
"""Characters of a reason that are kept."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one probe found.

    control: id in the table of controls. probe: id of the probe, and title what it tried or looked at. cluster: where.
    tenant, namespace: whose; both "" of the whole cluster. state: "held", "failed", or "unknown" where it could not be
    judged. why: for the last two.
    """

    control: str
    probe: str
    title: str
    cluster: str
    tenant: str = ""
    namespace: str = ""
    state: State = HELD
    why: str = ""
