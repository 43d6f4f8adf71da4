"""What has drifted: resources that are gone, and values that are not as they were applied."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fleet.diff import at
from fleet.drift.differences import Difference, differences
from fleet.drift.ignored import Ignored, ignored
from fleet.events import Change
from fleet.preview.masking import SECRET, masked


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """One resource. gone: it is not there any more; else `changed` says what differs, secrets masked."""

    tenant: str
    type: str
    name: str
    urn: str
    gone: bool
    changed: tuple[Difference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What was found in an environment. passed_over: how many differences each reason covers. problems: stacks that
    could not be looked at."""

    environment: str
    stacks: Sequence[str]
    resources: int
    drifted: Sequence[Drifted]
    passed_over: Counter[str]
    problems: Sequence[str]

    @property
    def exit_code(self) -> int:
        """Of the command: 0 as applied, 3 drift, 1 not all could be looked at."""
        return 1 if self.problems else 3 if self.drifted else 0


def drifted(changes: Iterable[Change], known: Sequence[Ignored] | None = None) -> tuple[list[Drifted], Counter[str]]:
    """What the engine found, without what may differ; and how often each reason was needed.

    changes: of a refresh, each with the outputs of then and now. known: the list of what may differ.
    """
    found: list[Drifted] = []
    passed_over: Counter[str] = Counter()
    for change in changes:
        kept: list[Difference] = []
        for each in () if change.op == "delete" else _differing(change):
            covering = next(
                (
                    one
                    for one in (ignored() if known is None else known)
                    if one.covers(change.type, each, change.declared)
                ),
                None,
            )
            if covering is None:
                kept.append(each)
            else:
                passed_over[f"{covering.by}: {covering.reason}"] += 1
        if change.op == "delete" or kept:
            found.append(
                Drifted(
                    tenant=change.tenant,
                    type=change.type,
                    name=change.name,
                    urn=change.urn,
                    gone=change.op == "delete",
                    changed=tuple(kept),
                )
            )
    return found, passed_over


def _differing(change: Change) -> Iterator[Difference]:
    """What is there otherwise than it was, secrets without their values: of those the engine alone knows."""
    old, new = masked(change.type, change.old), masked(change.type, change.new)
    yield from differences(old, new)
    for path in change.paths:
        if at(old, path) == at(new, path):
            yield Difference((path,), SECRET, SECRET)
