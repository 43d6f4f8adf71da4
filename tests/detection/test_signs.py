"""What the policies tell of, asked of what real processes on this machine do (G5).

The kernel part of Tetragon cannot be loaded here. The policies' meaning is judged by a reading of them of our own
(`evaluator`), over calls that strace recorded.
"""

import ctypes.util
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from settings import load_catalogue, names, plan_tenants
from settings.detection import PREFIX, SIGNS, detection_policies
from settings.detection.policies import NAMESPACE_KEY
from tests.detection.evaluator import Spec, hooked, told
from tests.detection.recorded import Event, record

pytestmark = [
    pytest.mark.xdist_group("detection"),
    pytest.mark.skipif(
        shutil.which("strace") is None or shutil.which("setpriv") is None,
        reason="needs Debian's strace and util-linux",
    ),
]

CATALOG = Path(__file__).resolve().parents[2] / "catalog"
LIBC = ctypes.util.find_library("c") or "libc.so.6"
SCHOOL = {NAMESPACE_KEY: "tenant-lindenhof-school", names.WORKLOAD_LABEL: "homework-correction"}
"""A pod in the node's kernel."""
SANDBOX = {NAMESPACE_KEY: "tenant-acme-robotics", names.SANDBOX_LABEL: "true"}
SYSTEM = {NAMESPACE_KEY: "kube-system", "k8s-app": "kube-proxy"}
OWN = {NAMESPACE_KEY: "tenantplane-system"}
UNKNOWN = {NAMESPACE_KEY: "somebodys"}


def python(source: str) -> list[str]:
    """A program that has libc's functions by number and name; what they answer is of no interest."""
    head = f"import ctypes, os, socket\nc = ctypes.CDLL({LIBC!r})\n"
    return [sys.executable, "-S", "-c", head + source]


def connecting(address: str, port: int) -> str:
    family = "AF_INET6" if ":" in address else "AF_INET"
    return f"socket.socket(socket.{family}).connect_ex(({address!r}, {port}))\n"


NUMBERS = {"x86_64": (304, 175, 313, 321), "aarch64": (265, 105, 273, 280)}
"""open_by_handle_at, init_module, finit_module and bpf, by machine: libc has no functions for them."""


def raw(call: int) -> list[str]:
    return python(f"c.syscall({NUMBERS[platform.machine()][call]}, 0, 0, 0)\n")


DOES: dict[str, tuple[str, list[str]]] = {
    "enters a namespace of another process": ("escape", python("c.setns(os.open('/proc/self/ns/net', 0), 0)")),
    "enters all that are left open": ("escape", ["nsenter", "--mount=/proc/self/ns/mnt", "true"]),
    "makes a user namespace": ("escape", ["unshare", "--user", "true"]),
    "makes a mount namespace": ("escape", ["unshare", "--mount", "true"]),
    "opens files by number": ("escape", raw(0)),
    "loads a module": ("escape", raw(1)),
    "loads a module's file": ("escape", raw(2)),
    "loads a program into the kernel": ("escape", raw(3)),
    "reads where the kernel sends cores": ("escape", python("open('/proc/sys/kernel/core_pattern').read()")),
    "writes what is run when a group is empty": (
        "escape",
        python("\ntry: open('/sys/fs/cgroup/release_agent', 'w')\nexcept OSError: pass"),
    ),
    "has the kernel start files of its own kind": (
        "escape",
        python("\ntry: open('/proc/sys/fs/binfmt_misc/register', 'w')\nexcept OSError: pass"),
    ),
    "mounts": ("foreign-mount", ["mount", "-t", "tmpfs", "none", "/mnt"]),
    "changes its root": ("foreign-mount", ["pivot_root", "/", "/mnt"]),
    "looks at other pods' volumes": (
        "foreign-mount",
        python("\ntry: open('/var/lib/kubelet/pods/x/volumes/y')\nexcept OSError: pass"),
    ),
    "asks the container runtime": (
        "foreign-mount",
        python("\ntry: open('/host/run/containerd/containerd.sock')\nexcept OSError: pass"),
    ),
    "asks for the node's credentials": ("metadata", python(connecting("169.254.169.254", 80))),
    "asks for them by IPv6": ("metadata", python(connecting("fd00:ec2::254", 80))),
    "asks for a pod identity": ("metadata", python(connecting("169.254.170.23", 80))),
    "takes over a process": ("cross-tenant", python("c.ptrace(16, os.getppid(), 0, 0)")),
    "seizes a process": ("cross-tenant", python("c.ptrace(0x4206, os.getppid(), 0, 0)")),
    "reads memory of a process": ("cross-tenant", python("c.process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)")),
    "writes memory of a process": ("cross-tenant", python("c.process_vm_writev(os.getppid(), 0, 0, 0, 0, 0)")),
    "asks a kubelet": ("cross-tenant", python(connecting("10.0.0.4", 10250))),
    "asks etcd": ("cross-tenant", python(connecting("10.0.0.4", 2379))),
    "starts a shell": ("shell", ["sh", "-c", "exit"]),
    "starts a shell by another name": ("shell", ["bash", "-c", "exit"]),
}
"""What a process does, and the sign that it is."""


@pytest.fixture(scope="module")
def policies() -> dict[str, Spec]:
    """Of the local cluster."""
    catalogue = load_catalogue(CATALOG, "local")
    (cluster,) = catalogue.topology.clusters
    return dict(detection_policies(cluster, catalogue.runtimes, plan_tenants(catalogue)))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Event, ...]]:
    """What was recorded of each of DOES."""
    folder = tmp_path_factory.mktemp("recorded")
    return {what: record(command, folder) for what, (_, command) in DOES.items()}


def signs(policies: dict[str, Spec], events: tuple[Event, ...], pod: dict[str, str]) -> set[str]:
    return {each.removeprefix(PREFIX) for event in events for each in told(policies, event, pod)}


@pytest.mark.parametrize("what", DOES)
def test_a_sign_is_told_as_what_it_is(
    what: str, recordings: dict[str, tuple[Event, ...]], policies: dict[str, Spec]
) -> None:
    seen = signs(policies, recordings[what], SCHOOL)
    assert seen == {DOES[what][0]}


def test_every_hook_and_each_of_its_selectors_was_seen_to_tell_something(
    recordings: dict[str, tuple[Event, ...]], policies: dict[str, Spec]
) -> None:
    events = [event for each in recordings.values() for event in each]
    events += [replace(event, capabilities=frozenset({"CAP_SYS_ADMIN"})) for event in events]
    silent = [
        (name, hook["call"], selector)
        for name, spec in policies.items()
        for hook in spec["kprobes"]
        for selector in hook["selectors"]
        if not any(hooked({"kprobes": [{**hook, "selectors": [selector]}]}, event) for event in events)
    ]
    assert not silent


def test_a_workload_at_its_work_gives_no_sign(tmp_path: Path, policies: dict[str, Spec]) -> None:
    work = python(
        "import threading, json, ssl, tempfile\n"
        "t = threading.Thread(target=json.dumps, args=({},)); t.start(); t.join()\n"
        "tempfile.NamedTemporaryFile('w').write('x')\n"
        "open('/etc/resolv.conf').read(); open('/proc/self/status').read()\n"
        + connecting("10.96.0.10", 53)
        + connecting("10.0.0.9", 5432)
        + connecting("127.0.0.1", 8080)
    )
    events = record(work, tmp_path)
    assert {event.call for event in events} >= {"security_bprm_check", "security_file_open", "tcp_connect"}
    assert signs(policies, events, SCHOOL) == set()


@pytest.mark.parametrize("pod", [SYSTEM, OWN], ids=["Kubernetes", "the platform"])
def test_the_platforms_own_pods_are_left_alone(
    pod: dict[str, str], recordings: dict[str, tuple[Event, ...]], policies: dict[str, Spec]
) -> None:
    assert not [what for what, events in recordings.items() if signs(policies, events, pod)]


def test_whatever_the_node_runs_of_a_sandbox_but_its_runtime_is_an_escape(
    recordings: dict[str, tuple[Event, ...]], policies: dict[str, Spec]
) -> None:
    """The calls of a sandbox's processes end in gVisor; whose calls the node sees is no longer in it."""
    for what, (sign, _) in DOES.items():
        also = {"metadata"} if sign == "metadata" else set()
        assert signs(policies, recordings[what], SANDBOX) == {"sandbox-escape", *also}, what
    runtime = Event("security_bprm_check", ("/usr/local/bin/runsc",))
    assert signs(policies, (runtime,), SANDBOX) == set()


def test_a_namespace_nobody_knows_is_watched_for_what_no_pod_does(
    recordings: dict[str, tuple[Event, ...]], policies: dict[str, Spec]
) -> None:
    assert signs(policies, recordings["asks for the node's credentials"], UNKNOWN) == {"metadata"}


def test_rights_that_a_program_did_not_start_with_are_told(policies: dict[str, Spec]) -> None:
    rights = frozenset({"CAP_SYS_ADMIN"})
    runc, broken_out = Event("sys_setns", (3, 0), rights, rights), Event("sys_setns", (3, 0), rights)
    assert signs(policies, (runc,), SCHOOL) == set()
    assert signs(policies, (broken_out,), SCHOOL) == {"escape"}


@pytest.mark.skipif(
    shutil.which("runc") is None or shutil.which("busybox") is None or os.geteuid() != 0,
    reason="needs Debian's runc and busybox, and root",
)
def test_runc_sets_a_container_up_without_a_sign(tmp_path: Path, policies: dict[str, Spec]) -> None:
    """The false alarm that would come with each pod: runc mounts, makes namespaces and changes root for it."""
    bundle = tmp_path / "bundle"
    (bundle / "rootfs" / "bin").mkdir(parents=True)
    shutil.copy(str(shutil.which("busybox")), bundle / "rootfs" / "bin" / "true")
    for folder in ("proc", "dev", "sys"):
        (bundle / "rootfs" / folder).mkdir()
    runc = [str(shutil.which("runc")), "--root", str(tmp_path / "state")]
    subprocess.run([runc[0], "spec", "--bundle", str(bundle)], check=True)
    config = json.loads((bundle / "config.json").read_text())
    config["process"] |= {"args": ["/bin/true"], "terminal": False}
    config["linux"] |= {"namespaces": [{"type": each} for each in ("pid", "ipc", "uts", "mount")], "resources": {}}
    config["mounts"] = [each for each in config["mounts"] if each["type"] in {"proc", "tmpfs"}]
    (bundle / "config.json").write_text(json.dumps(config))
    run = [*runc, "run", "--bundle", str(bundle), f"watched-{os.getpid()}"]
    events = record(run, tmp_path, capabilities=["CAP_SYS_ADMIN"], refused=False)
    assert {event.call for event in events} >= {"sys_mount", "sys_unshare", "sys_pivot_root", "security_sb_mount"}
    assert signs(policies, events, SCHOOL) == set()
    # The twin: the same calls of a program without the right.
    as_tenant = tuple(replace(event, capabilities=frozenset(), at_start=frozenset()) for event in events)
    assert signs(policies, as_tenant, SCHOOL) >= {"escape", "foreign-mount"}


def test_signs_have_names_of_their_own() -> None:
    assert len({sign.name for sign in SIGNS}) == len(SIGNS)
