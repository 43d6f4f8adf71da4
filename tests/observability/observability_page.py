"""The tables of docs/observability.md, from the data that they describe.

`python -m tests.observability.observability_page` writes them anew; a test holds that they are current.
"""

from collections.abc import Sequence
from pathlib import Path

from settings.monitoring import ALERTS, BURN_WINDOWS, EXPORTERS, SCALING, SLOS
from settings.monitoring.recording import USE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "observability.md"
START, END = "<!-- tables: written by `python -m tests.observability.observability_page` -->", "<!-- end of tables -->"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables() -> str:
    """All tables, with their headings."""
    alerts = [
        (
            each.name,
            each.requirement,
            "tenant" if each.tenant else "platform",
            each.severity,
            each.hold,
            f"`{each.expr}`",
        )
        for each in ALERTS
        if each.requirement != "G3"
    ]
    slos = [(each.id, each.requirement, f"{each.objective:.1%}", each.source) for each in SLOS]
    windows = [
        (each.name, each.long, each.short, f"{each.rate:g}", f"{each.spent:.0%}", each.severity, each.hold)
        for each in BURN_WINDOWS
    ]
    scraped = [(each.job, ", ".join(f"`{name}`" for name in each.metrics), each.source) for each in EXPORTERS]
    scaling = [
        (
            f"`{each.name}`",
            f"{'custom' if each.of_pods else 'external'}.metrics.k8s.io",
            f"`{each.rule()['metricsQuery']}`",
        )
        for each in SCALING
    ]
    return "\n\n".join(
        (
            "### Alerts of use and isolation",
            _table(("Alert", "", "about", "severity", "lasts", "when"), alerts),
            "### Objectives",
            _table(("slo", "requirement", "good events", "source"), slos),
            "### Speeds at which a budget burns",
            _table(("speed", "long", "short", "rate", "of 30 days' budget", "severity", "lasts"), windows),
            "### Recorded series of use",
            _table(("Series", "Expression"), [(f"`{name}`", f"`{expr}`") for name, expr in USE]),
            "### Metrics that autoscalers go by",
            _table(("Metric", "API", "Query"), scaling),
            "### What is scraped of the platform",
            _table(("Job", "Metrics", "Source of the names"), scraped),
        )
    )


def page() -> str:
    """The page with its tables anew."""
    before, rest = PAGE.read_text().split(START)
    return f"{before}{START}\n\n{tables()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page())
