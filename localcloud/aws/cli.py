"""`python -m localcloud aws ...`: the local AWS by hand."""

import typer

from localcloud.aws.service import pause_aws, running_aws, start_aws, stop_aws
from localcloud.paths import state_directory
from localcloud.progress import ConsoleReporter
from localcloud.stacks import forget_aws_stacks

aws_app = typer.Typer(no_args_is_help=True, help="AWS's API on this machine, which the bundled aws provider talks to.")


@aws_app.command()
def start() -> None:
    """Start it with what it knew before, and print its address. Repeating it is free."""
    with ConsoleReporter().phase("local AWS"):
        service = start_aws()
    typer.echo(f"the local AWS is at {service.endpoint} ({'started' if service.started else 'ran already'})")


@aws_app.command()
def stop(
    keep: bool = typer.Option(False, "--keep", help="Only end the server; what it knows is there at the next start."),
) -> None:
    """Stop it and forget all: every resource, and the servers of databases. Control planes are left alone."""
    there = pause_aws() if keep else stop_aws()
    forgotten = forget_aws_stacks(state_directory()) if there and not keep else ()
    what = "stopped" if keep else "stopped and forgotten"
    typer.echo(f"the local AWS is {what}" if there else "there is no local AWS: nothing to stop")
    if forgotten:
        typer.echo(f"removed the state of {', '.join(forgotten)}, which lived on it")


@aws_app.command()
def status() -> None:
    """Print its address; exit code 1 when it does not run."""
    service = running_aws()
    typer.echo(f"the local AWS is at {service.endpoint}" if service else "the local AWS does not run")
    if service is None:
        raise typer.Exit(1)
