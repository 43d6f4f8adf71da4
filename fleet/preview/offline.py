"""A change reviewed without credentials and without a cluster: both revisions rendered and compared (I2)."""

import secrets
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from fleet.errors import FleetError
from fleet.events import Change
from fleet.preview import facts, sealed
from fleet.preview.compare import compare
from fleet.preview.findings import Judge, news
from fleet.preview.offline_provider import OfflineProviders
from fleet.preview.review import Finding, Review
from settings import CatalogueError

Say = Callable[[str], None]


class SideLike(Protocol):
    """A revision that can be asked, in a process of its own or in this one."""

    def describe(self) -> dict[str, Any]: ...
    def render(self, stack: str, tenants: list[str] | None, salt: str) -> list[dict[str, Any]]: ...
    def refusals(self, recorded: Mapping[str, Mapping[str, Any]]) -> list[str]: ...


def review(
    environment: str,
    base: SideLike,
    head: SideLike,
    *,
    commit: str,
    same_program: bool,
    providers: OfflineProviders,
    judges: tuple[Judge, Judge],
    warnings: Sequence[str] = (),
    say: Say = lambda _: None,
) -> Review:
    """The review of what leads from one revision to the other.

    same_program: both render with the same program, so that a tenant whose plan is the same needs no rendering.
    judges: the rules as the base and as the head sets them.
    say: takes a line of progress. Mistakes of a catalogue become the review's problems.
    """
    say("reading the catalogue of both revisions")
    with ThreadPoolExecutor(max_workers=2) as pool:
        before, after = pool.map(lambda side: side.describe(), (base, head))
    problems = [
        *(f"in the base: {each}" for each in before["problems"]),
        *after["problems"],
    ]
    if problems:
        return Review(environment=environment, base=commit, live=False, warnings=warnings, problems=problems)
    affected = affected_stacks(before, after)
    differing = changed_tenants(before, after) if same_program else None
    comparison = _Comparison(base, head, before, after, providers, judges, say)
    for number, name in enumerate(affected, 1):
        say(f"rendering stack {name} ({number} of {len(affected)})")
        comparison.take(name, differing)
    changes = comparison.changes
    recorded = {
        name: {tenant: before["tenants"][tenant]["facts"] for tenant in stack["tenants"]}
        for name, stack in before["stacks"].items()
    }
    return Review(
        environment=environment,
        base=commit,
        live=False,
        stacks=affected,
        all_stacks=len({*before["stacks"], *after["stacks"]}),
        changes=changes,
        findings=comparison.findings,
        unevaluated=comparison.unevaluated,
        quotas=facts.quotas(before, after),
        costs=facts.costs(before, after),
        about=facts.about(before, after),
        tenants_new=facts.gone(after, before),
        tenants_gone=facts.gone(before, after),
        dangers=facts.dangers(before, after),
        warnings=[*warnings, *_left_behind(before, after)],
        refusals=[*head.refusals(recorded), *sealed.refusals(changes)],
        problems=comparison.failures,
    )


def affected_stacks(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Stacks of which an update would have something to do, in the order of the environment."""
    old, new = before["stacks"], after["stacks"]
    names = [*new, *(name for name in old if name not in new)]
    return [name for name in names if old.get(name, {}).get("plan") != new.get(name, {}).get("plan")]


@dataclass
class _Comparison:
    """The changes of one stack after the other, and what could not be rendered or compared."""

    base: SideLike
    head: SideLike
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    providers: OfflineProviders
    judges: tuple[Judge, Judge]
    say: Say
    findings: list[Finding] = field(default_factory=list)
    unevaluated: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    salt: str = field(default_factory=secrets.token_hex)

    def take(self, stack: str, differing: Set[str] | None) -> None:
        """Renders a stack on both sides, at once, and compares. differing: tenants that matter; None for all."""
        try:
            with ThreadPoolExecutor(max_workers=2) as pool:
                one = pool.submit(self._rendered, self.base, self.before, stack, differing)
                other = pool.submit(self._rendered, self.head, self.after, stack, differing)
                old, new = one.result(), other.result()
            self.say(f"comparing {len(old)} resources with {len(new)}")
            made = compare(old, new, self.providers)
            self.changes += made
            self._judge(stack, (old, new), {each.urn: each.tenant for each in made})
        except (FleetError, CatalogueError) as error:
            self.failures.append(f"stack {stack}: {error}")

    def _judge(
        self, stack: str, sides: tuple[list[dict[str, Any]], list[dict[str, Any]]], tenants: Mapping[str, str]
    ) -> None:
        before, after = (
            list(judge.verdicts(described["stacks"][stack]["cluster"], resources))
            if stack in described["stacks"]
            else []
            for judge, described, resources in zip(self.judges, (self.before, self.after), sides, strict=True)
        )
        findings, unevaluated = news(before, after, tenants)
        self.findings += findings
        self.unevaluated += unevaluated

    def _rendered(
        self, side: SideLike, described: Mapping[str, Any], stack: str, differing: Set[str] | None
    ) -> list[dict[str, Any]]:
        held = described["stacks"].get(stack)
        if held is None:
            return []
        tenants = None if differing is None else [each for each in held["tenants"] if each in differing]
        return side.render(stack, tenants, self.salt)


def changed_tenants(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Tenants whose plan differs, those that come and those that go included."""
    old, new = before["tenants"], after["tenants"]
    return {each for each in {*old, *new} if old.get(each, {}).get("digest") != new.get(each, {}).get("digest")}


def _left_behind(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [
        f"stack {name} is no longer one of the environment: what it holds is listed as deleted, and stays with nobody "
        f"to look after it until the stack is destroyed"
        for name in before["stacks"]
        if name not in after["stacks"]
    ]
