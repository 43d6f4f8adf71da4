"""What a run of verify came to, as data: kept, read again by the report, and judged by its exit code."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from controls import CONTROLS
from fleet.verify.finding import FAILED, HELD, UNKNOWN, Finding

VERSION: Final = 1
HELD_CODE, FAILED_CODE, UNKNOWN_CODE = 0, 3, 4
"""Exit codes: everything held; a control did not, or nothing was asked at all; something could not be judged. 1 and 2
are those of every command: refused, and wrong usage."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One run. at: when it ended. requests: to API servers. asked: tenants, by id. only: probes or controls it was
    bound to; () for all. notes: what was not asked, and why.
    """

    environment: str
    at: datetime
    seconds: float
    requests: int
    asked: tuple[str, ...]
    only: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def tenants(self) -> int:
        """How many were asked about."""
        return len(self.asked)

    def count(self, state: str) -> int:
        """How many findings are in this state."""
        return sum(each.state == state for each in self.findings)

    @property
    def code(self) -> int:
        """The exit code."""
        if self.count(FAILED) or not self.findings:
            return FAILED_CODE
        return UNKNOWN_CODE if self.count(UNKNOWN) else HELD_CODE

    @property
    def verdict(self) -> str:
        """The same in words."""
        if not self.findings:
            return "nothing was asked, which shows nothing"
        failed = {each.control for each in self.findings if each.state == FAILED}
        if failed:
            return f"{len(failed)} control{'s' if len(failed) > 1 else ''} did not hold"
        if unknown := self.count(UNKNOWN):
            return f"{unknown} probe{'s' if unknown > 1 else ''} could not be judged"
        return "every control that was asked held"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One control over all tenants. wrong: what did not hold, or could not be judged."""

    control: str
    title: str
    severity: str
    tenants: int
    probes: int
    wrong: tuple[Finding, ...]

    @property
    def state(self) -> str:
        """The worst of its findings."""
        states = {each.state for each in self.wrong}
        return FAILED if FAILED in states else UNKNOWN if states else HELD


def rows(findings: Iterable[Finding]) -> list[Row]:
    """Findings by control, in the order of their ids."""
    by: dict[str, list[Finding]] = {}
    for each in findings:
        by.setdefault(each.control, []).append(each)
    made = []
    for control in sorted(by):
        known, found = CONTROLS.get(control), by[control]
        made.append(
            Row(
                control=control,
                title=known.title if known else found[0].title,
                severity=known.severity.value if known else "",
                tenants=len({each.tenant for each in found if each.tenant}),
                probes=len(found),
                wrong=tuple(each for each in found if each.state != HELD),
            )
        )
    return made


def as_data(result: Result, *, every: bool = True) -> dict[str, Any]:
    """A result as JSON has it. every: findings that held as well; else only how many there are for each control."""
    shown = [asdict(each) for each in result.findings if every or each.state != HELD]
    return {
        "version": VERSION,
        "environment": result.environment,
        "at": result.at.isoformat(timespec="seconds"),
        "seconds": round(result.seconds, 2),
        "requests": result.requests,
        "tenants": result.tenants,
        "asked": list(result.asked),
        "only": list(result.only),
        "code": result.code,
        "verdict": result.verdict,
        "counts": {state: result.count(state) for state in (HELD, FAILED, UNKNOWN)},
        "notes": list(result.notes),
        "controls": [
            {
                "id": row.control,
                "title": row.title,
                "severity": row.severity,
                "state": row.state,
                "tenants": row.tenants,
                "probes": row.probes,
            }
            for row in rows(result.findings)
        ],
        "findings": shown,
    }


def write_result(result: Result, file: Path) -> None:
    """Keeps a result, in place of the one before: what held as counts alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.write_text(json.dumps(as_data(result, every=False)), encoding="utf-8")
    part.replace(file)


def read_result(file: Path) -> Mapping[str, Any] | None:
    """The last result that was kept; None when there is none, or one that this version cannot read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("version") != VERSION:
        return None
    return found


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)
