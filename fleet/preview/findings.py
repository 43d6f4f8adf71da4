"""Which controls a change breaks that were kept before, by the rules that the policy pack asks (I1, I2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from pulumi_policy.proxy import unknown_checking_proxy

from fleet.events import PLATFORM, Change
from fleet.preview.compare import Registered
from fleet.preview.review import Finding
from fleet.stacks import catalogue_folder
from policies.evaluation import evaluate, evaluate_stack
from policies.objects import Resource, found, kind_of
from policies.session import Session, session_of
from policies.verdict import Outcome, Verdict, judge
from settings import Catalogue, load_catalogue

_TOLD: Final = (Outcome.REFUSED, Outcome.ADVISED, Outcome.EXCEPTED)
_Key = tuple[str, str, str]


@dataclass
class Judge:
    """The rules as one revision's catalogue sets them.

    root: folder of the revision. environment: of both. on: the day, for exceptions that end. catalogue: the revision's,
    where somebody has loaded it; read when it is first needed, and once, where None.
    """

    root: Path
    environment: str
    on: date
    catalogue: Catalogue | None = None
    _sessions: dict[str | None, Session] = field(default_factory=dict)

    def verdicts(self, cluster: str | None, resources: Sequence[Registered]) -> Iterator[Verdict]:
        """What the rules say of a stack's resources, each by itself and all together. cluster: what the stack is about.
        Raises CatalogueError when the environment's policy has mistakes."""
        held = self._session(cluster)
        by_urn = {each["urn"]: each for each in resources}
        made = [_resource(each, by_urn) for each in resources if each["custom"]]
        for resource in made:
            yield from judge(evaluate(resource, held.expected), held.policy, self.on)
        yield from judge(evaluate_stack(made, held.expected), held.policy, self.on)

    def of_changes(self, changes: Iterable[Change]) -> Iterator[Verdict]:
        """What the rules say of each resource that a change makes, by itself."""
        held = self._session(None)
        for change in changes:
            if change.op != "delete":
                props = unknown_checking_proxy(dict(change.new))
                resource = found(change.type, props, name=change.name, urn=change.urn, protect=change.protected)
                yield from judge(evaluate(resource, held.expected), held.policy, self.on)

    def _session(self, cluster: str | None) -> Session:
        if cluster not in self._sessions:
            folder = catalogue_folder(self.root, self.environment)
            if self.catalogue is None:
                self.catalogue = load_catalogue(folder, self.environment, self.on)
            self._sessions[cluster] = session_of(self.catalogue, folder, cluster, self.on)
        return self._sessions[cluster]


def news(
    before: Iterable[Verdict], after: Iterable[Verdict], tenants: Mapping[str, str]
) -> tuple[list[Finding], list[str]]:
    """Findings that were none before, and rules that could not be asked and could before, or had no reason to be.

    tenants: whose a resource is, by URN.
    """
    known = {_key(each) for each in before}
    fresh = [each for each in after if _key(each) not in known]
    findings = [
        Finding(
            tenant=tenants.get(each.result.urn, PLATFORM),
            resource=each.result.name,
            text=each.result.what,
            severity=each.result.control.severity.value,
            control=each.result.control.id,
            outcome=each.outcome.value,
        )
        for each in fresh
        if each.outcome in _TOLD
    ]
    unevaluated = [f"{each.result.name}: {each}" for each in fresh if each.outcome is Outcome.UNEVALUATED]
    return sorted(findings, key=lambda each: each.outcome != Outcome.REFUSED.value), unevaluated


def _key(verdict: Verdict) -> _Key:
    return verdict.result.control.id, verdict.result.name, verdict.result.what


def _resource(registered: Registered, by_urn: Mapping[str, Registered]) -> Resource:
    provider = by_urn.get(registered["provider"])
    props: Mapping[str, Any] = unknown_checking_proxy(registered["inputs"])
    return found(
        registered["type"],
        props,
        name=registered["name"],
        urn=registered["urn"],
        protect=registered["protect"],
        depends=frozenset(registered["depends"]),
        origins={
            prop: frozenset(kind_of(by_urn[urn]["type"]) if urn in by_urn else "" for urn in urns)
            for prop, urns in registered["by_property"].items()
        },
        provider=provider["inputs"] if provider is not None else {},
    )
