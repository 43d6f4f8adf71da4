"""`python -m fleet failover` and `python -m fleet move`."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.cli import CHECKOUT, app, console, fleet_of
from fleet.errors import FleetError

_Environment = Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")]
_Project = Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.", show_default="this checkout")]
_Parallel = Annotated[
    int | None, typer.Option(min=1, max=64, metavar="N", help="Stacks at once; default: by cores and free memory.")
]


@app.command()
def failover(
    env: _Environment,
    cluster: Annotated[str, typer.Argument(metavar="CLUSTER", help="The cluster that is lost.")],
    *,
    alive: Annotated[bool, typer.Option("--alive", help="Even though the cluster answers.")] = False,
    parallel: _Parallel = None,
    project: _Project = CHECKOUT,
) -> None:
    """Let the clusters that stand by take over the tenants of one that is lost.

    Writes `lost: true` into the topology, carries secrets over, copies data where the lost cluster's server still
    answers, applies the stand-by's stacks, and compares quota, policies, rights and secrets. A tenant whose data may
    not be where the stand-by is stays where it was. The same command goes on after a failure.
    """
    from fleet.relocation import Failover  # noqa: PLC0415  its libraries are needed here alone

    if not Failover(lambda: fleet_of(env, project), cluster, console(), alive=alive).run(parallel):
        raise typer.Exit(1)


@app.command()
def move(
    env: _Environment,
    what: Annotated[str, typer.Argument(metavar="TENANT|CLUSTER", help="A tenant with --to, a cluster with --shards.")],
    *,
    to: Annotated[str | None, typer.Option(metavar="CLUSTER", help="Move the tenant to this cluster.")] = None,
    shards: Annotated[
        int | None, typer.Option(min=1, max=64, metavar="N", help="Spread the cluster's tenants over N stacks.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    parallel: _Parallel = None,
    project: _Project = CHECKOUT,
) -> None:
    """Move a tenant to another cluster, or a cluster's tenants to other shards, without losing a row or a secret.

    To another cluster: the new side is made and compared before the old one is off-boarded; the tenant's writes are
    refused while its data is copied. To other shards: nothing in the cluster changes. The same command goes on after a
    failure.
    """
    if (to is None) == (shards is None):
        raise typer.BadParameter("give --to CLUSTER for a tenant, or --shards N for a cluster")
    from fleet.relocation import Move, Resharding  # noqa: PLC0415  its libraries are needed here alone

    if shards is not None:
        if dry_run:
            raise FleetError("--dry-run goes with --to; moving between shards changes nothing in the cluster")
        good = Resharding(lambda: fleet_of(env, project), what, shards, console()).run(parallel)
    else:
        moving = Move(lambda: fleet_of(env, project), what, str(to), console())
        if dry_run:
            for line in moving.plan() or ["it is there and nowhere else; nothing to do"]:
                console().print(f"{what}: {line}")
            return
        good = moving.run(parallel)
    if not good:
        raise typer.Exit(1)
