"""Where the bundled providers differ from the official ones on purpose; the one list of them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """An accepted difference.

    flow, step, aspect: where it shows, as shell patterns. difference: a shell pattern of the line that
    `normalise.differences` gives for it. reason: why it is accepted; printed in docs/providers-differential.md.
    """

    flow: str = "*"
    step: str = "*"
    aspect: str
    difference: str
    reason: str

    def covers(self, flow: str, step: str, aspect: str, difference: str) -> bool:
        """Whether this is the difference meant."""
        return (
            fnmatchcase(flow, self.flow)
            and fnmatchcase(step, self.step)
            and fnmatchcase(aspect, self.aspect)
            and fnmatchcase(difference, self.difference)
        )


DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        aspect="*",
        difference="random:*__pulumi_raw_state_delta: official *, bundled nothing",
        reason="The official random provider is a bridge to a Terraform provider and keeps the bridge's notes in its "
        "state; the bundled one has no bridge and reads states with and without them.",
    ),
    Deviation(
        flow="imported",
        aspect="*",
        difference="*inputs*official nothing, bundled *",
        reason="The official plugin at hand is built without its schema, from which it learns what to read on import "
        "and .get(); the bundled one reads what the published official one reads.",
    ),
)


def unexplained(flow: str, step: str, aspect: str, differences: list[str]) -> list[str]:
    """The differences that no accepted deviation covers."""
    return [
        difference
        for difference in differences
        if not any(deviation.covers(flow, step, aspect, difference) for deviation in DEVIATIONS)
    ]
