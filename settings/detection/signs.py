"""The signs of somebody leaving a container, or looking for what is another's (G5)."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from settings.detection.hooks import Hook, Selector
from settings.metadata_services import METADATA_SERVICES


class Watched(Enum):
    """Whose calls are looked at."""

    ALL = auto()
    """Pods of every namespace but the platform's own."""
    SHARED_KERNEL = auto()
    """Of those, the ones whose processes the node's kernel runs: what they do is seen call by call."""
    OWN_KERNEL = auto()
    """Tenants' pods in a kernel of their own, such as gVisor's or a virtual machine's. The node's kernel sees their
    runtime alone."""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A kind of misbehaviour; one TracingPolicy. Told apart by alerts by its name."""

    name: str
    title: str
    watched: Watched
    hooks: tuple[Hook, ...]


SHELLS: Final = tuple(f"/{name}" for name in ("sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"))
RUNTIME_PROGRAMS: Final = tuple(
    f"/{name}"
    for name in (
        "runsc",
        "containerd-shim-runsc-v1",
        "containerd-shim-kata-v2",
        "qemu-system-x86_64",
        "qemu-system-aarch64",
        "cloud-hypervisor",
        "firecracker",
        "virtiofsd",
        "nydusd",
        "pause",
    )
)
"""All that the node's kernel runs of a pod in gVisor or Kata: the runtime itself, by the end of its path."""
NEW_NAMESPACES: Final = str(0x7E020000)
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET, of linux/sched.h: any of them."""
HOST_FOLDERS: Final = (
    "/var/lib/kubelet/",
    "/var/lib/containerd/",
    "/run/containerd/",
    "/etc/kubernetes/",
    "/var/lib/etcd/",
    "/run/kata-containers/",
)
"""Of a node: the volumes and images of all tenants, the kubelet's keys. No container has these paths; one that opens
them has been given a folder of the node."""
ATTACH, SEIZE = "16", "16902"
"""Requests of ptrace that take over a process, of linux/ptrace.h."""
NODE_PORTS: Final = ("2379", "2380", "10250", "10255", "10256", "10257", "10259")
"""TCP: etcd, kubelet, kube-proxy, controller manager and scheduler. Who reaches one asks about every tenant's pods."""


def _not_runc(*arguments: tuple[int, str, tuple[str, ...]]) -> tuple[Selector, ...]:
    """Callers that try what they may not, or have got the right to it since their program started.

    runc does the same, in the container's name, before it becomes its program: with the right from its start. Its path
    says nothing: it runs a copy of itself that has none, and an image may have a program of its name.
    """
    return (
        Selector(arguments=arguments, without="CAP_SYS_ADMIN"),
        Selector(arguments=arguments, gained="CAP_SYS_ADMIN"),
    )


def _any(*arguments: tuple[int, str, tuple[str, ...]]) -> tuple[Selector, ...]:
    return tuple(Selector(arguments=(each,)) for each in arguments) or (Selector(),)


SIGNS: Final = (
    Sign(
        name="escape",
        title="A process tries to get out of its container",
        watched=Watched.SHARED_KERNEL,
        hooks=(
            Hook(
                call="sys_setns",
                message="enters a namespace",
                arguments=("int", "int"),
                selectors=_not_runc(),
                system_call=True,
            ),
            Hook(
                call="sys_unshare",
                message="makes a namespace",
                arguments=("int",),
                selectors=_not_runc((0, "Mask", (NEW_NAMESPACES,))),
                system_call=True,
            ),
            Hook(call="create_user_ns", message="becomes root of a user namespace", selectors=_any()),
            Hook(
                call="sys_open_by_handle_at",
                message="opens a file of the node by its number",
                arguments=("int",),
                selectors=_any(),
                system_call=True,
            ),
            Hook(call="sys_init_module", message="loads a kernel module", selectors=_any(), system_call=True),
            Hook(call="sys_finit_module", message="loads a kernel module", selectors=_any(), system_call=True),
            Hook(
                call="sys_bpf",
                message="loads a program into the kernel",
                arguments=("int",),
                selectors=_any(),
                system_call=True,
            ),
            Hook(
                call="security_file_open",
                message="opens a file by which the kernel starts programs outside of containers",
                arguments=("file",),
                selectors=_any(
                    (0, "Equal", ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper")),
                    (0, "Postfix", ("/release_agent",)),
                    (0, "Prefix", ("/proc/sys/fs/binfmt_misc/",)),
                ),
            ),
        ),
    ),
    Sign(
        name="foreign-mount",
        title="A process mounts something, or has been given a folder of the node",
        watched=Watched.SHARED_KERNEL,
        hooks=(
            Hook(
                call="security_sb_mount",
                message="mounts a file system",
                arguments=("string", "path", "string"),
                selectors=_not_runc(),
            ),
            Hook(
                call="sys_mount",
                message="asks for a mount",
                arguments=("string", "string", "string"),
                selectors=_not_runc(),
                system_call=True,
            ),
            Hook(
                call="sys_pivot_root",
                message="changes its root",
                arguments=("string", "string"),
                selectors=_not_runc(),
                system_call=True,
            ),
            Hook(
                call="security_file_open",
                message="opens a file of the node's own folders",
                arguments=("file",),
                selectors=_any(
                    (0, "Prefix", HOST_FOLDERS),
                    (0, "Postfix", ("/containerd.sock", "/docker.sock", "/crio.sock", "/kubelet.sock")),
                ),
            ),
        ),
    ),
    Sign(
        name="metadata",
        title="A pod asks for the node's cloud credentials",
        watched=Watched.ALL,
        hooks=(
            Hook(
                call="tcp_connect",
                message="connects to a metadata service",
                arguments=("sock",),
                selectors=_any((0, "DAddr", METADATA_SERVICES)),
            ),
        ),
    ),
    Sign(
        name="cross-tenant",
        title="A process reaches for other processes or for what serves all tenants of a node",
        watched=Watched.SHARED_KERNEL,
        hooks=(
            Hook(
                call="sys_ptrace",
                message="takes over a process",
                arguments=("int", "int"),
                selectors=_any((0, "Equal", (ATTACH, SEIZE))),
                system_call=True,
            ),
            Hook(
                call="sys_process_vm_readv",
                message="reads another process's memory",
                arguments=("int",),
                selectors=_any(),
                system_call=True,
            ),
            Hook(
                call="sys_process_vm_writev",
                message="writes another process's memory",
                arguments=("int",),
                selectors=_any(),
                system_call=True,
            ),
            Hook(
                call="tcp_connect",
                message="connects to a port of the cluster's own servers",
                arguments=("sock",),
                selectors=_any((0, "DPort", NODE_PORTS)),
            ),
        ),
    ),
    Sign(
        name="shell",
        title="A shell runs where none belongs",
        watched=Watched.SHARED_KERNEL,
        hooks=(
            Hook(
                call="security_bprm_check",
                message="starts a shell",
                arguments=("linux_binprm",),
                selectors=_any((0, "Postfix", SHELLS)),
            ),
        ),
    ),
    Sign(
        name="sandbox-escape",
        title="The node's kernel runs a program of a pod that has a kernel of its own",
        watched=Watched.OWN_KERNEL,
        hooks=(
            Hook(
                call="security_bprm_check",
                message="runs outside of its sandbox",
                arguments=("linux_binprm",),
                selectors=_any((0, "NotPostfix", RUNTIME_PROGRAMS)),
            ),
        ),
    ),
)
"""All of them. A function behind the system calls is preferred; `sys_mount` beside `security_sb_mount` since a caller
without the capability is refused before that."""
