"""One at a time on a cluster."""

from contextlib import AbstractContextManager

from localcloud.controlplane.layout import Layout
from localcloud.files import lock
from localcloud.progress import Reporter


def alone(layout: Layout, reporter: Reporter) -> AbstractContextManager[None]:
    """The lock of a cluster; says who has it while there is somebody to wait for."""
    return lock(layout.lock, lambda who: reporter.note(f"{who} works on cluster {layout.name}; waiting for it"))
