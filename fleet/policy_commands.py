"""`python -m fleet policy`."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from fleet.cli import CHECKOUT, app, console
from fleet.guards import is_affected
from fleet.policy import PACK, as_data, read_record, told
from fleet.policy_documents import with_the_program_asked
from fleet.run import Fleet, Scope
from fleet.stacks import catalogue_folder
from settings import load_catalogue
from settings.dates import today
from settings.policy import RECORD_VARIABLE, load_policy


@app.command()
def policy(
    env: Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")],
    *,
    cluster: Annotated[str | None, typer.Option(metavar="NAME", help="Only the stacks of this cluster.")] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="What standard output gets.")] = "text",
    project: Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.")] = CHECKOUT,
) -> None:
    """Ask every rule of the policy pack about every stack, by a preview; for CI (I1).

    Fails on a finding, on an exception that has ended, on a mandatory rule that could not be evaluated and is not
    waived (catalog/policy/ENV.yaml), and on a stack that the pack did not see whole.
    """
    root = project.resolve()
    folder = catalogue_folder(root, env)
    on = today(os.environ, datetime.now(UTC))
    load_policy(folder, env, on)
    fleet = Fleet(root, load_catalogue(folder, env, on))
    records = fleet.folder / "policy"
    shutil.rmtree(records, ignore_errors=True)
    records.mkdir(parents=True)
    fleet.engine.add_environment({RECORD_VARIABLE: str(records)})
    stacks = fleet.chosen(Scope(cluster=cluster, every=True))
    said = Console(stderr=True, highlight=False, markup=False)
    flags = ("--policy-pack", str(root / PACK))
    outcomes = fleet.run("preview", stacks, said if form == "json" else console(), None, flags)
    asked = [
        read_record(each.stack.name, records / f"{each.stack.name}.jsonl", each.output if each.failed else "")
        for each in outcomes
    ]
    below = {each.name for each in fleet.stacks if is_affected(each, fleet.states[each.name])}
    waiting = {each.name for each in stacks if below & set(each.needs)}
    from fleet.preview.findings import Judge  # noqa: PLC0415  no other command waits for the rules

    asked = with_the_program_asked(asked, waiting, fleet.stacks, Judge(root, env, on, fleet.catalogue))
    if form == "json":
        typer.echo(json.dumps(as_data(asked), indent=2))
    else:
        for line in told(asked):
            typer.echo(line)
    if not as_data(asked)["passed"]:
        raise typer.Exit(1)
