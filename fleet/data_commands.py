"""`python -m fleet migrate-data` and `python -m fleet data`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fleet.cli import CHECKOUT, app, console
from fleet.stacks import catalogue_folder
from settings import Catalogue, load_catalogue
from settings.dates import today

_Environment = Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")]
_Confirm = Annotated[
    str | None, typer.Option(metavar="ID", help="Confirm a drop: the tenant's id, where nobody is there to type it.")
]
_Project = Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.", show_default="this checkout")]


@app.command("migrate-data")
def migrate_data(
    env: _Environment,
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Id of a tenant.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Give up a move that was stopped, or move back to the model before.")
    ] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Drop the former home that a move has left, for good.")
    ] = False,
    confirm: _Confirm = None,
    wait: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How long writes under way may take to end.")
    ] = 10.0,
    project: _Project = CHECKOUT,
) -> None:
    """Move a tenant's data to the model of data isolation that the catalogue wants.

    Copies every table that has another place there, compares rows and checksums on both sides, then switches. The
    tenant's writes are refused from the copy on, its reads until the switch. After a failure nothing has moved; after a
    crash the same command goes on where it was stopped. The former home is kept, closed, until --drop-old.
    """
    if sum((dry_run, back, drop_old)) > 1:
        raise typer.BadParameter("--dry-run, --back and --drop-old are three different things: one at a time")
    if confirm is not None and not drop_old:
        raise typer.BadParameter("--confirm goes with --drop-old")
    from fleet.data import commands  # noqa: PLC0415  its libraries are needed here alone

    catalogue = _catalogue(env, project)
    if dry_run:
        commands.plan_move(catalogue, tenant, console())
    elif back:
        commands.go_back(catalogue, tenant, console(), wait)
    elif drop_old:
        commands.drop_old(catalogue, tenant, confirm, console())
    else:
        commands.migrate(catalogue, tenant, console(), wait)


@app.command()
def data(
    env: _Environment,
    *,
    drop: Annotated[
        str | None, typer.Option(metavar="TENANT", help="Drop all data of a tenant that was off-boarded, for good.")
    ] = None,
    give_back: Annotated[
        str | None, typer.Option(metavar="TENANT", help="Let a tenant that was off-boarded have its data again.")
    ] = None,
    confirm: _Confirm = None,
    project: _Project = CHECKOUT,
) -> None:
    """Where the data of every tenant is: homes, former homes, and what tenants that have left have left behind."""
    if drop is not None and give_back is not None:
        raise typer.BadParameter("--drop and --give-back are two different things: one at a time")
    if confirm is not None and drop is None:
        raise typer.BadParameter("--confirm goes with --drop")
    from fleet.data import commands  # noqa: PLC0415  its libraries are needed here alone

    catalogue = _catalogue(env, project)
    if drop is not None:
        commands.drop_left(catalogue, drop, confirm, console())
    elif give_back is not None:
        commands.give_back(catalogue, give_back, console())
    else:
        commands.show(catalogue, console())


def _catalogue(env: str, project: Path) -> Catalogue:
    root = project.resolve()
    return load_catalogue(catalogue_folder(root, env), env, today(os.environ, datetime.now(UTC)))
