"""The command `python -m localcloud`. Exit codes: 0 done, 1 failed, 2 wrong usage."""

import json
import shlex
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from localcloud import controlplane, nodehost, realnode, stacks, toolchain
from localcloud.aws import stop_aws
from localcloud.aws.cli import aws_app
from localcloud.controlplane.layout import Layout
from localcloud.environment import pulumi_environment
from localcloud.errors import LocalcloudError
from localcloud.paths import state_directory
from localcloud.progress import ConsoleReporter
from localcloud.starting import begin_aws, begin_database, wanted_clusters
from localcloud.tokens import tenant_token
from localcloud.topology import at_aws

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Real Kubernetes control planes and the pinned tools, on this machine only (127.0.0.1).",
)

app.add_typer(aws_app, name="aws")

_Name = Annotated[str, typer.Argument(help="Name of a cluster.")]


def main() -> None:
    """Run the command; a LocalcloudError becomes its message and exit code 1."""
    try:
        app(prog_name="python -m localcloud")
    except LocalcloudError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"error: {error}", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted; the same command goes on from here", markup=False)
        sys.exit(1)


@app.command()
def start(
    name: Annotated[
        str | None, typer.Argument(help="Cluster to start; default: all local ones of the topology.")
    ] = None,
    topology: Annotated[str, typer.Option(help="Environment whose topology gives clusters and node pools.")] = "local",
    bare: Annotated[bool, typer.Option("--bare", help="A cluster without nodes, whatever the topology says.")] = False,
    real_node: Annotated[
        bool,
        typer.Option(
            "--real-node",
            help="Let this machine join cluster NAME as a node that really runs pods, in containerd with runc and "
            "gVisor. Needs root and packages of Debian, which it names; see docs/real-node.md.",
        ),
    ] = False,
) -> None:
    """Start clusters, or bring them up to date: parts that crashed, node pools that changed.

    Repeating it is free. Takes 5 to 15 s for a new cluster once the tools are built. Clusters at AWS are made by their
    stacks: for an environment that has some, the local AWS is started, and what its stacks made there before.
    """
    if real_node:
        if name is None:
            raise typer.BadParameter("--real-node needs the NAME of a cluster")
        nodehost.require()
    reporter = ConsoleReporter()
    if name is None and not bare and (there := at_aws(topology)) is not None:
        begin_aws(topology, there, reporter)
    for cluster, wanted in wanted_clusters(name, topology, bare).items():
        began = time.monotonic()
        reporter.note(f"cluster {cluster}")
        pools, addons = (wanted.pools, wanted.addons) if wanted else (None, None)
        made = controlplane.start(cluster, pools, addons=addons, reporter=reporter)
        seconds = time.monotonic() - began
        what = f"started {', '.join(made.started)}" if made.started else "ran already"
        nodes = made.nodes
        change = f"; nodes +{len(nodes.added)} ~{len(nodes.changed)} -{len(nodes.removed)}" if nodes else ""
        typer.echo(f"{cluster} is ready at {made.server} in {seconds:.1f} s ({what}{change})")
        if wanted is not None and wanted.databases:
            begin_database(cluster, reporter)
    if real_node and name is not None:
        joined = realnode.start_real_node(name, topology, reporter=reporter)
        what = f"started {', '.join(joined.started)}" if joined.started else "ran already"
        typer.echo(f"node {joined.name} of pool {joined.pool} is real ({what}); its pods can pull:")
        for reference in joined.images.values():
            typer.echo(f"  {reference}")


@app.command()
def stop(
    name: Annotated[str | None, typer.Argument(help="Cluster to stop.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Stop every cluster.")] = False,
    real_node: Annotated[
        bool, typer.Option("--real-node", help="Only take away the real node of cluster NAME; the cluster stays.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Only end the control plane of cluster NAME, as to rehearse its loss; what it knows, and the Pulumi "
            "state of what runs on it, is there at the next start. Its database server and its gateway go on.",
        ),
    ] = False,
) -> None:
    """Stop clusters and delete them: no process, port or file stays, nor the Pulumi state of what ran on them.

    A state that outlives its cluster would keep the next `up` from making anything.
    """
    one = real_node or keep
    if (name is None) != every or (one and name is None):
        raise typer.BadParameter("give the NAME of a cluster" if one else "give the NAME of a cluster, or --all")
    reporter = ConsoleReporter()
    if keep and name is not None:
        there = controlplane.pause(name, reporter=reporter)
        typer.echo(f"{name} is stopped, and kept" if there else f"there is no cluster {name}: nothing to stop")
        return
    if real_node and name is not None:
        gone = realnode.stop_real_node(name, reporter=reporter)
        typer.echo(f"the real node of {name} is gone" if gone else f"{name} has no real node: nothing to stop")
        return
    names = controlplane.clusters() if name is None else (name,)
    for cluster in names:
        there = controlplane.stop(cluster, reporter=reporter)
        typer.echo(f"{cluster} is stopped and deleted" if there else f"there is no cluster {cluster}: nothing to stop")
        _forget_stacks(cluster)
    if not names:
        typer.echo("there is no cluster: nothing to stop")
    if every and stop_aws():
        typer.echo("the local AWS is stopped and forgotten")
        for stack in stacks.forget_aws_stacks(state_directory()):
            typer.echo(f"removed the state of {stack}, which lived on it")
    if every and not stacks.clear(state_directory()):
        typer.echo(f"stacks of other clusters are kept in {state_directory() / 'state'}")


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="Cluster to look at; default: all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What runs: each part with its port, process, memory and age. Exit code 1 when any part has crashed."""
    names = controlplane.clusters() if name is None else (name,)
    found = [one for one in map(controlplane.status, names) if one is not None]
    if name is not None and not found:
        raise _unknown(name)
    if as_json:
        typer.echo(json.dumps([{**asdict(one), "healthy": one.healthy} for one in found]))
    else:
        for one in found:
            _print_status(one)
        if not found:
            typer.echo("no clusters; start them with: python -m localcloud start")
    if not all(one.healthy for one in found):
        raise typer.Exit(1)


@app.command()
def kubeconfig(name: _Name) -> None:
    """Print the path of a cluster's kubeconfig."""
    path = Layout(name, state_directory()).kubeconfig
    if not path.exists():
        raise _unknown(name)
    typer.echo(path)


@app.command()
def logs(
    name: _Name,
    part: Annotated[str | None, typer.Argument(help="One part, or audit; default: the end of each log.")] = None,
    lines: Annotated[int, typer.Option(help="How many lines from the end; 0 for all.")] = 20,
) -> None:
    """Print logs of a cluster's parts."""
    folder = Layout(name, state_directory()).directory / "logs"
    if not folder.is_dir():
        raise _unknown(name)
    available = sorted(file.stem for file in folder.glob("*.log"))
    if part is not None and part not in available:
        raise LocalcloudError(f"cluster {name} has no log of {part!r}; allowed: {', '.join(available)}")
    for one in (part,) if part else available:
        if part is None:
            typer.echo(f"== {one}: {folder / one}.log")
        _print_log(folder / f"{one}.log", lines)


@app.command()
def which(name: Annotated[str, typer.Argument(help="A tool, such as kubectl.", metavar="TOOL")]) -> None:
    """Print the path of a tool; builds it when this machine has none that fits."""
    typer.echo(toolchain.tool(name))


@app.command("toolchain")
def build_toolchain(
    brief: Annotated[bool, typer.Option("--brief", help="One line instead of one for each tool.")] = False,
) -> None:
    """Make sure that every tool is there; what is missing is built. Prints where each comes from."""
    tools = toolchain.tools()
    if brief:
        counts = Counter(one.source for one in tools)
        typer.echo("tools: " + ", ".join(f"{count} {source}" for source, count in sorted(counts.items())))
        return
    for one in tools:
        typer.echo(f"{one.name:<28} {one.source:<22} {one.path}")


@app.command("env")
def environment() -> None:
    """Print the environment for plain `pulumi`, to be read by a shell: eval "$(python -m localcloud env)"."""
    typer.echo("unset PULUMI_CONFIG_PASSPHRASE")  # one from the shell would win over the file
    for key, value in pulumi_environment().items():
        typer.echo(f"export {key}={shlex.quote(value)}")


@app.command()
def token(
    tenant: Annotated[str, typer.Argument(help="Id of a tenant.", metavar="TENANT")],
    topology: Annotated[str, typer.Option(help="Environment whose catalogue has the tenant.")] = "local",
) -> None:
    """Print a token for the tenant's host at the local gateway, which is the only one that takes it. Lasts an hour."""
    typer.echo(tenant_token(tenant, topology))


def _forget_stacks(cluster: str) -> None:
    removed, left = stacks.forget_stacks(state_directory(), Layout(cluster, state_directory()).kubeconfig)
    if removed:
        typer.echo(f"removed the state of {', '.join(removed)}, which lived on it")
    for stack in left:
        typer.echo(f"stack {stack} uses other clusters too and keeps its state; refresh it: pulumi refresh -s {stack}")


def _print_log(file: Path, lines: int) -> None:
    text = file.read_text(errors="replace").splitlines()
    for line in text[-lines:] if lines else text:
        typer.echo(line)


def _print_status(one: controlplane.ClusterStatus) -> None:
    nodes = "unknown" if one.nodes is None else f"{one.nodes_ready} of {one.nodes} ready"
    typer.echo(f"{one.name}: {'healthy' if one.healthy else 'NOT healthy'}; {one.server}; nodes {nodes}")
    for part in one.parts:
        process = f"pid {part.pid}, {part.memory_bytes / 1e6:.0f} MB, up {part.uptime_s:.0f} s" if part.pid else "-"
        port = f"port {part.port}" if part.port else ""
        typer.echo(f"  {part.name:<20} {part.state:<14} {port:<10}  {process}")
    if not one.healthy:
        real = any(part.name in nodehost.PARTS and part.state != "running" for part in one.parts)
        typer.echo(f"  repair it with: python -m localcloud start {one.name}{' --real-node' if real else ''}")


def _unknown(name: str) -> LocalcloudError:
    there = ", ".join(controlplane.clusters()) or "none"
    return LocalcloudError(f"there is no cluster {name!r}; there are: {there}")
