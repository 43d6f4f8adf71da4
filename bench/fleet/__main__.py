"""`python -m bench.fleet`: see --help."""

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from bench.fleet.project import CLUSTERS, make_fleet_project, shards_of
from bench.onboarding.meter import CommandError, Measured, measure
from bench.onboarding.project import CHECKOUT, ENVIRONMENT, change_one_tenant
from localcloud import LocalcloudError, controlplane
from localcloud.paths import STATE_VARIABLE
from localcloud.toolchain import tool

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Bench:
    """The clusters, and the runs on them. quiet: print nothing but the last line."""

    folder: Path
    quiet: bool
    peaks: list[float] = field(default_factory=list)

    def say(self, text: str) -> None:
        """One line of progress."""
        if not self.quiet:
            print(text, flush=True)

    def fleet(self, what: str, project: Path, verb: str, *arguments: str) -> Measured:
        """What a fleet command on a project took."""
        command = [sys.executable, "-m", "fleet", verb, ENVIRONMENT, *arguments, "--project", str(project)]
        done = measure(command, CHECKOUT, dict(os.environ))
        self.peaks.append(done.peak_rss_mb)
        self.say(f"  {what}: {done.seconds:.1f} s, {done.cpu_s:.1f} s of a processor, {done.peak_rss_mb:.0f} MB")
        return done

    def up(self, tenants: int) -> tuple[Path, float]:
        """A new project of so many tenants on empty clusters, applied; and the seconds that took."""
        for name in ("state", "fleet"):
            shutil.rmtree(self.folder / "state" / name, ignore_errors=True)
        project = make_fleet_project(self.folder / f"p{tenants}", tenants)
        stacks = len(CLUSTERS) * (1 + shards_of(tenants))
        return project, self.fleet(f"up of {tenants} tenants in {stacks} stacks", project, "up", "--no-table").seconds

    def preview_one(self, project: Path, tenants: int) -> Measured:
        """The preview of one changed tenant, after everything was applied."""
        change_one_tenant(project)
        return self.fleet(f"preview of one changed tenant of {tenants}", project, "preview")


@app.command()
def main(
    *,
    tenants: Annotated[int, typer.Option(min=30, max=1200, help="N; growth is measured from N/10 and N/3.")] = 300,
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Time `fleet` over three clusters by tier, and how it grows with the tenants.

    Starts three control planes of its own and takes them away again; they share this machine's cores with what is
    measured. The last line is JSON: tenants (N), up_s, preview_noop_s (every stack), preview_one_s (one changed tenant
    of N), one_300_over_30 (that over the same at N/10; bar 1.3), one_300_over_30_cpu (the same of the processor time of
    fleet, its engine and its programs, which others on the machine change less), up_300_over_100 (up of N over that of
    N/3; linear is 3, bar 3.45), peak_rss_mb.
    """
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        folder = Path(made)
        os.environ[STATE_VARIABLE] = str(folder / "state")
        bench = Bench(folder=folder, quiet=json_only)
        tool("pulumi")
        try:
            figures = _run(bench, tenants)
        except (CommandError, LocalcloudError) as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            for name in controlplane.clusters():
                controlplane.stop(name)
    print(json.dumps(figures))


def _run(bench: Bench, tenants: int) -> dict[str, float | int]:
    for name in CLUSTERS:
        bench.say(f"cluster {name}")
        controlplane.start(name, (), addons=())
    few, third = tenants // 10, tenants // 3
    project, _ = bench.up(few)
    one_of_few = bench.preview_one(project, few)
    bench.fleet("destroy", project, "destroy", "--yes")
    project, up_of_third = bench.up(third)
    bench.fleet("destroy", project, "destroy", "--yes")
    project, up = bench.up(tenants)
    noop = bench.fleet("preview of every stack, nothing changed", project, "preview", "--all").seconds
    one = bench.preview_one(project, tenants)
    return {
        "tenants": tenants,
        "up_s": round(up, 1),
        "preview_noop_s": round(noop, 1),
        "preview_one_s": round(one.seconds, 1),
        "one_300_over_30": round(one.seconds / one_of_few.seconds, 2),
        "one_300_over_30_cpu": round(one.cpu_s / one_of_few.cpu_s, 2),
        "up_300_over_100": round(up / up_of_third, 2),
        "peak_rss_mb": round(max(bench.peaks)),
    }


if __name__ == "__main__":
    app()
