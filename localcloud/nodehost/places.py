"""Where the files of a cluster's real node lie. Imports nothing of the control plane, which asks here when it stops."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from localcloud.errors import LocalcloudError

PARTS = ("real-registry", "real-containerd", "real-kubelet", "real-network-policy")
"""Its processes, as `status` and `logs` name them."""

SOCKET_LIMIT = 107
"""Longest path of a Unix socket (sun_path of Linux, 108 bytes with the closing zero)."""


@dataclass(frozen=True)
class Places:
    """Paths of the real node of the cluster in `cluster`; makes nothing."""

    cluster: Path

    @property
    def directory(self) -> Path:
        return self.cluster / "real-node"

    @property
    def state(self) -> Path:
        """What is remembered of it: name, ports, subnet, and what it changed on this machine."""
        return self.directory / "state.json"

    @property
    def etc(self) -> Path:
        return self.directory / "etc"

    @property
    def bin(self) -> Path:
        """First in containerd's PATH: the runtimes that it starts by name."""
        return self.directory / "bin"

    @property
    def registry(self) -> Path:
        return self.directory / "registry"

    @property
    def containerd(self) -> Path:
        return self.directory / "containerd"

    @property
    def socket(self) -> Path:
        return self.directory / "cri.sock"

    @property
    def kubelet(self) -> Path:
        return self.directory / "kubelet"

    @property
    def cni(self) -> Path:
        return self.directory / "cni"

    @property
    def logs(self) -> Path:
        return self.cluster / "logs"

    @property
    def mark(self) -> str:
        """Eight characters that tell this node from any other on this machine: in names of cgroups and networks."""
        return hashlib.sha256(str(self.directory).encode()).hexdigest()[:8]

    @property
    def cgroup(self) -> str:
        return f"tenantplane-{self.mark}"

    @property
    def network(self) -> str:
        return f"tenantplane-{self.mark}"

    def record(self, part: str) -> Path:
        """The record of a part's process."""
        return self.cluster / "run" / f"{part}.json"

    def require_short(self) -> None:
        """Raise LocalcloudError when the sockets under the directory would have too long a path."""
        longest = self.kubelet / "pod-resources" / "kubelet.sock"
        if len(str(longest)) > SOCKET_LIMIT:
            raise LocalcloudError(
                f"{self.directory} is too long a path for the sockets of a real node: {len(str(longest))} characters "
                f"where Linux allows {SOCKET_LIMIT}; name a shorter directory in TENANTPLANE_STATE"
            )
