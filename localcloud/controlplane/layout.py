"""Where the files of one control plane lie."""

import re
from dataclasses import dataclass
from pathlib import Path

from localcloud.errors import LocalcloudError

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True)
class Layout:
    """Paths of the cluster `name` under `state_dir`; makes nothing.

    Raises LocalcloudError when the name is no DNS label of at most 40 characters: it becomes a directory, a kubeconfig
    context and the prefix of node names, which must fit 63.
    """

    name: str
    state_dir: Path

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise LocalcloudError(
                f"{self.name!r} cannot name a cluster; allowed: at most 40 characters of a-z, 0-9 and -, "
                "with no - at either end"
            )

    @property
    def directory(self) -> Path:
        return self.state_dir / "clusters" / self.name

    @property
    def lock(self) -> Path:
        """Outside the cluster's directory, which `stop` removes while it holds the lock."""
        return self.state_dir / "clusters" / f".{self.name}.lock"

    @property
    def pki(self) -> Path:
        return self.directory / "pki"

    @property
    def etcd_data(self) -> Path:
        return self.directory / "etcd"

    @property
    def config(self) -> Path:
        return self.directory / "config"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.directory / "kubeconfig"

    @property
    def state(self) -> Path:
        return self.directory / "state.json"

    @property
    def audit_log(self) -> Path:
        return self.directory / "logs" / "audit.log"

    def log(self, part: str) -> Path:
        return self.directory / "logs" / f"{part}.log"

    def process(self, part: str) -> Path:
        """The record of a part's process: id, start time, command."""
        return self.directory / "run" / f"{part}.json"

    def certificate(self, name: str) -> Path:
        return self.pki / f"{name}.crt"

    def key(self, name: str) -> Path:
        return self.pki / f"{name}.key"

    def part_kubeconfig(self, part: str) -> Path:
        return self.config / f"{part}.kubeconfig"


def cluster_names(state_dir: Path) -> tuple[str, ...]:
    """Names of the clusters that have a directory under `state_dir`, sorted."""
    clusters = state_dir / "clusters"
    if not clusters.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in clusters.iterdir() if entry.is_dir() and _NAME.fullmatch(entry.name)))
