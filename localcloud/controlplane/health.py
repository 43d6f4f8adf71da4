"""What runs of a local control plane: looked at, never changed."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from localcloud.controlplane import process
from localcloud.controlplane.addons import addons_of, installed, parts_of
from localcloud.controlplane.client import ApiError, Client, Identity, healthy
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import API_SERVER, Part, parts
from localcloud.controlplane.pki import CLUSTER
from localcloud.controlplane.ports import HOST
from localcloud.controlplane.state import read_ports
from localcloud.nodehost.places import PARTS, Places
from localcloud.nodes.reconcile import is_ready
from localcloud.paths import state_directory


@dataclass(frozen=True)
class PartStatus:
    """state: "running", "crashed" (no process) or "not answering" (a process whose health check fails)."""

    name: str
    state: str
    port: int | None
    pid: int | None
    memory_bytes: int
    uptime_s: float


@dataclass(frozen=True)
class ClusterStatus:
    """State of a cluster and of each of its parts; nodes are None when the API server does not answer."""

    name: str
    server: str
    parts: tuple[PartStatus, ...]
    nodes: int | None
    nodes_ready: int | None

    @property
    def healthy(self) -> bool:
        return (
            bool(self.parts) and all(part.state == "running" for part in self.parts) and self.nodes == self.nodes_ready
        )


def status(name: str, *, state_dir: Path | None = None) -> ClusterStatus | None:
    """What runs of a cluster; None when there is no such cluster. Changes nothing."""
    layout = Layout(name, state_dir or state_directory())
    if not layout.directory.exists():
        return None
    ports = read_ports(layout)
    if ports is None:
        return ClusterStatus(name, "", (), None, None)
    every = (*parts(layout, ports), *parts_of(addons_of(installed(layout)), layout, ports))
    states = tuple(_part_status(layout, part) for part in (*every, *_real_node_parts(layout)))
    total = ready = None
    with contextlib.suppress(OSError, ApiError), Client(ports[API_SERVER], admin(layout), timeout_s=2.0) as api:
        nodes = api.request("GET", "/api/v1/nodes")["items"]
        total, ready = len(nodes), sum(map(is_ready, nodes))
    return ClusterStatus(name, f"https://{HOST}:{ports[API_SERVER]}", states, total, ready)


def admin(layout: Layout) -> Identity:
    """The administrator's certificate."""
    return Identity(layout.certificate(CLUSTER), layout.certificate("admin"), layout.key("admin"))


def probe_identity(layout: Layout, part: Part) -> Identity:
    """Who asks a part for its health."""
    client = part.client
    return Identity(
        layout.certificate(part.authority),
        layout.certificate(client) if client else None,
        layout.key(client) if client else None,
    )


def _real_node_parts(layout: Layout) -> tuple[Part, ...]:
    """The processes of its real node, where it has one; how they are started is that one's own affair."""
    if not Places(layout.directory).state.exists():
        return ()
    return tuple(Part(name=name, tool="", arguments=(), port=None) for name in PARTS)


def _part_status(layout: Layout, part: Part) -> PartStatus:
    found = process.recorded(layout.process(part.name))
    if not found:
        return PartStatus(part.name, "crashed", part.port, None, 0, 0.0)
    running = found[0]
    answers = part.port is None or healthy(part.port, part.probe, probe_identity(layout, part))
    state = "running" if answers else "not answering"
    uptime_s = time.time() - running.create_time()
    return PartStatus(part.name, state, part.port, running.pid, running.memory_info().rss, uptime_s)
