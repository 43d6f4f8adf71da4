"""`python -m fleet audit`."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.console import Console

from fleet.audit import EVERYWHERE, Deed, Reading, opened
from fleet.cli import CHECKOUT, app, console
from fleet.errors import FleetError
from fleet.stacks import catalogue_folder
from localcloud.paths import state_directory
from settings import Catalogue, load_catalogue, names

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_WIDTHS: Final = (19, 28, 18, 10, 44, 4)
_HEADINGS: Final = ("time (UTC)", "who", "of", "verb", "object", "code")
_LONG_BYTES: Final = 50_000_000
"""From this size on reading takes a second or more."""


@app.command()
def audit(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")],
    *,
    tenant: Annotated[str, typer.Option(metavar="ID", help="Whose namespaces it is about.")],
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="90m, 12h, 7d, or a time such as 2026-11-22T06:00Z.")
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what the API server refused.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="What the cluster's own controllers did as well; refusals always are.")
    ] = False,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="json: one object a line.")] = "table",
    log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An audit log, with those put aside beside it.")
    ] = None,
    project: Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.")] = CHECKOUT,
) -> None:
    """Who touched a tenant: each request about its namespaces, who made it and as whom, and how it was decided."""
    root = project.resolve()
    catalogue = load_catalogue(catalogue_folder(root, env), env)
    if problem := names.id_problem(tenant):
        raise FleetError(f"{problem}; allowed: {', '.join(each.id for each in catalogue.tenants)}, or who has left")
    start = None if since is None else _start(since, datetime.now(UTC))
    told = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    reading = Reading(tenant, catalogue.tenants, since=start)
    count = 0
    with ExitStack() as stack:
        logs = [log] if log else _logs(catalogue)
        files = [file for each in logs for file in opened(stack, each, start)]
        size = sum(Path(file.name).stat().st_size for file in files)
        if size >= _LONG_BYTES:
            told.print(f"reading {size / 1e6:,.0f} MB in {len(files)} files")
        for deed in reading.deeds(files):
            if deed.refused or not (refused or (deed.by_the_machine and not every)):
                if form == "table" and count == 0:
                    console().print(_row(_HEADINGS), style="bold", soft_wrap=True)
                count += 1
                typer.echo(deed.as_json() if form == "json" else _line(deed))
    if form == "table":
        told.print(f"{count:,} requests about {tenant}")
    if reading.unreadable:
        told.print(f"warning: {reading.unreadable} lines that name the tenant are no audit events")


def _logs(catalogue: Catalogue) -> list[Path]:
    """Those of all clusters on this machine: a tenant may have been on another one before, or have left."""
    from localcloud.controlplane.layout import Layout  # noqa: PLC0415  what it comes with is slow, and needed here alone

    clusters = catalogue.topology.clusters
    found = [Layout(each.name, state_directory()).audit_log for each in clusters if each.provider == "localcloud"]
    if not found:
        listed = ", ".join(each.name for each in clusters)
        raise FleetError(f"the logs of {listed} are not on this machine: name a copy of one with --log")
    return found


def _start(text: str, now: datetime) -> datetime:
    if short := re.fullmatch(r"(\d{1,6})([mhd])", text):
        return now - timedelta(**{_UNITS[short.group(2)]: int(short.group(1))})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time; allowed: 90m, 12h, 7d, or such as 2026-11-22T06:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _line(deed: Deed) -> str:
    who = f"{deed.user} (by {deed.by})" if deed.by else deed.user
    home = deed.namespace.partition("--")[2]
    thing = "every namespace: " * (deed.namespace == EVERYWHERE) + (f"{home}: " if home else "") + deed.object
    row = _row((f"{deed.at:%Y-%m-%d %H:%M:%S}", who, deed.of, deed.verb, thing, str(deed.code or "-")))
    # Names come from whoever asked: what moves the cursor or colours the terminal is not passed on.
    return "".join(each if each.isprintable() else "?" for each in (f"{row}  {deed.why}" if deed.why else row))


def _row(cells: tuple[str, ...]) -> str:
    """Fixed columns, since rows are printed as they are found; what is longer pushes the rest to the right."""
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
