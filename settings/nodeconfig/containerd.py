"""Configuration of a pool's containerd (C2): its runtime handlers, in the words of containerd 1.x and 2.x."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from settings import sandbox_profile
from settings.nodepool import NodePool
from settings.runtime import Runtime

Schema = Literal[2, 3]
"""Version of containerd's configuration: 2 is read by containerd 1.x, 3 by 2.x (which still converts 2)."""
PLAIN = "runc"
"""The handler of pods that name no RuntimeClass."""
RUNSC_HANDLER = "runsc"
SANDBOX_SPEC = "/etc/containerd/sandbox-spec.json"
"""What sandboxing handlers make containers from instead of containerd's default: `sandbox_spec` of that."""
RUNSC_CONFIG = "/etc/containerd/runsc.toml"
KATA_HOME = PurePosixPath("/opt/kata")
"""Where kata-deploy puts Kata Containers."""

SANDBOX_RLIMITS: tuple[Mapping[str, Any], ...] = (
    {"type": "RLIMIT_NPROC", "hard": sandbox_profile.PIDS, "soft": sandbox_profile.PIDS},
)

_RUNTIME_PLUGIN: Mapping[Schema, str] = {2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.runtime"}
_IMAGE_PLUGIN: Mapping[Schema, str] = {2: "io.containerd.grpc.v1.cri", 3: "io.containerd.cri.v1.images"}


def handlers_of(pool: NodePool, runtimes: Iterable[Runtime]) -> tuple[str, ...]:
    """Handlers that the pool's nodes have, sorted: plain containers, and those of runtimes that list the pool's kind.

    A handler that needs a GPU is left out of pools without one, such as a dedicated pool of CPUs.
    """
    listed = {each.handler for each in runtimes if each.is_on(pool.kind, gpu=pool.gpu is not None)}
    return tuple(sorted({PLAIN, *listed}))


def containerd_config(
    pool: NodePool, runtimes: Iterable[Runtime], schema: Schema, *, systemd_cgroup: bool = True
) -> dict[str, Any]:
    """What is to be in the containerd configuration of every node of a pool.

    No annotation of a pod reaches a runtime: who writes a pod would set the flags of its own cage. systemd_cgroup:
    whether cgroups are made by systemd; it must say what the kubelet's cgroupDriver says.
    Errors: ValueError for a handler that nobody has told how to run.
    """
    made = {handler: _handler(handler, systemd_cgroup) for handler in handlers_of(pool, runtimes)}
    containerd: dict[str, Any] = {"default_runtime_name": PLAIN, "runtimes": made}
    plugins: dict[str, dict[str, Any]] = {_RUNTIME_PLUGIN[schema]: {"containerd": containerd}}
    plugins.setdefault(_IMAGE_PLUGIN[schema], {}).update(registry={"config_path": "/etc/containerd/certs.d"})
    return {"version": schema, "plugins": plugins}


def runsc_config() -> dict[str, Any]:
    """runsc.toml, which the handler `runsc` reads: gVisor's own settings.

    systrap needs no virtualisation of the node's. The sandbox has a network stack of its own, no socket of the node's
    and no raw ones, holds the pod's seccomp filter inside as well, and no annotation changes a flag.
    """
    return {
        "runsc_config": {
            "platform": "systrap",
            "network": "sandbox",
            "net-raw": "false",
            "host-uds": "none",
            "host-fifo": "none",
            "oci-seccomp": "true",
            "allow-flag-override": "false",
            "allow-suid": "false",
        }
    }


def sandbox_spec(default: Mapping[str, Any]) -> dict[str, Any]:
    """The OCI runtime specification of sandboxes, from containerd's default (`ctr oci spec`): 100 processes (C4).

    Only for handlers with a kernel of their own for each pod. Plain containers share the node's, which counts this
    limit by user id over all pods. The default's limit of open files is left out, as it is for plain containers.
    """
    return {**default, "process": {**default["process"], "rlimits": list(SANDBOX_RLIMITS)}}


_CAGE: Mapping[str, Any] = {"pod_annotations": [], "base_runtime_spec": SANDBOX_SPEC}


def _handler(handler: str, systemd_cgroup: bool) -> dict[str, Any]:
    if handler == PLAIN:
        return {"runtime_type": "io.containerd.runc.v2", "options": {"SystemdCgroup": systemd_cgroup}}
    if handler == "runsc":
        options = {"TypeUrl": "io.containerd.runsc.v1.options", "ConfigPath": RUNSC_CONFIG}
        return {"runtime_type": "io.containerd.runsc.v1", **_CAGE, "options": options}
    if handler == "kata" or handler.startswith("kata-"):
        hypervisor = handler.removeprefix("kata").removeprefix("-") or "qemu"
        defaults = KATA_HOME / "share" / "defaults" / "kata-containers"
        return {
            "runtime_type": f"io.containerd.{handler}.v2",
            "runtime_path": str(KATA_HOME / "bin" / "containerd-shim-kata-v2"),
            # Without it a privileged pod would be given every device of the node inside its virtual machine.
            "privileged_without_host_devices": True,
            **_CAGE,
            "options": {"ConfigPath": str(defaults / f"configuration-{hypervisor}.toml")},
        }
    raise ValueError(f"no configuration of containerd is known for handler {handler!r}; allowed: runc, runsc, kata-*")
