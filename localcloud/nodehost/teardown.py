"""Undo a real node: its processes, mounts, cgroups, networks and kernel settings; in any state, any number of times.

Imports nothing of the control plane, which calls it before it removes a cluster's directory: what is mounted there must
be gone before anything is deleted.
"""

import contextlib
import ctypes
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import psutil

from localcloud.errors import LocalcloudError
from localcloud.nodehost.firewall import remove_rules
from localcloud.nodehost.machine import cgroup_processes, remove_cgroup, remove_outside, write_sysctls
from localcloud.nodehost.places import PARTS, Places
from localcloud.processes import end_processes

REGISTRY = "localcloud.realnode.registry"
"""Module that a registry's process runs."""
_GRACE_S = 1.0
_ROUNDS = 20
"""A mount may lie over others, and killed processes take a moment to let theirs go."""
_MNT_DETACH = 2
_CNI_CACHE = Path("/var/lib/cni/results")
_LOG_LINKS = Path("/var/log/containers")


def tear_down(cluster: Path) -> bool:
    """Undo the real node of the cluster in a directory; False when it has none.

    Raises LocalcloudError when something stays mounted; nothing is deleted then.
    """
    places = Places(cluster)
    if not places.directory.exists():
        return False
    end_processes(_of_command(places, ("kubelet", "kube-router")), _GRACE_S)
    outside = [*_shim_sockets(places), *_loopback_results(places)]
    end_processes(_by_id(cgroup_processes(places.cgroup)), 0)
    end_processes(_of_command(places, ("containerd", "runsc", REGISTRY)), _GRACE_S)
    end_processes(_by_id(cgroup_processes(places.cgroup)), 0)
    _unmount(places.directory)
    if places.state.exists():  # before that it has started nothing
        remove_rules()
    remove_cgroup(places.cgroup)
    for file in (*outside, *_CNI_CACHE.glob(f"{places.network}-*"), *_dangling(places)):
        with contextlib.suppress(OSError):
            file.unlink()
    with contextlib.suppress(OSError, ValueError, KeyError):
        state = json.loads(places.state.read_text())
        write_sysctls(state["sysctls"])
        remove_outside(state["absent"])
    for part in PARTS:
        places.record(part).unlink(missing_ok=True)
    shutil.rmtree(places.directory)
    return True


def mounts_below(directory: Path) -> list[str]:
    """Mount points under a directory, the last made first."""
    prefix = f"{directory.resolve()}{os.sep}"
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return [point for point in reversed(points) if point.startswith(prefix)]


def _of_command(places: Places, names: Iterable[str]) -> list[psutil.Process]:
    """Processes of these programs that work in the node's directory."""
    mark, wanted = str(places.directory), tuple(names)
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            command = process.cmdline()
            names_it = command and (Path(command[0]).name.startswith(wanted) or REGISTRY in set(command) & set(wanted))
            if names_it and process.pid != os.getpid() and any(mark in each for each in command):
                found.append(process)
    return found


def _by_id(pids: Iterable[int]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return found


def _shim_sockets(places: Places) -> list[Path]:
    """Sockets of the shims, which lie outside; a shim that is killed leaves its own."""
    found: list[Path] = []
    for file in places.containerd.glob("state/io.containerd.runtime.v2.task/*/*/address"):
        with contextlib.suppress(OSError):
            found.append(Path(file.read_text().strip().removeprefix("unix://")))
    return [path for path in found if path.parent == Path("/run/containerd/s")]


def _loopback_results(places: Places) -> list[Path]:
    """What CNI remembers of the pods' loopback interfaces, in one place for all."""
    folders = places.containerd.glob("state/io.containerd.runtime.v2.task/*/*")
    return [_CNI_CACHE / f"cni-loopback-{folder.name}-lo" for folder in folders]


def _dangling(places: Places) -> list[Path]:
    """Links to the logs of the node's containers, which kubelets make in one place for all."""
    if not _LOG_LINKS.is_dir():
        return []
    return [link for link in _LOG_LINKS.iterdir() if str(places.directory) in str(link.readlink())]


def _unmount(directory: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(_ROUNDS):
        points = mounts_below(directory)
        if not points:
            return
        for point in points:
            libc.umount2(os.fsencode(point), _MNT_DETACH)
    raise LocalcloudError(f"{', '.join(mounts_below(directory))} cannot be unmounted, so nothing was deleted")
