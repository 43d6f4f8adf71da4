"""Start, stop and inspect local control planes; every operation may be repeated, and interrupted anywhere."""

import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from localcloud.controlplane import process
from localcloud.controlplane.access import kwok_access
from localcloud.controlplane.addons import ADDONS, Addon, addons_of, grant_addon, installed, parts_of, record, silence
from localcloud.controlplane.client import Client, healthy, wait
from localcloud.controlplane.configuration import write_configuration
from localcloud.controlplane.diagnosis import known_cause
from localcloud.controlplane.gateway.server import end_gateway
from localcloud.controlplane.health import admin, probe_identity
from localcloud.controlplane.layout import Layout, cluster_names
from localcloud.controlplane.parts import API_SERVER, ETCD_PART, Part, parts, used_ports
from localcloud.controlplane.pki import ensure_pki
from localcloud.controlplane.ports import HOST, HeldPorts, holder
from localcloud.controlplane.postgres import end_database
from localcloud.controlplane.state import ensure_ports
from localcloud.controlplane.working import alone
from localcloud.errors import LocalcloudError
from localcloud.files import require_space
from localcloud.nodehost.teardown import tear_down
from localcloud.nodes import Change, Node, generate_nodes, reconcile_nodes
from localcloud.nodes.generate import PoolLike
from localcloud.nodes.reconcile import ready_nodes
from localcloud.paths import state_directory
from localcloud.processes import end_processes
from localcloud.progress import Reporter, Silent
from localcloud.toolchain import tool

READY_TIMEOUT_S = 120.0
"""How long a part may take; a loaded machine is slow, a broken part ends by itself and is noticed at once."""

STOP_GRACE_S = 0.5
"""Between asking and killing when a cluster is deleted: nothing is kept, so nothing needs longer."""

_RESTART_GRACE_S = 10.0
"""Between asking and killing when a part is replaced and its data stay."""

_NEW_BYTES = 300_000_000
"""For a new cluster: etcd preallocates 64 MB of write-ahead log twice, and logs grow."""

_KNOWN_BYTES = 20_000_000
"""For a cluster that has its files already: with less than this etcd cannot even open them."""


@dataclass(frozen=True)
class ControlPlane:
    """A running local cluster.

    kubeconfig: path of the administrator's kubeconfig. server: URL of the API server.
    nodes: what the start changed in its nodes. started: names of the parts that were started, empty when all ran.
    """

    name: str
    directory: Path
    kubeconfig: Path
    server: str
    nodes: Change
    started: tuple[str, ...]

    def client(self) -> Client:
        """An administrator's connection to the API server."""
        layout = Layout(self.name, self.directory.parent.parent)
        return Client(int(self.server.rsplit(":", 1)[1]), admin(layout))


def start(
    name: str,
    pools: Iterable[PoolLike] | None = None,
    *,
    addons: Iterable[str] | None = None,
    api_server_memory: str | None = None,
    state_dir: Path | None = None,
    reporter: Reporter | None = None,
) -> ControlPlane:
    """Make the cluster run with exactly the nodes of `pools` and these add-ons; returns once it is ready for use.

    Creates it when it is not there, starts what does not run, leaves alone what does.
    pools, addons: None leaves them as they are (none on a new cluster).
    api_server_memory: such as "4GiB", which a newly started API server fills before it collects garbage; by default it
    collects whenever its memory has trebled.
    state_dir: default `.localcloud`, or $TENANTPLANE_STATE.
    Raises LocalcloudError when a tool is missing, a port or the disk is taken, or a part fails; data is kept.
    """
    layout = Layout(name, state_dir or state_directory())
    reporter = reporter or Silent()
    wanted = None if pools is None else generate_nodes(pools)
    extras = addons_of(installed(layout) if addons is None else addons)
    with (
        alone(layout, reporter),
        HeldPorts() as held,
    ):
        require_space(layout.directory, _KNOWN_BYTES if layout.etcd_data.exists() else _NEW_BYTES, f"cluster {name}")
        with reporter.phase("certificates and configuration"):
            layout.directory.mkdir(parents=True, exist_ok=True)
            layout.directory.chmod(0o700)
            ensure_pki(layout)
            ports = ensure_ports(layout, (port for addon in extras for port in addon.ports))
            write_configuration(layout, ports)
        dropped = [addon for addon in addons_of(installed(layout)) if addon not in extras]
        controllers = parts_of(extras, layout, ports)
        every = parts(layout, ports, api_server_memory)
        running = _adopt(layout, [*every, *controllers])
        _hold(layout, held, ports, (part for part in (*every, *controllers) if part.name not in running))
        first = [part for part in every if part.name in (ETCD_PART, API_SERVER)]
        rest = [part for part in every if part not in first]
        started = _bring_up(layout, ports, first, running, held, title="etcd and API server", reporter=reporter)
        _grant(layout, ports, dropped)
        record(layout, (addon.name for addon in extras))
        if extras:
            # Before the controllers, which look for new kinds every 30 s only: until the quota controller knows them,
            # a quota that counts them refuses them all.
            with reporter.phase(f"add-ons: {', '.join(addon.name for addon in extras)}"):
                _grant_addons(layout, ports, extras)
        for title, others in (
            ("controllers, scheduler, node simulator", rest),
            ("add-ons' controllers", controllers),
        ):
            if others:
                started += _bring_up(layout, ports, others, running, held, title=title, reporter=reporter)
        change = Change()
        if wanted is not None:
            with reporter.phase(f"{len(wanted)} nodes"):
                change = _nodes(layout, ports, wanted)
        with reporter.phase("first service account"):
            _until_usable(layout, ports)
    server = f"https://{HOST}:{ports[API_SERVER]}"
    return ControlPlane(name, layout.directory, layout.kubeconfig, server, change, tuple(started))


def stop(name: str, *, state_dir: Path | None = None, reporter: Reporter | None = None) -> bool:
    """End every process of the cluster and delete all of its files; False when there was nothing."""
    layout = Layout(name, state_dir or state_directory())
    reporter = reporter or Silent()
    if not layout.directory.exists():
        return False
    with (
        alone(layout, reporter),
        reporter.phase(f"stopping {name}"),
    ):
        tear_down(layout.directory)  # first: what a real node has mounted must not be deleted
        end_database(layout)
        end_gateway(layout)
        end_processes(process.find(layout.directory, programs()), STOP_GRACE_S)
        shutil.rmtree(layout.directory, ignore_errors=True)
        if layout.directory.exists():
            shutil.rmtree(layout.directory)
    _remove_if_empty(layout.directory.parent)
    return True


def clusters(state_dir: Path | None = None) -> tuple[str, ...]:
    """Names of the clusters that exist, running or crashed."""
    return cluster_names(state_dir or state_directory())


def programs() -> tuple[str, ...]:
    """Names of the programs that a cluster consists of; its database server and its gateway are beside it."""
    core = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
    return (*core, *(addon.tool for addon in ADDONS.values() if addon.tool is not None))


def _adopt(layout: Layout, every: Iterable[Part]) -> set[str]:
    """Names of the parts that run as they should; ends every other process of the cluster.

    Others are parts that a killed `start` left without a record, and parts whose command line has changed since.
    """
    keep: dict[str, psutil.Process] = {}
    for part in every:
        found = process.recorded(layout.process(part.name))
        if found and found[1][1:] == part.arguments:
            keep[part.name] = found[0]
    pids = {kept.pid for kept in keep.values()}
    end_processes(
        [other for other in process.find(layout.directory, programs()) if other.pid not in pids], _RESTART_GRACE_S
    )
    return set(keep)


def _bring_up(
    layout: Layout,
    ports: Mapping[str, int],
    wanted: Iterable[Part],
    running: set[str],
    held: HeldPorts,
    *,
    title: str,
    reporter: Reporter,
) -> list[str]:
    """Start those of `wanted` that do not run, then wait until all answer; names of the started."""
    wanted = list(wanted)
    missing = [part for part in wanted if part.name not in running]
    programs = {part.name: tool(part.tool) for part in missing}
    with reporter.phase(title):
        for part in missing:
            for port in used_ports(part, ports):
                held.release(port)
        children = {
            part.name: process.spawn(
                (str(programs[part.name]), *part.arguments),
                layout.log(part.name),
                layout.process(part.name),
                layout.directory,
                dict(part.environment),
            )
            for part in missing
        }
        for part in wanted:
            _await(layout, part, children.get(part.name))
    return [part.name for part in missing]


def _await(layout: Layout, part: Part, child: subprocess.Popen[bytes] | None) -> None:
    def ended() -> bool:
        return child is not None and child.poll() is not None

    identity = probe_identity(layout, part)
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not (part.port is None or healthy(part.port, part.probe, identity)) or ended():
        if ended() or time.monotonic() > deadline:
            log = layout.log(part.name)
            words = process.tail(log)
            if (known := known_cause(layout, words)) is not None:
                raise known
            what = "ended" if ended() else f"does not answer after {READY_TIMEOUT_S:.0f} s"
            raise LocalcloudError(f"{part.name} of cluster {layout.name} {what}; the last lines of {log}:\n{words}")
        time.sleep(0.05)


def _hold(layout: Layout, held: HeldPorts, ports: Mapping[str, int], missing: Iterable[Part]) -> None:
    """Hold the ports of parts that do not run until each is started."""
    for part in missing:
        for port in used_ports(part, ports):
            if not held.hold(port):
                raise LocalcloudError(
                    f"port {port}, which {part.name} of cluster {layout.name} had before, is now taken by "
                    f"{holder(port)}; end that and run the command again (the cluster's data is kept), "
                    f"or give the cluster up: python -m localcloud stop {layout.name}"
                )


def _grant(layout: Layout, ports: Mapping[str, int], dropped: Iterable[Addon]) -> None:
    with Client(ports[API_SERVER], admin(layout)) as api:
        silence(api, dropped)
        for path, manifest in kwok_access():
            api.request("PATCH", f"{path}?fieldManager=localcloud&force=true", manifest, "application/apply-patch+yaml")


def _grant_addons(layout: Layout, ports: Mapping[str, int], extras: Iterable[Addon]) -> None:
    with Client(ports[API_SERVER], admin(layout)) as api:
        for addon in extras:
            grant_addon(layout, api, f"https://{HOST}:{ports[API_SERVER]}", addon, ports)


def _nodes(layout: Layout, ports: Mapping[str, int], wanted: Sequence[Node]) -> Change:
    with Client(ports[API_SERVER], admin(layout)) as api:
        change = reconcile_nodes(api, wanted)
        if not wait(lambda: ready_nodes(api) == len(wanted), READY_TIMEOUT_S):
            raise LocalcloudError(
                f"only {ready_nodes(api)} of {len(wanted)} nodes of cluster {layout.name} are Ready; "
                f"see: python -m localcloud logs {layout.name} kwok"
            )
    return change


def _until_usable(layout: Layout, ports: Mapping[str, int]) -> None:
    """Wait until the controllers have made `default/default`: before that no pod can be created."""
    with Client(ports[API_SERVER], admin(layout)) as api:
        path = "/api/v1/namespaces/default/serviceaccounts/default"
        if not wait(lambda: api.raw("GET", path)[0] == 200, READY_TIMEOUT_S):
            raise LocalcloudError(
                f"the controllers of cluster {layout.name} make no service accounts; "
                f"see: python -m localcloud logs {layout.name} controller-manager"
            )


def _remove_if_empty(directory: Path) -> None:
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
