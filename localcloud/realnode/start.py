"""Start a real node beside the simulated ones, and take it away again; both may be repeated (C4)."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.controlplane import process
from localcloud.controlplane.client import ApiError, Client, wait
from localcloud.controlplane.health import admin
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import API_SERVER
from localcloud.controlplane.ports import HOST, free_ports
from localcloud.controlplane.state import read_ports
from localcloud.controlplane.working import alone
from localcloud.errors import LocalcloudError
from localcloud.files import write_whole
from localcloud.nodehost import machine
from localcloud.nodehost.places import Places
from localcloud.nodehost.teardown import tear_down
from localcloud.paths import checkout, state_directory
from localcloud.processes import end_processes
from localcloud.progress import Reporter, Silent
from localcloud.realnode import network_policy
from localcloud.realnode.configuration import NodePlan, write_configuration
from localcloud.realnode.images import images, write_images
from localcloud.realnode.parts import NodePart, node_parts
from localcloud.realnode.shim import RUNSC, SHIM, install_runtimes
from localcloud.toolchain import tools
from settings import NodePool, load_catalogue
from settings.dates import today

READY_TIMEOUT_S = 90.0
_MERGE_PATCH = "application/merge-patch+json"
_UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized"


@dataclass(frozen=True)
class RealNode:
    """A running real node. images: what its pods can pull, by name. pool: whose labels and taints it has, besides
    `tenantplane.dev/real-node=true`. started: names of the parts that were started, empty when all ran."""

    name: str
    pool: str
    images: dict[str, str]
    started: tuple[str, ...]


def start_real_node(
    cluster: str,
    environment: str = "local",
    *,
    state_dir: Path | None = None,
    reporter: Reporter | None = None,
) -> RealNode:
    """Make a node of this machine join a running cluster as one of its pool of kind sandbox; returns once it is Ready.

    Creates: a registry, containerd and a kubelet, all on loopback, and the Node `<pool>-real`.
    environment: whose topology has the pool. state_dir: default `.localcloud`, or $TENANTPLANE_STATE.
    Raises LocalcloudError when this machine lacks something (the message names the packages), or a part fails.
    """
    machine.require()
    layout = Layout(cluster, state_dir or state_directory())
    reporter = reporter or Silent()
    ports = read_ports(layout)
    if ports is None or not layout.directory.exists():
        raise LocalcloudError(f"there is no cluster {cluster!r} that a real node could join")
    places = Places(layout.directory)
    places.require_short()
    catalogue = load_catalogue(checkout() / "catalog", environment, today(os.environ, datetime.now(UTC)))
    pool = _sandbox_pool([pool for each in catalogue.topology.clusters for pool in each.node_pools])
    programs = {one.name: one.path for one in tools(("kubelet", RUNSC, SHIM, "kube-router"))}
    if other := machine.other_real_node(places.directory):
        raise LocalcloudError(f"this machine has a real node already, and it can have one only: {other}")
    with alone(layout, reporter):
        places.directory.mkdir(exist_ok=True, mode=0o700)
        state = _state(places, pool)
        with reporter.phase("real node: images and configuration"):
            pulled = write_images(places.registry, images())
            plan = NodePlan(
                name=state["name"],
                pool=pool,
                runtimes=tuple(catalogue.runtimes.values()),
                pause=pulled["pause"],
                kubelet_port=state["kubelet"],
                registry_port=state["registry"],
                subnet=state["subnet"],
                server=f"https://{HOST}:{ports[API_SERVER]}",
            )
            write_configuration(layout, places, plan)
            install_runtimes(places, programs)
            machine.make_cgroup(places.cgroup)
        with (
            reporter.phase("real node: registry, containerd, kubelet"),
            Client(ports[API_SERVER], admin(layout)) as api,
        ):
            network_policy.grant(layout, places, api, plan.server)
            *first, enforcer = node_parts(places, plan, programs)
            started = _bring_up(layout, first)
            _until_ready(api, layout, plan)
            started += _bring_up(layout, [enforcer])  # it looks for the node's address, once
            _admit_pods(api, plan.name)
    return RealNode(plan.name, pool.name, pulled, tuple(started))


def stop_real_node(cluster: str, *, state_dir: Path | None = None, reporter: Reporter | None = None) -> bool:
    """Take the real node away from a cluster that stays: its pods, its Node, and everything on this machine. False
    when there was none."""
    layout = Layout(cluster, state_dir or state_directory())
    places = Places(layout.directory)
    if not places.directory.exists():
        return False
    reporter = reporter or Silent()
    with (
        alone(layout, reporter),
        reporter.phase("real node: stopping"),
    ):
        name = real_node_name(layout.directory)
        tear_down(layout.directory)
        ports = read_ports(layout)
        if name is not None and ports is not None:
            with Client(ports[API_SERVER], admin(layout)) as api:
                _forget(api, name)
    return True


def real_node_name(cluster: Path) -> str | None:
    """Name of a cluster's real node; None when it has none."""
    try:
        return str(json.loads(Places(cluster).state.read_text())["name"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _sandbox_pool(pools: list[NodePool]) -> NodePool:
    for pool in pools:
        if pool.kind == "sandbox":
            return pool
    raise LocalcloudError("the topology has no node pool of kind sandbox, which a real node would be one of")


def _state(places: Places, pool: NodePool) -> dict[str, Any]:
    """Name, ports, subnet and the kernel's settings before: picked and looked up once."""
    if not places.state.exists():
        ports = free_ports(("kubelet", "registry"), set())
        state = {
            "name": f"{pool.name}-real",
            **ports,
            "subnet": machine.free_subnet(),
            "sysctls": machine.read_sysctls(),
            "absent": machine.absent(),
        }
        write_whole(places.state, json.dumps(state))
    return dict(json.loads(places.state.read_text()))


def _bring_up(layout: Layout, parts: Iterable[NodePart]) -> list[str]:
    """Start those that do not run as they should and wait until they can be used; names of the started."""
    started: list[str] = []
    for part in parts:
        if _start(layout, part.name, part.command, dict(part.environment)):
            started.append(part.name)
        _await(layout, part.name, part.ready)
    return started


def _start(layout: Layout, part: str, command: tuple[str, ...], environment: dict[str, str]) -> bool:
    found = process.recorded(layout.process(part))
    if found and found[1] == command:
        return False
    if found:
        end_processes([found[0]], 10.0)
    process.spawn(command, layout.log(part), layout.process(part), layout.directory, environment)
    return True


def _await(layout: Layout, part: str, ready: Callable[[], bool]) -> None:
    def answers() -> bool:
        if process.recorded(layout.process(part)) is None:
            raise _failed(layout, part, "ended")
        return ready()

    if not wait(answers, READY_TIMEOUT_S):
        raise _failed(layout, part, f"is not ready after {READY_TIMEOUT_S:.0f} s")


def _failed(layout: Layout, part: str, what: str) -> LocalcloudError:
    log = layout.log(part)
    return LocalcloudError(f"{part} of cluster {layout.name} {what}; the last lines of {log}:\n{process.tail(log, 12)}")


def _until_ready(api: Client, layout: Layout, plan: NodePlan) -> None:
    """Do the half of what a cloud's controller does for a new node, its address; wait for the kubelet to say Ready."""
    path = f"/api/v1/nodes/{plan.name}"

    def node() -> dict[str, Any] | None:
        try:
            return api.request("GET", path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def initialized() -> bool:
        found = node()
        if found is None:
            return False
        addresses = [{"type": "InternalIP", "address": HOST}, {"type": "Hostname", "address": plan.name}]
        if found["status"].get("addresses") != addresses:
            api.request("PATCH", f"{path}/status", {"status": {"addresses": addresses}}, _MERGE_PATCH)
        conditions = found["status"].get("conditions", ())
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    _await(layout, "real-kubelet", initialized)


def _admit_pods(api: Client, name: str) -> None:
    """The other half: take away the taint of a new node. Until here no pod came to it, so none ran unprotected."""
    taints = api.request("GET", f"/api/v1/nodes/{name}")["spec"].get("taints", [])
    kept = [taint for taint in taints if taint["key"] != _UNINITIALIZED]
    if kept != taints:
        api.request("PATCH", f"/api/v1/nodes/{name}", {"spec": {"taints": kept}}, _MERGE_PATCH)


def _forget(api: Client, name: str) -> None:
    """Remove the Node and the pods that were on it: their kubelet is gone and would never say that they ended."""
    pods = api.request("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{name}")["items"]
    for path in [f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}" for pod in pods]:
        _delete(api, path)
    _delete(api, f"/api/v1/nodes/{name}")


def _delete(api: Client, path: str) -> None:
    try:
        api.request("DELETE", path, {"gracePeriodSeconds": 0})
    except ApiError as error:
        if error.status != 404:
            raise
