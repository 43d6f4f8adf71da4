"""What a node of a pool is told before it joins: kubelet, containerd and user data, rendered from the catalogue."""

from settings.nodeconfig.containerd import containerd_config, handlers_of, runsc_config, sandbox_spec
from settings.nodeconfig.kubelet import kubelet_config, pids_of
from settings.nodeconfig.toml import to_toml
from settings.nodeconfig.user_data import (
    Download,
    NodeCluster,
    NotExpressibleError,
    al2023,
    bottlerocket,
    registered_labels,
    registration_flags,
)

__all__ = [
    "Download",
    "NodeCluster",
    "NotExpressibleError",
    "al2023",
    "bottlerocket",
    "containerd_config",
    "handlers_of",
    "kubelet_config",
    "pids_of",
    "registered_labels",
    "registration_flags",
    "runsc_config",
    "sandbox_spec",
    "to_toml",
]
