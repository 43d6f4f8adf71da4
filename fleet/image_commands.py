"""`python -m fleet images`."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from fleet.cli import CHECKOUT, app
from fleet.stacks import catalogue_folder
from settings import load_catalogue, plan_tenants
from settings.dates import today
from settings.image_scan import scanned_images


@app.command()
def images(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")],
    *,
    project: Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.")] = CHECKOUT,
) -> None:
    """Every image that the catalogue names, by digest, and who runs it: a line each, for a scanner (G7)."""
    root = project.resolve()
    catalogue = load_catalogue(catalogue_folder(root, env), env, today(os.environ, datetime.now(UTC)))
    users: dict[str, set[str]] = {}
    for cluster in catalogue.topology.clusters:
        for image, who in scanned_images(cluster, plan_tenants(catalogue, cluster.name)).items():
            users.setdefault(image, set()).update(who)
    for image in sorted(users):
        typer.echo(f"{image} {' '.join(sorted(users[image]))}")
