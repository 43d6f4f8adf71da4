"""docs/policies.md: every control, from the table.

`python -m tests.unit.controls.table_page` writes it anew; a test holds that it is current.
"""

from itertools import groupby

from controls import CONTROLS, Control
from tests.unit.components.local_stack import ROOT
from tests.unit.controls.live_probes import probes

FILE = ROOT / "docs" / "policies.md"

HEAD = """<!-- Written by `python -m tests.unit.controls.table_page` from controls/; do not edit. -->

# Policies: what has to hold, why, and where it is enforced

{count} controls. **Preview** is the pack in [policies/](../policies), which runs with `--policy-pack` before anything
is made. **Admission** is the API server's own refusal, by the name it gives. **Configuration** is what the platform is
built from, where nothing has to refuse anything. **Live probes** are what [fleet verify](verify.md) asks of a running
environment, for each tenant that they are about. What is attempted on a live API server, row by row, is in
[controls.md](controls.md).

| Severity | Controls |
| --- | --- |
{severities}
"""

AREAS = {
    "A": "Tenants and tiers",
    "B": "Identity",
    "C": "Runtime isolation",
    "D": "Scheduling",
    "E": "Network",
    "F": "Data",
    "G": "Observability, audit, cost, images",
    "H": "Clusters on AWS",
    "I": "Governance",
}


def where(control: Control) -> str:
    """Where a control is enforced, in a few words."""
    parts = ["preview"] if control.preview else []
    parts += [f"`{each}`" if each.startswith("tenantplane-") else each for each in control.admission]
    if control.configuration:
        parts.append(f"configuration: `{control.configuration}`")
    if count := sum(named == control.id for _, named in probes()):
        parts.append(f"{count} live probe{'s' if count > 1 else ''}")
    return ", ".join(parts)


def _row(control: Control) -> str:
    told = f"**{control.title}.** {control.why} *Fix:* {control.fix}"
    return f"| {control.id} | {control.severity.value} | {told} | {where(control)} | {', '.join(control.sources)} |"


def page() -> str:
    """The whole page."""
    rows = list(CONTROLS.values())
    counted = {name: sum(each.severity.value == name for each in rows) for name in ("high", "medium", "low")}
    head = HEAD.format(count=len(rows), severities="\n".join(f"| {name} | {n} |" for name, n in counted.items()))
    parts = [head]
    for area, held in groupby(rows, key=lambda each: each.requirement[0]):
        table = [
            "| Control | Severity | What, why, fix | Where enforced | Sources |",
            "| --- | --- | --- | --- | --- |",
        ]
        parts.append("\n".join([f"## {AREAS[area]}", "", *table, *map(_row, held), ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(page())
