"""`python -m bench.policies`: see --help."""

import json
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bench.onboarding.meter import CommandError, Measured, measure
from bench.onboarding.project import CLUSTER, ENVIRONMENT, make_project
from fleet.environment import engine_environment
from localcloud import LocalcloudError, controlplane
from localcloud.paths import STATE_VARIABLE
from localcloud.plugins import CHOICE_VARIABLE
from localcloud.topology import local_clusters
from policies.table import RULES, STACK_RULES
from settings import load_catalogue
from settings.policy import RECORD_VARIABLE

PER_TENANT: Final = 18
"""Resources that a synthetic tenant with a workload has in its stack, rounded down."""
_RUN: Final = (
    "preview",
    "--stack",
    ENVIRONMENT,
    "--non-interactive",
    "--color",
    "never",
    "--suppress-outputs",
    "--suppress-progress",
)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass
class Runs:
    """Previews of one kind. asked: what the pack itself says of its last run."""

    measured: list[Measured] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Of the run in the middle."""
        return statistics.median(each.seconds for each in self.measured)

    @property
    def cpu_s(self) -> float:
        """Processor time of all processes of the run in the middle."""
        return statistics.median(each.cpu_s for each in self.measured)


@app.command()
def main(
    *,
    resources: Annotated[int, typer.Option(min=100, max=5000, help="Of the stack, at least.")] = 1000,
    runs: Annotated[int, typer.Option(min=1, max=20, help="Of each kind, in turn; the one in the middle counts.")] = 3,
    json_only: Annotated[bool, typer.Option("--json-only", help="Print the last line alone.")] = False,
) -> None:
    """Time a preview of a stack that is not there yet, with the policy pack and without.

    Starts a control plane of its own and takes it away again. The last line is JSON: resources, rules, preview_s,
    preview_with_policies_s, overhead (of the two), cpu_s and cpu_with_policies_s (of all processes), cpu_overhead,
    pack_cpu_s (of the pack's process, its start included). On a busy machine the processor times tell more. The engine
    runs as fleet runs it: without its debug log, which would be half of its time on both sides.
    """
    with tempfile.TemporaryDirectory(prefix="tenantplane-bench-") as made:
        folder = Path(made)
        os.environ[STATE_VARIABLE] = str(folder / "state")
        os.environ[CHOICE_VARIABLE] = "bundled"
        try:
            figures = _run(folder, resources, runs, quiet=json_only)
        except (CommandError, LocalcloudError) as error:
            print(f"error: {error}", file=sys.stderr)
            raise typer.Exit(1) from None
        finally:
            controlplane.stop(CLUSTER)
    print(json.dumps(figures))


def _run(folder: Path, resources: int, runs: int, *, quiet: bool) -> dict[str, Any]:
    tenants = -(-resources // PER_TENANT)
    project = make_project(folder / "project", tenants, workloads=1, shards=1)
    # Where PulumiPolicy.yaml looks for it.
    (project / ".venv").symlink_to(sys.prefix)
    controlplane.start(CLUSTER, local_clusters(ENVIRONMENT, project / "catalog")[CLUSTER].pools)
    topology = load_catalogue(project / "catalog", ENVIRONMENT).topology
    environment = {**engine_environment(project, topology), RECORD_VARIABLE: str(folder)}
    measure(["pulumi", "stack", "init", ENVIRONMENT, "--no-select", "--non-interactive"], project, environment)
    record = folder / f"{ENVIRONMENT}.jsonl"
    plain, asked = Runs(), Runs()
    pack = ("--policy-pack", str(project / "policies"))
    measure(["pulumi", *_RUN, *pack], project, environment)  # plugins and byte code are in place
    for _ in range(runs):
        plain.measured.append(measure(["pulumi", *_RUN], project, environment))
        record.unlink(missing_ok=True)
        asked.measured.append(measure(["pulumi", *_RUN, *pack], project, environment))
        asked.asked = json.loads(record.read_text().splitlines()[-1])
        if not quiet:
            print(
                f"  without {plain.measured[-1].seconds:.1f} s (cpu {plain.measured[-1].cpu_s:.1f} s),"
                f" with {asked.measured[-1].seconds:.1f} s (cpu {asked.measured[-1].cpu_s:.1f} s),"
                f" of which the pack's cpu {asked.asked['cpu_s']:.1f} s",
                flush=True,
            )
    return {
        "resources": asked.asked["resources"],
        "rules": len(RULES) + len(STACK_RULES),
        "preview_s": round(plain.seconds, 2),
        "preview_with_policies_s": round(asked.seconds, 2),
        "overhead": round(asked.seconds / plain.seconds - 1, 3),
        "cpu_s": round(plain.cpu_s, 2),
        "cpu_with_policies_s": round(asked.cpu_s, 2),
        "cpu_overhead": round(asked.cpu_s / plain.cpu_s - 1, 3),
        "pack_cpu_s": asked.asked["cpu_s"],
    }


if __name__ == "__main__":
    app(prog_name="python -m bench.policies")
