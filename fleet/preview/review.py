"""What a reviewer is told of a change, before anybody has thought about how it is shown (I2)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fleet.events import PLATFORM, TENANT_TYPE, Change, Op
from fleet.preview.danger import LEVELS, Level, level_of

Verdict = Literal["nothing dangerous", "needs approval", "refused", "failed"]
EXIT_CODES: Final[Mapping[Verdict, int]] = {
    "nothing dangerous": 0,
    "failed": 1,
    "needs approval": 3,
    "refused": 4,
}
"""2 is a wrong command line, as everywhere."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A control that is broken, and was kept before.

    severity: "high", "medium" or "low". outcome: "refused"; "advised", which stops nothing; or "excepted".
    """

    tenant: str
    resource: str
    text: str
    severity: str
    control: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One change of a resource, judged. why: what makes it dangerous, empty for what is not."""

    change: Change
    level: Level
    why: str


@dataclass(frozen=True, kw_only=True)
class Delta:
    """Something about a tenant, or about the environment (PLATFORM), that differs; None where it is not there."""

    tenant: str
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Review:
    """Everything there is to say of a change.

    base: commit. live: whether the engine compared with what is really there. stacks: affected ones; all_stacks: how
    many there are. unevaluated: rules that could not be asked. tenants_gone, tenants_new: ids. warnings: what to look
    at that is no resource, such as a library of another version. refusals: what an update would refuse before it
    changes anything. problems: mistakes and failures; with any of them the rest may be missing.
    """

    environment: str
    base: str
    live: bool
    stacks: Sequence[str] = ()
    all_stacks: int = 0
    changes: Sequence[Change] = ()
    findings: Sequence[Finding] = ()
    unevaluated: Sequence[str] = ()
    quotas: Sequence[Delta] = ()
    costs: Sequence[Delta] = ()
    about: Sequence[Delta] = ()
    tenants_new: Sequence[str] = ()
    tenants_gone: Sequence[str] = ()
    dangers: Sequence[tuple[str, str]] = ()
    warnings: Sequence[str] = ()
    refusals: Sequence[str] = ()
    problems: Sequence[str] = ()
    entries: tuple[Entry, ...] = field(init=False)

    def __post_init__(self) -> None:
        judged = [(change, *level_of(change)) for change in self.changes if not _is_frame(change)]
        made = [Entry(change=change, level=level, why=why) for change, level, why in judged]
        made.sort(key=lambda each: (LEVELS.index(each.level), each.change.tenant, each.change.type, each.change.urn))
        object.__setattr__(self, "entries", tuple(made))

    def at(self, level: Level) -> tuple[Entry, ...]:
        """The entries of one level."""
        return tuple(each for each in self.entries if each.level == level)

    @property
    def verdict(self) -> Verdict:
        """The worst there is to say of it."""
        if self.problems:
            return "failed"
        if self.refusals or any(each.outcome == "refused" for each in self.findings):
            return "refused"
        if self.dangers or self.at("data loss") or self.tenants_gone:
            return "needs approval"
        return "nothing dangerous"

    @property
    def exit_code(self) -> int:
        """Of the command."""
        return EXIT_CODES[self.verdict]

    def by_tenant(self) -> dict[str, list[Entry]]:
        """All entries by tenant, those of the platform first."""
        made: dict[str, list[Entry]] = {}
        for each in self.entries:
            made.setdefault(each.change.tenant, []).append(each)
        return {tenant: made[tenant] for tenant in sorted(made, key=lambda each: (each != PLATFORM, each))}

    def counts(self) -> Counter[Op]:
        """How many resources are created, updated, replaced and deleted."""
        return Counter(each.change.op for each in self.entries)


def _is_frame(change: Change) -> bool:
    """Whether it is a component, which is nothing but what lies in it; the end of a tenant is told all the same."""
    return change.type.startswith("tenantplane:") and (change.type != TENANT_TYPE or change.op in ("create", "update"))
