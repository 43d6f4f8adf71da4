"""What `python -m localcloud start` starts, and how it tells of it."""

import time

import typer

from localcloud import controlplane
from localcloud.aws import start_aws
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import NoPostgresError, start_database
from localcloud.errors import LocalcloudError
from localcloud.paths import state_directory
from localcloud.progress import ConsoleReporter
from localcloud.topology import AtAws, LocalCluster, at_aws, local_clusters


def wanted_clusters(name: str | None, topology: str, bare: bool) -> dict[str, LocalCluster | None]:
    """Clusters to start, with what they are to have; None leaves a cluster's nodes and add-ons as they are."""
    if bare:
        if name is None:
            raise typer.BadParameter("--bare needs the NAME of a cluster")
        return {name: LocalCluster((), ())}
    known = local_clusters(topology)
    if name is None:
        if not known and at_aws(topology) is None:
            raise LocalcloudError(f"the topology of {topology} has no cluster of provider localcloud")
        return dict(known)
    if name in known:
        return {name: known[name]}
    if name in controlplane.clusters():
        return {name: None}
    allowed = ", ".join(known) or "none"
    raise LocalcloudError(
        f"the topology of {topology} has no local cluster {name!r}; allowed: {allowed}; or, without nodes: --bare"
    )


def begin_aws(environment: str, there: AtAws, reporter: ConsoleReporter) -> None:
    """The local AWS, and what an earlier `up` made there and has stopped since, as after a restart of the machine."""
    from localcloud.aws.databases import wake_databases  # noqa: PLC0415  psycopg, which other commands do without

    if not there.here:
        typer.echo(f"{environment} is on an AWS account: nothing of it is started here")
        return
    with reporter.phase("local AWS"):
        endpoint = start_aws().endpoint
        known = [name for name in there.clusters if name in controlplane.clusters()]
        woken = [name for name in known if controlplane.start(name, None).started]
        servers = wake_databases()
    what = f"; started {', '.join((*woken, *servers))} again" if woken or servers else ""
    ran = f", with {len(known)} clusters" if known else f"; `python -m fleet up {environment}` makes clusters there"
    typer.echo(f"the local AWS is at {endpoint}{ran}{what}")


def begin_database(cluster: str, reporter: ConsoleReporter) -> None:
    """The cluster's PostgreSQL; without one everything but the tenants' databases works."""
    began = time.monotonic()
    try:
        with reporter.phase("PostgreSQL"):
            server = start_database(Layout(cluster, state_directory()))
    except NoPostgresError as error:
        typer.echo(f"warning: {error}")
        return
    what = "started" if server.started else "ran already"
    typer.echo(
        f"PostgreSQL of {cluster} is at {server.host}:{server.port} in {time.monotonic() - began:.1f} s ({what})"
    )
