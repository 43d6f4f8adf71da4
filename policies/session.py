"""One run of the pack: what it has seen, what it says of it, and its record for whoever started the engine."""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from policies.evaluation import Result, evaluate, evaluate_stack
from policies.expected import Expected, expected
from policies.objects import Resource, found
from policies.verdict import Verdict, judge
from settings import Catalogue, load_catalogue
from settings.policy import EnvironmentPolicy, load_policy

_PREFIX: Final = "tenantplane:"


@dataclass(kw_only=True)
class Session:
    """What the rules are asked in, and what they have said.

    expected, policy, on: of the environment, on a day. record: where the verdicts are written. open: what the rules
    said of resources of which some rule could not be asked. Safe to use from many threads.
    """

    expected: Expected
    policy: EnvironmentPolicy
    on: date
    record: Path | None = None
    seen: dict[str, Resource] = field(default_factory=dict)
    open: dict[str, list[Result]] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def found(token: str, props: Mapping[str, Any], **more: Any) -> Resource:
        """A resource of the engine, as the rules see it."""
        return found(token, props, **more)

    def resource(self, resource: Resource) -> list[Verdict]:
        """What becomes of one resource; it is remembered for the rules about the whole stack.

        What could not be evaluated is asked again then, when it is told what each property comes from.
        """
        results = evaluate(resource, self.expected)
        made = judge((each for each in results if each.evaluated), self.policy, self.on)
        with self._guard:
            self.seen[resource.urn] = resource
            if len(made) < len(results):
                self.open[resource.urn] = results
            self._keep(made)
        return made

    def stack(self, resources: Iterable[Resource]) -> list[Verdict]:
        """What becomes of the stack as a whole, and of what was left open. resources: all of it; those that were seen
        before they were made are taken as they were, since that is what the program asked for, and as referring to
        what they refer to now."""
        whole = [
            replace(self.seen[each.urn], depends=each.depends, origins=each.origins) if each.urn in self.seen else each
            for each in resources
        ]
        made = judge([*self._again(whole), *evaluate_stack(whole, self.expected)], self.policy, self.on)
        with self._guard:
            self._keep(made)
            used = round(time.process_time(), 2)
            self._write({"resources": len(whole), "evaluated": len(self.seen), "cpu_s": used})
        return made

    def notes(self) -> list[Verdict]:
        """All that is told and refuses nothing."""
        return [each for each in self.verdicts if not each.refused]

    def _again(self, whole: Iterable[Resource]) -> Iterator[Result]:
        """What was left open, asked again; as it was, of what the engine does not show at the end."""
        shown = {each.urn: each for each in whole if each.urn in self.open}
        for urn, earlier in self.open.items():
            if urn not in shown:
                yield from (each for each in earlier if not each.evaluated)
                continue
            for each in evaluate(shown[urn], self.expected):
                if not each.evaluated or each not in earlier:
                    yield each

    def _keep(self, made: list[Verdict]) -> None:
        self.verdicts += made
        for each in made:
            self._write(
                {
                    "control": each.result.control.id,
                    "resource": each.result.name,
                    "urn": each.result.urn,
                    "outcome": each.outcome.value,
                    "mandatory": each.mandatory,
                    "said": str(each),
                }
            )

    def _write(self, line: Mapping[str, object]) -> None:
        if self.record is not None:
            with self.record.open("a") as file:
                file.write(json.dumps(line) + "\n")


def session(root: Path, values: Mapping[str, Any], on: date, record: Path | None = None) -> Session:
    """The session of a stack.

    root: the project's folder. values: configuration of the stack. Without an environment in it nothing is known that
    comes from a catalogue, and no exception holds. Raises CatalogueError.
    """
    told = {key.removeprefix(_PREFIX): str(value) for key, value in values.items() if key.startswith(_PREFIX)}
    environment = told.get("environment")
    if environment is None:
        return Session(expected=Expected(), policy=EnvironmentPolicy(environment="none"), on=on, record=record)
    folder = root / told.get("catalog", "catalog")
    return session_of(load_catalogue(folder, environment, on), folder, told.get("cluster"), on, record)


def session_of(
    catalogue: Catalogue, folder: Path, cluster: str | None, on: date, record: Path | None = None
) -> Session:
    """The session of a catalogue that is loaded. folder: where it was read, for the environment's policy. cluster: the
    one that the stack is about; all when None. Raises CatalogueError when the policy has mistakes."""
    return Session(
        expected=expected(catalogue, cluster),
        # An exception that has ended is no reason to look at nothing: its finding is back.
        policy=load_policy(folder, catalogue.environment),
        on=on,
        record=record,
    )
