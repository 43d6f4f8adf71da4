"""The moto server beside the control planes: started, found again and stopped (H1)."""

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.aws.layout import AwsLayout
from localcloud.controlplane import process
from localcloud.controlplane.companion import listens
from localcloud.controlplane.ports import HOST, free_ports, holder, is_free
from localcloud.errors import LocalcloudError
from localcloud.files import lock, write_whole
from localcloud.paths import checkout, state_directory
from localcloud.processes import end_processes

_READY_TIMEOUT_S: Final = 120.0
"""It replays what a killed one had not saved before it listens."""
_STOP_GRACE_S: Final = 20.0
"""For a last snapshot."""


@dataclass(frozen=True)
class AwsService:
    """A running server. endpoint: URL of every service of AWS. started: whether this call started it."""

    endpoint: str
    started: bool = False


def start_aws(state_dir: Path | None = None) -> AwsService:
    """Make the server run, with what it knew before; returns once it answers. Takes about two seconds.

    Raises LocalcloudError when its port is taken or it does not start.
    """
    layout = AwsLayout(state_dir or state_directory())
    layout.directory.mkdir(parents=True, exist_ok=True)
    layout.directory.chmod(0o700)
    with lock(layout.lock):
        if (running := running_aws(layout.state_dir)) is not None:
            return running
        port = _known_port(layout) or free_ports(["aws"])["aws"]
        if not is_free(port):
            raise LocalcloudError(f"port {port}, which the local AWS had, is taken by {holder(port)}; end that")
        write_whole(layout.port, str(port))
        command = (sys.executable, "-m", "localcloud.aws.server", str(layout.memory), str(port))
        path = os.pathsep.join(filter(None, (str(checkout()), os.environ.get("PYTHONPATH"))))
        child = process.spawn(command, layout.log, layout.record, layout.directory, {"PYTHONPATH": path})
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while not listens(port):
            if child.poll() is not None or time.monotonic() > deadline:
                raise LocalcloudError(
                    f"the local AWS does not start; the last lines of {layout.log}:\n{process.tail(layout.log)}"
                )
            time.sleep(0.05)
        return AwsService(_endpoint(port), started=True)


def running_aws(state_dir: Path | None = None) -> AwsService | None:
    """The server when it runs and answers, else None."""
    layout = AwsLayout(state_dir or state_directory())
    port = _known_port(layout)
    if port is None or process.recorded(layout.record) is None or not listens(port):
        return None
    return AwsService(_endpoint(port))


def pause_aws(state_dir: Path | None = None) -> bool:
    """End the server and keep what it knows, for the next start; False when it did not run."""
    layout = AwsLayout(state_dir or state_directory())
    found = process.recorded(layout.record)
    end_processes([found[0]] if found else [], _STOP_GRACE_S)
    return found is not None


def stop_aws(state_dir: Path | None = None) -> bool:
    """End the server and what it started, and forget all; False when there was nothing."""
    from localcloud.aws.databases import stop_databases  # noqa: PLC0415 - psycopg, which most callers do without

    layout = AwsLayout(state_dir or state_directory())
    if not layout.directory.exists():
        return False
    with lock(layout.lock):
        stop_databases(layout)
        found = process.recorded(layout.record)
        end_processes([found[0]] if found else [], 0)
        shutil.rmtree(layout.directory)
    layout.lock.unlink(missing_ok=True)
    return True


def _known_port(layout: AwsLayout) -> int | None:
    try:
        return int(layout.port.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _endpoint(port: int) -> str:
    return f"http://{HOST}:{port}"
