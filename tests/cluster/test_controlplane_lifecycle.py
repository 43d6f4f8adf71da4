"""Start, crash, repair, stop: every step may be repeated, and interrupted anywhere."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from localcloud import controlplane
from localcloud.controlplane import ControlPlane, process
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import PORT_NAMES
from localcloud.controlplane.ports import is_free
from localcloud.controlplane.state import read_ports
from localcloud.errors import LocalcloudError
from localcloud.nodes import Pool, Taint
from localcloud.paths import checkout
from tests.fixtures_cluster import Kubectl, Starter
from tests.polling import until

pytestmark = pytest.mark.cluster

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
PARTS = ("etcd", "apiserver", "controller-manager", "scheduler", "kwok")


def layout_of(made: ControlPlane) -> Layout:
    return Layout(made.name, made.directory.parent.parent)


def pids(made: ControlPlane) -> dict[str, int]:
    """Process ids of the parts by name."""
    found = controlplane.status(made.name, state_dir=layout_of(made).state_dir)
    assert found is not None
    return {part.name: part.pid for part in found.parts if part.pid is not None}


def kill(pid: int) -> None:
    victim = psutil.Process(pid)
    victim.kill()
    victim.wait(10)


def test_a_second_start_changes_nothing(own_cluster: Starter) -> None:
    first = own_cluster("again", [Pool("cpu", 2)])
    assert first.started == PARTS
    before = pids(first)
    second = own_cluster("again", [Pool("cpu", 2)])
    assert second.started == ()
    assert not second.nodes
    assert pids(second) == before


def test_a_crashed_part_is_noticed_by_status_and_started_again_with_nothing_lost(own_cluster: Starter) -> None:
    made = own_cluster("crash", [Pool("cpu", 1)])
    kubectl = Kubectl(made.kubeconfig)
    kubectl("create", "namespace", "kept")
    running = pids(made)
    for part in ("scheduler", "etcd"):
        kill(running[part])
    state_dir = layout_of(made).state_dir
    seen = controlplane.status("crash", state_dir=state_dir)
    assert seen is not None
    assert not seen.healthy
    assert {part.name for part in seen.parts if part.state == "crashed"} == {"scheduler", "etcd"}
    told = command("status", "crash", state_dir=state_dir)
    assert told.returncode == 1
    assert "scheduler            crashed" in told.stdout
    assert "repair it with: python -m localcloud start crash" in told.stdout

    repaired = own_cluster("crash", [Pool("cpu", 1)])
    assert set(repaired.started) == {"scheduler", "etcd"}
    assert repaired.server == made.server
    after = pids(repaired)
    assert {part: after[part] for part in ("apiserver", "kwok")} == {
        part: running[part] for part in ("apiserver", "kwok")
    }
    assert kubectl("get", "namespace", "kept", "-o", "jsonpath={.status.phase}") == "Active"


def test_start_works_after_everything_was_killed(own_cluster: Starter) -> None:
    made = own_cluster("killed", [Pool("cpu", 2)])
    Kubectl(made.kubeconfig)("create", "namespace", "kept")
    for pid in pids(made).values():
        kill(pid)
    again = own_cluster("killed", [Pool("cpu", 2)])
    assert again.started == PARTS
    Kubectl(again.kubeconfig)("get", "namespace", "kept")


def test_a_start_that_is_killed_leaves_nothing_that_the_next_one_cannot_take_over(tmp_path: Path) -> None:
    for delay_s in (0.3, 0.8, 1.6, 3.0):
        starting = command_process("start", "half", "--bare", state_dir=tmp_path)
        try:
            starting.wait(delay_s)
        except subprocess.TimeoutExpired:
            starting.send_signal(signal.SIGKILL)
            starting.wait(10)
    record = Layout("half", tmp_path).process("kwok")
    record.unlink(missing_ok=True)  # as when it is killed between starting a part and writing it down
    made = controlplane.start("half", [Pool("cpu", 1)], state_dir=tmp_path)
    try:
        found = controlplane.status("half", state_dir=tmp_path)
        assert found is not None
        assert found.healthy
        ours = process.find(made.directory, PROGRAMS)
        assert len(ours) == len(PARTS)  # no twin of a part is left from a killed start
    finally:
        controlplane.stop("half", state_dir=tmp_path)


def test_stop_leaves_no_process_port_or_file(own_cluster: Starter, tmp_path: Path) -> None:
    made = own_cluster("gone", [Pool("cpu", 1)])
    layout = layout_of(made)
    ports = read_ports(layout)
    assert ports is not None
    assert set(ports) == set(PORT_NAMES)
    assert not any(is_free(port) for port in ports.values())
    processes = [psutil.Process(pid) for pid in pids(made).values()]
    told = command("stop", "gone", "--keep", state_dir=layout.state_dir)
    assert "gone is stopped, and kept" in told.stdout
    assert not process.find(layout.directory, PROGRAMS)
    assert layout.etcd_data.is_dir(), "what it knew"
    assert controlplane.stop("gone", state_dir=layout.state_dir)
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)
    assert not process.find(layout.directory, PROGRAMS)
    assert all(is_free(port) for port in ports.values())
    assert list(tmp_path.iterdir()) == []
    assert not controlplane.stop("gone", state_dir=layout.state_dir)
    assert controlplane.status("gone", state_dir=layout.state_dir) is None


def test_two_clusters_run_beside_each_other_and_know_nothing_of_each_other(own_cluster: Starter) -> None:
    one, other = own_cluster("one", [Pool("cpu", 1)]), own_cluster("other", [Pool("gpu", 1)])
    Kubectl(one.kubeconfig)("create", "namespace", "mine")
    assert 'namespaces "mine" not found' in Kubectl(other.kubeconfig).refusal("get", "namespace", "mine")
    crossed = Kubectl(one.kubeconfig, (f"--server={other.server}",))
    assert "certificate signed by unknown authority" in crossed.refusal("get", "namespaces")
    state_dir = layout_of(one).state_dir
    assert controlplane.clusters(state_dir) == ("one", "other")
    controlplane.stop("one", state_dir=state_dir)
    assert Kubectl(other.kubeconfig)("get", "nodes", "-o", "name") == "node/gpu-0\n"


def test_a_port_that_somebody_took_meanwhile_is_named_with_its_holder(own_cluster: Starter) -> None:
    made = own_cluster("port", [])
    layout = layout_of(made)
    ports = read_ports(layout)
    assert ports is not None
    kill(pids(made)["scheduler"])
    with socket.socket() as intruder:
        intruder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        intruder.bind(("127.0.0.1", ports["scheduler"]))
        intruder.listen()
        with pytest.raises(LocalcloudError) as refused:
            own_cluster("port", [])
    assert f"port {ports['scheduler']}, which scheduler of cluster port had before, is now taken by" in str(
        refused.value
    )
    assert f"(pid {os.getpid()})" in str(refused.value)
    assert own_cluster("port", []).started == ("scheduler",)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 MB; skips where this user may not mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield disk
    controlplane.stop("full", state_dir=disk)
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_called_that_and_once_there_is_room_nothing_is_lost(small_disk: Path) -> None:
    made = controlplane.start("full", [], state_dir=small_disk)
    kubectl = Kubectl(made.kubeconfig)
    kubectl("create", "namespace", "kept")
    kill(pids(made)["etcd"])
    filler = small_disk / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 1_000_000)
            file.flush()
    with pytest.raises(LocalcloudError, match=r"cluster full needs about 20 MB in .* and its disk has \d MB free"):
        controlplane.start("full", [], state_dir=small_disk)
    with pytest.raises(LocalcloudError, match=r"cluster second needs about 300 MB in"):
        controlplane.start("second", [], state_dir=small_disk)
    filler.unlink()
    assert "etcd" in controlplane.start("full", [], state_dir=small_disk).started
    assert kubectl("get", "namespace", "kept", "-o", "name") == "namespace/kept\n"


def test_a_record_that_names_somebody_elses_process_is_not_believed(own_cluster: Starter) -> None:
    made = own_cluster("stale", [])
    layout = layout_of(made)
    kill(pids(made)["kwok"])
    bystander = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        record = json.loads(layout.process("kwok").read_text())
        layout.process("kwok").write_text(json.dumps({**record, "pid": bystander.pid}))  # as if the id was reused
        seen = controlplane.status("stale", state_dir=layout.state_dir)
        assert seen is not None
        assert {part.name for part in seen.parts if part.state == "crashed"} == {"kwok"}
        assert own_cluster("stale", []).started == ("kwok",)
        controlplane.stop("stale", state_dir=layout.state_dir)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.communicate()


def test_nodes_follow_their_pools(own_cluster: Starter) -> None:
    gpu = {"cpu": "16", "memory": "64Gi", "pods": "110", "nvidia.com/gpu": "8"}
    made = own_cluster("pools", [Pool("cpu", 2, labels={"a": "1"}), Pool("gpu", 1, size=gpu)])
    kubectl = Kubectl(made.kubeconfig)
    kubectl("label", "node", "cpu-0", "somebody-elses=label")
    kubectl("create", "namespace", "work")
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "on-cpu-1", "namespace": "work"},
        "spec": {"nodeName": "cpu-1", "containers": [{"name": "c", "image": "i"}]},
    }
    kubectl("create", "-f", "-", manifest=json.dumps(pod))

    shared = {"cpu": "16", "memory": "64Gi", "pods": "110", "nvidia.com/gpu.shared": "32"}
    taint = Taint("nvidia.com/gpu", "present", "NoSchedule")
    change = own_cluster(
        "pools", [Pool("cpu", 1, labels={"b": "2"}), Pool("gpu", 2, size=shared, taints=(taint,))]
    ).nodes
    assert (change.added, change.changed, change.removed) == (("gpu-1",), ("cpu-0", "gpu-0"), ("cpu-1",))
    labels = json.loads(kubectl("get", "node", "cpu-0", "-o", "jsonpath={.metadata.labels}"))
    assert "a" not in labels
    assert (labels["b"], labels["somebody-elses"]) == ("2", "label")
    node = json.loads(kubectl("get", "node", "gpu-0", "-o", "json"))
    assert node["status"]["allocatable"]["nvidia.com/gpu.shared"] == "32"
    assert "nvidia.com/gpu" not in node["status"]["allocatable"]
    assert {"key": taint.key, "value": taint.value, "effect": taint.effect} in node["spec"]["taints"]
    assert "not found" in kubectl.refusal("get", "pod", "on-cpu-1", "-n", "work")
    assert not own_cluster(
        "pools", [Pool("cpu", 1, labels={"b": "2"}), Pool("gpu", 2, size=shared, taints=(taint,))]
    ).nodes


def test_a_job_completes_and_a_deployment_becomes_available(kubectl: Kubectl, namespace: str) -> None:
    kubectl("create", "job", "j", "-n", namespace, "--image=i")
    kubectl("create", "deployment", "d", "-n", namespace, "--image=i", "--replicas=3")
    kubectl("wait", "-n", namespace, "job/j", "--for=condition=Complete", "--timeout=60s")
    kubectl("wait", "-n", namespace, "deployment/d", "--for=condition=Available", "--timeout=60s")
    addresses = kubectl(
        "get", "pods", "-n", namespace, "-l", "app=d", "-o", "jsonpath={.items[*].status.podIP}"
    ).split()
    assert len(set(addresses)) == 3
    kubectl("delete", "deployment", "d", "-n", namespace, "--cascade=foreground", "--timeout=60s")
    assert kubectl("get", "pods", "-n", namespace, "-l", "app=d", "-o", "name") == ""


def test_nodes_stay_ready_by_their_leases(kubectl: Kubectl) -> None:
    names = _names(kubectl, "nodes")
    until(lambda: set(_names(kubectl, "leases", "-n", "kube-node-lease")) >= set(names), "each node has a lease")


def _names(kubectl: Kubectl, *what: str) -> list[str]:
    return kubectl("get", *what, "-o", "jsonpath={.items[*].metadata.name}").split()


def command(*arguments: str, state_dir: Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m localcloud` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "localcloud", *arguments],
        cwd=checkout(),
        env={**os.environ, "TENANTPLANE_STATE": str(state_dir), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def command_process(*arguments: str, state_dir: Path) -> subprocess.Popen[bytes]:
    """Start `python -m localcloud` and return while it runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "localcloud", *arguments],
        cwd=checkout(),
        env={**os.environ, "TENANTPLANE_STATE": str(state_dir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
