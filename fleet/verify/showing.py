"""A result for people: a row for each control, then what did not hold, by tenant."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fleet.verify.finding import FAILED, HELD
from fleet.verify.result import Result, Row, rows

STYLES: Final = {HELD: "green", FAILED: "red"}
SHOWN: Final = 40
"""Findings that are told one by one."""


def print_result(console: Console, result: Result) -> None:
    """Prints the table, what did not hold, and one line with the verdict."""
    held = rows(result.findings)
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for heading in ("control", "severity", "", "tenants", "probes", "what has to hold"):
        table.add_column(heading, overflow="fold", justify="right" if heading in ("tenants", "probes") else "left")
    for row in held:
        table.add_row(*_row(row))
    console.print(table)
    _wrong(console, held)
    for note in result.notes:
        console.print(f"note: {note}", style="dim")
    console.print(
        f"{result.verdict}: {len(held)} controls, {len(result.findings)} probes, {result.tenants} tenants, "
        f"{result.requests} requests, {result.seconds:.1f} s"
    )


def _row(row: Row) -> list[Text]:
    tenants = sorted({each.tenant for each in row.wrong if each.tenant})
    where = f" ({', '.join(tenants[:5])}{' and more' if len(tenants) > 5 else ''})" if tenants else ""
    return [
        Text(row.control),
        Text(row.severity),
        Text(row.state + where, style=STYLES.get(row.state, "yellow")),
        Text(str(row.tenants) if row.tenants else "all"),
        Text(str(row.probes)),
        Text(row.title),
    ]


def _wrong(console: Console, held: Iterable[Row]) -> None:
    wrong = [each for row in held for each in row.wrong]
    for each in wrong[:SHOWN]:
        whose = f"{each.cluster}/{each.namespace}" if each.namespace else each.cluster
        console.print(f"{each.state}: {each.control} {each.probe} ({each.title}) at {whose}: {each.why}")
    if len(wrong) > SHOWN:
        console.print(f"and {len(wrong) - SHOWN} more, which --format json tells")
