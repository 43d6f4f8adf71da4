"""What would change, tenant by tenant, with old and new values."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from fleet.engine import Outcome
from fleet.events import PLATFORM, Change, Op

_SIGNS: Final[dict[Op, tuple[str, str]]] = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "replace": ("+-", "magenta"),
    "delete": ("-", "red"),
    "same": (" ", "dim"),
}
_RANK: Final[dict[Op, int]] = {"delete": 0, "replace": 1, "update": 2, "create": 3, "same": 4}
"""Dangerous things first."""

_STEP: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[\]]+)')
_LONGEST: Final = 160
_MISSING: Final = object()


def print_changes(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Prints every change, grouped by tenant; deletions and replacements first in each."""
    by_tenant: dict[str, list[Change]] = {}
    for outcome in outcomes:
        for change in outcome.changes.changes:
            by_tenant.setdefault(change.tenant, []).append(change)
    for tenant in sorted(by_tenant):
        changes = sorted(by_tenant[tenant], key=lambda change: (_RANK[change.op], change.urn))
        console.print(Text("(platform)" if tenant == PLATFORM else f"tenant {tenant}", style="bold"))
        for change in changes:
            sign, style = _SIGNS[change.op]
            console.print(Text(f"  {sign:<2} {change.type} {change.name}", style=style), soft_wrap=True)
            for line in property_lines(change):
                console.print(Text(f"       {line}"), soft_wrap=True)


def property_lines(change: Change) -> list[str]:
    """The changed properties of an update or replacement, one line each; nothing for what comes or goes as a whole."""
    if change.op not in ("update", "replace"):
        return []
    lines: list[str] = []
    for path in sorted(change.paths or _differing(change.old, change.new)):
        old, new = at(change.old, path), at(change.new, path)
        mark = " (forces replacement)" if change.paths.get(path, "").endswith("-replace") else ""
        if old is _MISSING and new is _MISSING:
            lines.append(f"{path}: {change.paths.get(path, 'update')}{mark}")
        elif old is _MISSING:
            lines.append(f"{path}: + {shown(new)}{mark}")
        elif new is _MISSING:
            lines.append(f"{path}: - {shown(old)}{mark}")
        else:
            lines.append(f"{path}: {shown(old)} -> {shown(new)}{mark}")
    return lines


def at(value: Any, path: str) -> Any:
    """The value at a property path such as `spec.hard["requests.cpu"]` or `rules[0].verbs`; _MISSING when there is
    none."""
    for quoted, index, name in _STEP.findall(path):
        if index and isinstance(value, list):
            value = value[int(index)] if int(index) < len(value) else _MISSING
        elif isinstance(value, Mapping):
            key = json.loads(f'"{quoted}"') if quoted else name or index
            value = value.get(key, _MISSING)
        else:
            return _MISSING
    return value


def shown(value: Any) -> str:
    """A value on one line, cut where it is long."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Top-level properties that differ, for a provider that names none."""
    return [key for key in sorted({*old, *new}) if old.get(key, _MISSING) != new.get(key, _MISSING)]
