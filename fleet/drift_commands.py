"""`python -m fleet drift`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from fleet.cli import CHECKOUT, app
from fleet.stacks import catalogue_folder
from settings import load_catalogue
from settings.dates import today


@app.command()
def drift(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")],
    *,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only this tenant.")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="NAME", help="Only the stacks of this cluster.")] = None,
    form: Annotated[Literal["text", "markdown", "json"], typer.Option("--format")] = "text",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there, not to standard output.")] = None,
    project: Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.")] = CHECKOUT,
) -> None:
    """What was changed behind the catalogue's back, by tenant (I3). Reads, and writes no state.

    Exit codes: 0 everything is as last applied, 3 something is not, 1 not everything could be looked at. What may
    differ, and why, is in fleet/drift/ignored.yaml; what this cannot see, in docs/drift.md.
    """
    from fleet.drift import showing  # noqa: PLC0415  nothing else waits for what these import
    from fleet.drift.run import look  # noqa: PLC0415
    from fleet.run import Fleet, Scope  # noqa: PLC0415

    root = project.resolve()
    catalogue = load_catalogue(catalogue_folder(root, env), env, today(os.environ, datetime.now(UTC)))
    told = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    found = look(Fleet(root, catalogue), Scope(tenant=tenant, cluster=cluster, every=True), told)
    made = {"text": showing.text, "markdown": showing.markdown, "json": showing.as_json}[form](found)
    if output is None:
        typer.echo(made, nl=form == "json")
    else:
        output.write_text(made, encoding="utf-8")
    raise typer.Exit(found.exit_code)
