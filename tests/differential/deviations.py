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
        aspect="*",
        difference="kubernetes:*.outputs.metadata.managedFields: *nothing*",  # either way round: steps are crossed
        reason="Who owns which field stays on the server. The official provider also keeps it in the state, where it "
        "was a sixth of every checkpoint; neither reads it from there.",
    ),
    *(
        Deviation(
            flow=flow,
            step=step,
            aspect=aspect,
            difference=f"kubernetes:{resource}[[]*].outputs.*",
            reason="After an update the official provider may keep the object as it was before, when its waiter sees "
            "that one first; the bundled one keeps what the update answered or later.",
        )
        for aspect in ("plan", "state")
        for flow, step, resource in (
            ("life", "change", "core/v1:Pod::pod"),
            ("life", "remove-crossed", "core/v1:Pod::pod"),
            ("life", "change", "apps/v1:Deployment::waits-for-condition"),
            ("failing", "update-again", "core/v1:Service::invalid-update"),
        )
    ),
    *(
        Deviation(
            flow="failing",
            aspect=aspect,
            difference="kubernetes:apps/v1:Deployment::condition-late*timed out waiting for the condition*",
            reason="A `pulumi.com/waitFor` that is not met in time is reported as every other wait is, and the "
            "condition is named.",
        )
        for aspect in ("plan", "diagnostics", "state")
    ),
    Deviation(
        flow="refused",
        aspect="diagnostics",
        difference="kubernetes:core/v1:Pod::pod-security: official nothing, bundled ['warning: the API server would "
        "refuse this now*",
        reason="What admission would forbid shows as a warning of the preview; the official provider says nothing.",
    ),
    Deviation(
        flow="configured",
        step="unreachable",
        aspect="diagnostics",
        difference="kubernetes:core/v1:ConfigMap::of-unreachable[[]0]: official *connection refused', bundled "
        "'error: configured Kubernetes cluster is unreachable: *connection refused'",
        reason="The message names the first address that was asked: the official provider reads the whole schema "
        "first, the bundled one the version.",
    ),
    Deviation(
        flow="imported",
        aspect="*",
        difference="*nputs*official nothing, bundled *",
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


def table() -> str:
    """The accepted deviations as the table of docs/providers-differential.md: where, and why."""
    rows: dict[str, set[str]] = {}
    for deviation in DEVIATIONS:
        where = f"{deviation.flow}, {deviation.step}".replace("*, *", "all").replace(", *", "")
        rows.setdefault(deviation.reason, set()).add(where)
    lines = [f"| {', '.join(sorted(places))} | {reason} |" for reason, places in rows.items()]
    return "\n".join(["| where | what and why |", "|---|---|", *lines])
