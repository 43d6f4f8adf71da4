"""`python -m fleet verify`."""

import json
import os
import signal
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import typer
from rich.console import Console

from fleet.cli import CHECKOUT, app, console
from fleet.errors import FleetError
from fleet.stacks import catalogue_folder, stacks_of
from fleet.verify.junit import junit
from fleet.verify.planning import print_plan
from fleet.verify.result import UNKNOWN_CODE, as_data, write_result
from fleet.verify.run import JOBS, RATE, Run, Wanted
from fleet.verify.showing import print_result
from localcloud.paths import state_directory
from settings import load_catalogue


@app.command()
def verify(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")],
    *,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Only this tenant.")] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Only this control or probe; may be repeated.")
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="What standard output gets.")] = "text",
    report: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the result as JUnit as well.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Connections at once.")] = JOBS,
    rate: Annotated[
        float, typer.Option(min=1, max=5000, metavar="N", help="Requests a second to one API server, at most.")
    ] = RATE,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done, and do nothing.")] = False,
    project: Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.")] = CHECKOUT,
) -> None:
    """Prove on the running environment that isolation holds (I4).

    Acts as each tenant: a compliant request first, then the same with one thing changed, which has to be refused for
    the right reason. Everything is a read or a dry run, but for one namespace of its own, which is removed. Exit codes:
    0 every control held, 3 one did not or nothing was asked, 4 something could not be judged or the run could not be
    made.
    """
    root = project.resolve()
    catalogue = load_catalogue(catalogue_folder(root, env), env)
    kept = state_directory() / "fleet" / env
    told = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    wanted = Wanted(tenant=tenant, only=frozenset(only or ()), jobs=jobs, rate=rate)
    run = Run(catalogue, stacks_of(catalogue, root), root, wanted, tell=told.print)
    if plan:
        print_plan(console(), run)
        return
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        result = run.done()
    except FleetError as error:
        told.print(f"error: {error}")
        raise typer.Exit(UNKNOWN_CODE) from None
    if tenant is None and not only:
        write_result(result, kept / "verify.json")
    if report is not None:
        _write(report, junit(result))
    if form == "json":
        typer.echo(json.dumps(as_data(result), indent=1))
    else:
        print_result(console(), result)
    raise typer.Exit(result.code)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """To end as by the keyboard: what was made in the cluster is removed first."""
    del number, frame
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise KeyboardInterrupt


def _write(file: Path, text: str) -> None:
    try:
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError as error:
        raise FleetError(f"{file} cannot be written: {error.strerror}") from None
