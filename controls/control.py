"""What a control is: one row of the table, in plain data (I1)."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from controls.admission import PREFIX, enforcing

ID_PATTERN: Final = re.compile(r"TP-[A-I]\d{1,2}-\d{2}")
"""`TP-<requirement>-<number>`; an id is cited by findings, refusals and exceptions, and is never used again."""


class Severity(Enum):
    """How much harm a broken control does.

    HIGH: one tenant reaches another's data or the platform's, or data is lost. MEDIUM: a second control still stands,
    or nobody would notice. LOW: it costs money or time.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class Control:
    """One thing that has to hold, and where it is made to.

    id: stable. title: what holds, as a sentence. why: the harm when it does not, in one sentence. fix: what to do.
    sources: requirements of this project, and ids in the benchmarks it comes from.

    Where it is enforced; at least one of:
    preview: by a rule of the pack, on what the engine is about to make.
    native: the parts of Kubernetes that refuse it at the API server, such as RBAC. The policies of ours that do are not
    written here: they are those of controls.admission that have a rule of it.
    configuration: the component or setting that makes it so, where nothing has to refuse anything.
    Probes on a live cluster (I4) name their control themselves; docs/policies.md joins the two.
    """

    id: str
    title: str
    severity: Severity
    why: str
    fix: str
    sources: tuple[str, ...]
    preview: bool = False
    native: tuple[str, ...] = ()
    configuration: str = ""

    @property
    def admission(self) -> tuple[str, ...]:
        """Names of what refuses it at the API server: our policies with a rule of it, and parts of Kubernetes."""
        return (*self.native, *enforcing(self.id))

    @property
    def requirement(self) -> str:
        """The requirement that its id names, such as "C4"."""
        return self.id.split("-")[1]

    def finding(self, wrong: str) -> str:
        """One line about something that is wrong: what, why and how to put it right."""
        return f"[{self.id}] {wrong}. {self.title}: {self.why} Fix: {self.fix}"


def problems(control: Control) -> list[str]:
    """What a row lacks; empty for one that is whole."""
    found = [f"{field} is empty" for field in ("title", "why", "fix") if not getattr(control, field).strip()]
    if not ID_PATTERN.fullmatch(control.id):
        found.append(f"id {control.id!r} is not TP-<requirement>-<two digits>")
    elif control.requirement not in control.sources:
        found.append(f"sources do not name requirement {control.requirement}")
    if not any((control.preview, control.admission, control.configuration)):
        found.append("nothing enforces it")
    if any(each.startswith(PREFIX) for each in control.native):
        found.append("a policy of ours is named by its rules in controls.admission, and not by the row")
    found += [
        f"{field} does not end with a full stop" for field in ("why", "fix") if getattr(control, field)[-1:] != "."
    ]
    return [f"{control.id}: {each}" for each in found]
