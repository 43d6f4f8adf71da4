"""Node configuration of some pools of the catalogue, as it was reviewed (C2, C4).

`python -m tests.unit.settings.golden_nodes` writes the files anew; read the difference, for it changes nodes.
"""

from pathlib import Path

import yaml

from settings import NodePool, Runtime, load_catalogue
from settings.nodeconfig import (
    Download,
    NodeCluster,
    al2023,
    bottlerocket,
    containerd_config,
    kubelet_config,
    runsc_config,
    to_toml,
)

FOLDER = Path(__file__).parent / "golden" / "nodes"
_CATALOGUE = load_catalogue(Path(__file__).resolve().parents[3] / "catalog", "local")
RUNTIMES: tuple[Runtime, ...] = tuple(_CATALOGUE.runtimes.values())
POOLS: dict[str, NodePool] = {
    pool.name: pool for cluster in _CATALOGUE.topology.clusters for pool in cluster.node_pools
}
CLUSTER = NodeCluster(
    name="example", endpoint="https://api.cluster.example", authority="Y2VydGlmaWNhdGU=", service_cidr="10.96.0.0/16"
)
_KATA = Download(url="https://mirror.example/kata.tar", sha256="b" * 64, target="/")
DOWNLOADS = {
    "runsc": Download(url="https://mirror.example/gvisor.tar", sha256="a" * 64),
    "kata": _KATA,
    "kata-qemu-tdx": _KATA,
    "kata-qemu-nvidia-gpu": _KATA,
}


def rendered() -> dict[str, str]:
    """Content by name of file."""
    sandbox, general = POOLS["sandbox"], POOLS["general"]
    return {
        "sandbox.kubelet.yaml": yaml.safe_dump(kubelet_config(sandbox), sort_keys=False),
        "sandbox.containerd-2.toml": to_toml(containerd_config(sandbox, RUNTIMES, 2)),
        "sandbox.containerd-3.toml": to_toml(containerd_config(sandbox, RUNTIMES, 3)),
        "gpu.containerd-3.toml": to_toml(containerd_config(POOLS["gpu-a100-whole"], RUNTIMES, 3)),
        "runsc.toml": to_toml(runsc_config()),
        "sandbox.al2023.mime": al2023(sandbox, RUNTIMES, CLUSTER, DOWNLOADS),
        "northwind.al2023.mime": al2023(POOLS["northwind"], RUNTIMES, CLUSTER, DOWNLOADS),
        "general.al2023.mime": al2023(general, RUNTIMES, CLUSTER, {}),
        "general.bottlerocket.toml": bottlerocket(general, RUNTIMES, CLUSTER),
        "spot.bottlerocket.toml": bottlerocket(POOLS["spot"], RUNTIMES, CLUSTER),
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, text in rendered().items():
        (FOLDER / name).write_text(text)
