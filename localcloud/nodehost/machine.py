"""What a real node needs of this machine and changes on it, and how that is put back."""

import contextlib
import ipaddress
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

from localcloud.errors import LocalcloudError

PACKAGES: Mapping[str, str] = {
    "/usr/bin/containerd": "containerd",
    "/usr/sbin/runc": "runc",
    "/usr/lib/cni/ptp": "containernetworking-plugins",
    "/bin/busybox": "busybox-static",
    "/usr/sbin/iptables": "iptables",
    "/usr/sbin/ipset": "ipset",
    "/usr/sbin/ip": "iproute2",
}
"""A file of each package and its name in Debian 12: containerd 1.6, runc 1.1, CNI plugins 1.1."""
APT = f"apt-get install --no-install-recommends {' '.join(PACKAGES.values())}"

_SYSCTLS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "net/ipv4/ip_forward",
)
"""What the kubelet sets where it does not find it so, and what the CNI plugin turns on."""
_OUTSIDE = ("/var/lib/kubelet", "/var/log/containers", "/usr/libexec/kubernetes", "/run/containerd", "/var/lib/cni")
_PROC = Path("/proc/sys")
_CGROUPS = Path("/sys/fs/cgroup")
_SUBNETS = ipaddress.ip_network("10.127.0.0/16")


def missing() -> str | None:
    """Why this machine cannot run a real node, and what would change that; None when it can."""
    if os.geteuid() != 0:
        return "a real node mounts, makes cgroups and network interfaces: run the command as root"
    if absent := [package for file, package in PACKAGES.items() if not Path(file).exists()]:
        names = " ".join(absent)
        return f"a real node needs the packages {names}: apt-get install --no-install-recommends {names}"
    if len(Path("/proc/swaps").read_text().splitlines()) > 1:
        return "a sandbox node runs without swap, and this machine has some: turn it off (swapoff -a)"
    if not _v2() and (
        absent := [each for each in ("cpu", "cpuset", "memory", "pids") if not (_CGROUPS / each).is_dir()]
    ):
        return f"a real node needs the cgroup controllers {', '.join(absent)}, which this machine does not mount"
    return None


def require() -> None:
    """Raise LocalcloudError when this machine cannot run a real node."""
    if why := missing():
        raise LocalcloudError(why)


def other_real_node(directory: Path) -> str | None:
    """Directory of another real node that runs on this machine: what enforces NetworkPolicy has one set of chains."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            for argument in process.cmdline()[1:] if process.name() == "kubelet" else ():
                found = re.fullmatch(r"--root-dir=(.*/real-node)/kubelet", argument)
                if found and found[1] != str(directory):
                    return found[1]
    return None


def absent() -> list[str]:
    """Directories that a node's programs make outside its own, and that are not there yet: to be removed again."""
    return [name for name in _OUTSIDE if not Path(name).exists()]


def remove_outside(names: Iterable[str]) -> None:
    """Remove directories that were not there before, one on which something is mounted left out."""
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for name in names:
        if name in _OUTSIDE and not any(point.startswith(name) for point in mounted):
            shutil.rmtree(name, ignore_errors=True)


def read_sysctls() -> dict[str, str]:
    """Kernel settings as they are, to be put back."""
    return {name: (_PROC / name).read_text().strip() for name in _SYSCTLS if (_PROC / name).exists()}


def write_sysctls(values: Mapping[str, str]) -> None:
    """Put kernel settings back that are not as they were."""
    for name, value in values.items():
        file = _PROC / name
        if name in _SYSCTLS and file.exists() and file.read_text().strip() != value:
            file.write_text(value)


def make_cgroup(name: str) -> None:
    """The cgroup below which the kubelet makes those of its pods."""
    if _v2():
        group = _CGROUPS / name
        group.mkdir(exist_ok=True)
        controllers = (group / "cgroup.controllers").read_text().split()
        (group / "cgroup.subtree_control").write_text(" ".join(f"+{each}" for each in controllers))
        return
    for controller in _hierarchies():
        group = controller / name
        group.mkdir(exist_ok=True)
        for file in ("cpuset.cpus", "cpuset.mems"):  # empty at birth, and no process may enter before they are set
            if (group / file).exists() and not (group / file).read_text().strip():
                (group / file).write_text((controller / file).read_text())


def cgroup_processes(name: str) -> set[int]:
    """Ids of the processes in a cgroup and in those below it."""
    found: set[int] = set()
    for group in _groups(name):
        try:
            found |= {int(line) for line in (group / "cgroup.procs").read_text().split()}
        except OSError:  # gone meanwhile
            continue
    return found


def remove_cgroup(name: str) -> None:
    """Remove a cgroup and those below it; one that has processes yet stays."""
    for group in sorted(_groups(name), key=lambda each: -len(each.parts)):
        try:
            group.rmdir()
        except OSError:
            continue


def free_subnet() -> str:
    """A /24 for pods that no route of this machine knows. Raises LocalcloudError when there is none."""
    ip = shutil.which("ip") or "/usr/sbin/ip"
    said = subprocess.run([ip, "-4", "route"], capture_output=True, text=True, check=True).stdout
    taken = []
    for line in said.splitlines():
        for word in line.split()[:1]:
            if word != "default":
                taken.append(ipaddress.ip_network(word, strict=False))
    for subnet in _SUBNETS.subnets(new_prefix=24):
        if not any(subnet.overlaps(each) for each in taken):
            return str(subnet)
    raise LocalcloudError(f"every /24 of {_SUBNETS} has a route on this machine; a real node's pods need one")


def _v2() -> bool:
    """Whether cgroups are of version 2: one hierarchy for all controllers."""
    return (_CGROUPS / "cgroup.controllers").exists()


def _hierarchies() -> list[Path]:
    """Mount points of version 1 controllers; several may be links to one."""
    found = {each.resolve() for each in _CGROUPS.iterdir() if (each / "cgroup.procs").exists()}
    return sorted(each for each in found if each.name != "unified")


def _groups(name: str) -> list[Path]:
    tops = [_CGROUPS] if _v2() else [*_hierarchies(), _CGROUPS / "unified"]
    return [folder for top in tops if (top / name).is_dir() for folder in (top / name, *_folders(top / name))]


def _folders(group: Path) -> list[Path]:
    return [each for each in group.rglob("*") if each.is_dir()]
