"""The command `python -m fleet`. Exit codes: 0 done or nothing to do, 1 failed or refused, 2 wrong usage."""

import importlib
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated, Final, Literal

import typer
from rich.console import Console

from fleet.engine import Verb
from fleet.errors import FleetError
from fleet.roles import Role
from fleet.run import Fleet, Scope, apply
from fleet.stacks import catalogue_folder
from localcloud import LocalcloudError
from settings import Catalogue, CatalogueError, load_catalogue
from settings.dates import VARIABLE, today

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="All stacks of an environment at once: the platform of each cluster, and its tenants in shards.",
)

CHECKOUT: Final = Path(__file__).resolve().parent.parent

WIDTH: Final = 200
"""Characters of a line where there is no terminal to ask, such as in a log."""

_Environment = Annotated[str, typer.Argument(metavar="ENV", help="Environment: names catalog/topology/<env>.yaml.")]
_Tenant = Annotated[str | None, typer.Option(metavar="ID", help="Only the stacks that hold this tenant.")]
_Cluster = Annotated[str | None, typer.Option(metavar="NAME", help="Only the stacks of this cluster.")]
_All = Annotated[bool, typer.Option("--all", help="Every stack, those that are as last applied as well.")]
_Parallel = Annotated[
    int | None, typer.Option(min=1, max=64, metavar="N", help="Stacks at once; default: by cores and free memory.")
]
_Project = Annotated[Path, typer.Option(metavar="DIR", help="Folder with Pulumi.yaml.", show_default="this checkout")]
_Policies = Annotated[
    bool,
    typer.Option(
        "--policies/--no-policies",
        help="First ask the policy pack; what it refuses is not begun. Leave out what `fleet policy` has just judged.",
    ),
]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def console() -> Console:
    """Where results and progress go."""
    made = Console(highlight=False, markup=False)
    if not made.is_terminal:
        made.width = WIDTH
    return made


def main() -> None:
    """Run the command; what it could not do becomes a message and exit code 1."""
    said = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    try:
        app(prog_name="python -m fleet")
    except CatalogueError as error:
        count = len(error.problems)
        said.print(f"error: the catalogue has {count} mistake{'s' if count > 1 else ''}; nothing was changed:")
        for problem in error.problems:
            said.print(f"  {problem}")
        sys.exit(1)
    except (FleetError, LocalcloudError) as error:
        said.print(f"error: {error}")
        sys.exit(1)


@app.command()
def preview(
    env: _Environment,
    *,
    tenant: _Tenant = None,
    cluster: _Cluster = None,
    every: _All = False,
    parallel: _Parallel = None,
    base: Annotated[
        str | None, typer.Option(metavar="REV", help="What this checkout changes against a revision; needs no cluster.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="With --base: against what is really there as well.")] = False,
    form: Annotated[Literal["markdown", "json"], typer.Option("--format", help="With --base.")] = "markdown",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="With --base: write there.")] = None,
    full: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --base: the whole text, however long.")
    ] = None,
    policies: _Policies = True,
    project: _Project = CHECKOUT,
) -> None:
    """What `up` would change, tenant by tenant. Only the stacks that the catalogue or the program changed are run.

    With --base the exit code is 0 for nothing dangerous, 3 for what needs approval, 4 for what is refused, 1 for
    errors (docs/previews.md).
    """
    if base is not None:
        review = _lazily("fleet.preview.command")
        raise typer.Exit(review.run(project.resolve(), env, base, live=live, form=form, output=output, full=full))
    scope = Scope(tenant=tenant, cluster=cluster, every=every)
    _finish(apply(fleet_of(env, project), "preview", scope, console(), parallel, policies=policies))


@app.command()
def up(
    env: _Environment,
    *,
    tenant: _Tenant = None,
    cluster: _Cluster = None,
    every: _All = False,
    parallel: _Parallel = None,
    table: Annotated[bool, typer.Option("--table/--no-table", help="Show the tenants at the end.")] = True,
    migrate: Annotated[
        bool, typer.Option("--migrate-data", help="First move the data of tenants whose data isolation has changed.")
    ] = False,
    policies: _Policies = True,
    project: _Project = CHECKOUT,
) -> None:
    """Apply the catalogue, then show the tenants. After a failure or a crash the same command goes on where it was
    stopped."""
    fleet = fleet_of(env, project)
    scope = Scope(tenant=tenant, cluster=cluster, every=every)
    _finish(apply(fleet, "up", scope, console(), parallel, migrate=migrate, policies=policies))
    if table:
        _lazily("fleet.tenants").show_tenants(fleet, console())


@app.command()
def refresh(
    env: _Environment,
    *,
    tenant: _Tenant = None,
    cluster: _Cluster = None,
    parallel: _Parallel = None,
    project: _Project = CHECKOUT,
) -> None:
    """Read what is really there into the states. The next `up --all` puts right what was changed behind their back."""
    _finish(_run("refresh", env, Scope(tenant=tenant, cluster=cluster, every=True), parallel, project))


@app.command()
def destroy(
    env: _Environment,
    *,
    cluster: _Cluster = None,
    yes: _Yes = False,
    parallel: _Parallel = None,
    project: _Project = CHECKOUT,
) -> None:
    """Remove all stacks of an environment that runs on this machine alone, its AWS included.

    Anywhere else tenants leave one by one, by off-boarding (A7), and this refuses.
    """
    fleet = fleet_of(env, project)
    if elsewhere := [each.name for each in fleet.catalogue.topology.elsewhere]:
        raise FleetError(
            f"{env!r} has clusters that are not of this machine ({', '.join(elsewhere)}); tenants leave by "
            f"off-boarding, one reviewed change each (A7), and a cluster without tenants with `pulumi destroy`"
        )
    count = sum(len(state.tenants) for state in fleet.states.values())
    if not yes:
        typer.confirm(
            f"Remove {len(fleet.stacks)} stacks with {count} tenants and all their data from {env!r}?", abort=True
        )
    _finish(apply(fleet, "destroy", Scope(cluster=cluster, every=True), console(), parallel))


@app.command()
def status(
    env: _Environment,
    *,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="json: one object a tenant.")] = "table",
    project: _Project = CHECKOUT,
) -> None:
    """Each tenant: namespace, tier, quota and use, pods that run, policies, its host, and how to get in."""
    of = _lazily("fleet.tenants")
    if form == "table":
        of.show_tenants(fleet_of(env, project), console())
    else:
        typer.echo(of.tenants_json(fleet_of(env, project)))


@app.command()
def cost(
    env: _Environment,
    *,
    tenant: Annotated[str | None, typer.Option(metavar="ID", help="Every line of this tenant's bill.")] = None,
    form: Annotated[
        Literal["table", "json", "opencost"], typer.Option("--format", help="opencost: its custom pricing.")
    ] = "table",
    project: _Project = CHECKOUT,
) -> None:
    """What each tenant costs a month, from the catalogue and its prices alone; no cluster is asked."""
    catalogue, of = _catalogue(env, project.resolve()), _lazily("fleet.cost")
    if form == "table":
        of.print_cost(console(), catalogue, tenant)
    else:
        typer.echo(of.cost_json(catalogue, tenant) if form == "json" else of.opencost_json(catalogue))


@app.command()
def report(
    env: _Environment,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE")] = Path("report.html"),
    prometheus: Annotated[
        str | None, typer.Option(metavar="URL", help="Read error budgets and alerts from this Prometheus.")
    ] = None,
    project: _Project = CHECKOUT,
) -> None:
    """Write one HTML page about the running environment: topology, tenants, isolation, objectives, cost."""
    _lazily("fleet.report").write_report(fleet_of(env, project), output, prometheus, console())


@app.command()
def kubeconfig(
    env: _Environment,
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Id of a tenant.")],
    *,
    role: Annotated[Role, typer.Option(help="Role of the tenant to act in.")] = "admin",
    project: _Project = CHECKOUT,
) -> None:
    """Write a kubeconfig that acts as a member of a tenant for an hour, and print its path."""
    made = _lazily("fleet.tenants").tenant_access(fleet_of(env, project), tenant, role)
    Console(stderr=True, highlight=False, markup=False).print(
        f"user {made.user}, group {made.group}, valid for an hour"
    )
    typer.echo(made.path)


def _run(verb: Verb, env: str, scope: Scope, parallel: int | None, project: Path) -> bool:
    return apply(fleet_of(env, project), verb, scope, console(), parallel)


def _finish(good: bool) -> None:
    if not good:
        raise typer.Exit(1)


def fleet_of(env: str, project: Path) -> Fleet:
    root = project.resolve()
    return Fleet(root, _catalogue(env, root))


def _catalogue(env: str, root: Path) -> Catalogue:
    catalogue = load_catalogue(catalogue_folder(root, env), env, _day())
    for ended in catalogue.ended:
        typer.echo(f"note: {ended}", err=True)
    return catalogue


def _day() -> date:
    """Today, said to the programs that are started as well: a run that goes on past midnight is of one day."""
    try:
        day = today(os.environ, datetime.now(UTC))
    except ValueError as error:
        raise FleetError(str(error)) from None
    os.environ[VARIABLE] = day.isoformat()
    return day


def _lazily(module: str) -> ModuleType:
    # The Kubernetes client takes half a second to import, which a preview need not wait for.
    return importlib.import_module(module)
