"""`python -m fleet verify`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from fleet.cli import CHECKOUT, app, console
from fleet.verify.wanted import JOBS, RATE, Wanted


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
    from fleet.verify import command  # noqa: PLC0415  its libraries take a second, which no other command need wait for

    wanted = Wanted(tenant=tenant, only=frozenset(only or ()), jobs=jobs, rate=rate)
    as_json = form == "json"
    raise typer.Exit(
        command.run(project.resolve(), env, wanted, console(), as_json=as_json, report=report, plan_only=plan)
    )
