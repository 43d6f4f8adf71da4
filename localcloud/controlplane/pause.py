"""Ending a cluster's control plane and keeping everything, as for a rehearsal of its loss (H3)."""

from pathlib import Path

from localcloud.controlplane import process
from localcloud.controlplane.cluster import STOP_GRACE_S, programs
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.working import alone
from localcloud.paths import state_directory
from localcloud.processes import end_processes
from localcloud.progress import Reporter, Silent


def pause(name: str, *, state_dir: Path | None = None, reporter: Reporter | None = None) -> bool:
    """End the control plane, its add-ons and its simulated nodes; False when there is no such cluster.

    What it knew stays, `start` goes on from there. Its database server and its gateway go on.
    """
    layout = Layout(name, state_dir or state_directory())
    reporter = reporter or Silent()
    if not layout.directory.exists():
        return False
    with (
        alone(layout, reporter),
        reporter.phase(f"pausing {name}"),
    ):
        end_processes(process.find(layout.directory, programs()), STOP_GRACE_S)
    return True
