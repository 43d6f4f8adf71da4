"""`python -m bench.verify`: see --help."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import psutil
import typer

from bench.onboarding.meter import CommandError, Measured, measure
from bench.verify.project import CHECKOUT, ENVIRONMENT, make_project
from localcloud import LocalcloudError, controlplane
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.postgres import start_database
from localcloud.paths import STATE_VARIABLE
from localcloud.topology import local_clusters

TENANTS_PER_SHARD: Final = 5
CLUSTER: Final = "local"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    *,
    tenants: Annotated[int, typer.Option(min=10, max=300, help="How many.")] = 50,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Connections of verify.")] = 8,
    rate: Annotated[float, typer.Option(min=1, help="Requests a second, at most.")] = 1000,
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Time `fleet verify` of N tenants on a cluster with every add-on of `local`, applied by `fleet up` before.

    Starts a control plane of its own and takes it away again. Everything runs on this machine and shares its cores
    with the cluster. The last line is JSON: tenants, probes, verify_s, requests, requests_per_tenant, verify_cpu_s and
    server_cpu_s (seconds of a core that verify and the API server used, which say more on a machine that is busy),
    up_s.
    """
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        folder = Path(made)
        os.environ[STATE_VARIABLE] = str(folder / "state")
        try:
            figures = _run(folder, tenants, jobs, rate, quiet=json_only)
        except (CommandError, LocalcloudError) as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            controlplane.stop(CLUSTER)
    print(json.dumps(figures))


def _run(folder: Path, tenants: int, jobs: int, rate: float, *, quiet: bool) -> dict[str, Any]:
    def say(text: str) -> None:
        if not quiet:
            print(text, flush=True)

    project = make_project(folder / "project", tenants, -(-tenants // TENANTS_PER_SHARD))
    wanted = local_clusters(ENVIRONMENT, project / "catalog")[CLUSTER]
    say(f"starting a control plane for {tenants} tenants; {os.cpu_count()} cores, shared with it")
    controlplane.start(CLUSTER, wanted.pools, addons=wanted.addons)
    start_database(Layout(CLUSTER, folder / "state"))
    up = _fleet(project, "up", ENVIRONMENT, "--no-table")
    say(f"  fleet up       {up.seconds:7.1f} s")
    flags = ("--format", "json", "--jobs", str(jobs), "--rate", str(rate))
    before, own = _server_s(folder), os.times()
    done = _fleet(project, "verify", ENVIRONMENT, *flags)
    after, now = _server_s(folder), os.times()
    found = json.loads(done.output[done.output.index("{") :])
    say(f"  fleet verify   {done.seconds:7.1f} s: {found['verdict']}")
    return {
        "tenants": found["tenants"],
        "probes": sum(found["counts"].values()),
        "verify_s": round(done.seconds, 2),
        "requests": found["requests"],
        "requests_per_tenant": round(found["requests"] / found["tenants"], 1),
        "verify_cpu_s": round(now.children_user + now.children_system - own.children_user - own.children_system, 1),
        "server_cpu_s": round(after - before, 1),
        "up_s": round(up.seconds, 1),
    }


def _server_s(folder: Path) -> float:
    """Seconds of a core that the API server of this measurement has used."""
    held = [each for each in psutil.process_iter(["name", "cmdline"]) if each.info["name"] == "kube-apiserver"]
    ours = [each for each in held if any(str(folder) in part for part in each.info["cmdline"] or ())]
    return float(sum(sum(each.cpu_times()[:2]) for each in ours))


def _fleet(project: Path, *arguments: str) -> Measured:
    return measure([sys.executable, "-m", "fleet", *arguments, "--project", str(project)], CHECKOUT, os.environ)


if __name__ == "__main__":
    app()
