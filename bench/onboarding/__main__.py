"""`python -m bench.onboarding`: see --help."""

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bench.onboarding.meter import CommandError, Measured, measure
from bench.onboarding.objects import kubectl_apply, objects_of, remove_objects, write_objects
from bench.onboarding.official import official_home
from bench.onboarding.project import CHECKOUT, CLUSTER, ENVIRONMENT, TENANTS_PER_SHARD, change_one_tenant, make_project
from localcloud import LocalcloudError, controlplane
from localcloud.paths import STATE_VARIABLE
from localcloud.plugins import CHOICE_VARIABLE
from localcloud.toolchain import tool
from localcloud.topology import local_clusters

GONE_WITHIN_S: Final = 300.0

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Bench:
    """One control plane, and the runs on it. quiet: print nothing but the last line."""

    folder: Path
    workloads: int
    shards: int | None
    quiet: bool
    peaks: list[float] = field(default_factory=list)
    kubeconfig: Path = Path()

    def say(self, text: str) -> None:
        """One line of progress."""
        if not self.quiet:
            print(text, flush=True)

    def fleet(self, project: Path, *arguments: str, environment: dict[str, str] | None = None) -> Measured:
        """Runs the fleet command on a project."""
        command = [sys.executable, "-m", "fleet", *arguments, "--project", str(project)]
        done = measure(command, CHECKOUT, {**os.environ, **(environment or {})})
        self.peaks.append(done.peak_rss_mb)
        return done

    def project(self, tenants: int, name: str) -> Path:
        """A new project of so many tenants; its states are thrown away, the cluster is empty."""
        shutil.rmtree(self.folder / "state" / "state", ignore_errors=True)
        shutil.rmtree(self.folder / "state" / "fleet", ignore_errors=True)
        shards = self.shards or max(1, -(-tenants // TENANTS_PER_SHARD))
        return make_project(self.folder / name, tenants, workloads=self.workloads, shards=min(64, shards))


@app.command()
def main(
    *,
    tenants: Annotated[int, typer.Option(min=2, max=600, help="N; the growth is measured from N to 2N.")] = 100,
    shards: Annotated[int | None, typer.Option(min=1, max=64, help="Stacks; default: one per 5 tenants.")] = None,
    workloads: Annotated[int, typer.Option(min=0, max=1, help="Workloads of each: +5 objects, pods.")] = 1,
    skip_double: Annotated[bool, typer.Option("--skip-double", help="Do not measure 2N; growth is null.")] = False,
    skip_official: Annotated[bool, typer.Option("--skip-official", help="Leave out the official provider.")] = False,
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Time bringing N tenants in, next to `kubectl apply` of the same objects on the same API server.

    Starts a control plane of its own and takes it away again. Everything runs on this machine and shares its cores
    with the cluster. The last line is JSON: tenants, objects, kubectl_s, up_s, official_up_s, ratio (up_s to
    kubectl_s), growth_100_200 (up of 2N to that of N), preview_noop_s (every stack), preview_one_s, destroy_s,
    peak_rss_mb.
    """
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        folder = Path(made)
        os.environ[STATE_VARIABLE] = str(folder / "state")
        os.environ[CHOICE_VARIABLE] = "bundled"
        bench = Bench(folder=folder, workloads=workloads, shards=shards, quiet=json_only)
        try:
            figures = _run(bench, tenants, double=not skip_double, official=not skip_official)
        except (CommandError, LocalcloudError, TimeoutError) as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            controlplane.stop(CLUSTER)
    print(json.dumps(figures))


def _run(bench: Bench, tenants: int, *, double: bool, official: bool) -> dict[str, Any]:
    bench.say(f"{tenants} tenants, {bench.workloads} workload(s) each; {os.cpu_count()} cores, shared with the cluster")
    project = bench.project(tenants, "n")
    began = time.monotonic()
    pools = local_clusters(ENVIRONMENT, project / "catalog")[CLUSTER].pools
    bench.kubeconfig = controlplane.start(CLUSTER, pools).kubeconfig
    bench.say(f"  control plane                {time.monotonic() - began:7.1f} s")
    bench.fleet(project, "preview", ENVIRONMENT, "--tenant", "bench-0000")  # tools, plugins and byte code are in place

    up = bench.fleet(project, "up", ENVIRONMENT, "--no-table")
    objects = objects_of(bench.folder / "state" / "state")
    _tell(bench, "(b) fleet up", up, len(objects))
    noop = bench.fleet(project, "preview", ENVIRONMENT, "--all")
    _tell(bench, "(d) preview, nothing changed", noop, len(objects))
    change_one_tenant(project)
    one = bench.fleet(project, "preview", ENVIRONMENT)
    _tell(bench, "(e) preview, 1 tenant changed", one, len(objects))
    peak = max(bench.peaks)
    destroy = bench.fleet(project, "destroy", ENVIRONMENT, "--yes")
    _tell(bench, "destroy", destroy, len(objects))

    kubectl = tool("kubectl")
    file = bench.folder / "objects.yaml"
    write_objects(objects, file)
    applied = kubectl_apply(kubectl, bench.kubeconfig, file, os.environ)
    _tell(bench, "(a) kubectl apply", applied, len(objects))
    remove_objects(kubectl, bench.kubeconfig, GONE_WITHIN_S)

    official_s = _official(bench, tenants, len(objects)) if official else None
    growth = None
    if double:
        twice = bench.project(2 * tenants, "2n")
        more = bench.fleet(twice, "up", ENVIRONMENT, "--no-table")
        _tell(bench, f"fleet up of {2 * tenants}", more, 2 * len(objects))
        growth = round(more.seconds / up.seconds, 2)
    return {
        "tenants": tenants,
        "objects": len(objects),
        "kubectl_s": round(applied.seconds, 2),
        "up_s": round(up.seconds, 2),
        "official_up_s": official_s,
        "ratio": round(up.seconds / applied.seconds, 2),
        "growth_100_200": growth,
        "preview_noop_s": round(noop.seconds, 2),
        "preview_one_s": round(one.seconds, 2),
        "destroy_s": round(destroy.seconds, 2),
        "peak_rss_mb": round(peak),
    }


def _official(bench: Bench, tenants: int, objects: int) -> float | None:
    """Seconds of the same update with the official provider; None where there is none."""
    home = official_home(bench.folder / "official")
    if home is None:
        bench.say("(c) official provider: none here")
        return None
    project = bench.project(tenants, "official-n")
    given = {"PULUMI_HOME": str(home), CHOICE_VARIABLE: "auto"}
    done = bench.fleet(project, "up", ENVIRONMENT, "--no-table", environment=given)
    _tell(bench, "(c) fleet up, official", done, objects)
    remove_objects(tool("kubectl"), bench.kubeconfig, GONE_WITHIN_S)
    return round(done.seconds, 2)


def _tell(bench: Bench, what: str, done: Measured, objects: int) -> None:
    bench.say(f"  {what:<30}{done.seconds:7.1f} s  {objects} objects, peak {done.peak_rss_mb:.0f} MB")


if __name__ == "__main__":
    app(prog_name="python -m bench.onboarding")
