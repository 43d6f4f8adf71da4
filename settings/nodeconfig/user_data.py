"""User data of a pool's instances on AWS: Amazon Linux 2023 (nodeadm) and Bottlerocket (C2, C4, C6)."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from settings.nodeconfig.containerd import (
    PLAIN,
    RUNSC_CONFIG,
    SANDBOX_RLIMITS,
    SANDBOX_SPEC,
    containerd_config,
    handlers_of,
    runsc_config,
)
from settings.nodeconfig.kubelet import kubelet_config, pids_of
from settings.nodeconfig.toml import to_toml
from settings.nodepool import NodePool
from settings.runtime import Runtime
from settings.sandbox_profile import SWAP_BEHAVIOR

_BOUNDARY = "tenantplane-node"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OWNED_BY_NODEADM = ("apiVersion", "kind", "authentication", "containerRuntimeEndpoint", "cgroupDriver")
"""Left to nodeadm, which knows where its image keeps these and writes the same values."""


class _Blocks(yaml.SafeDumper):
    """Writes a text of several lines as such, to be read in a review."""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _block)


class NotExpressibleError(ValueError):
    """A pool needs something that this kind of node cannot be told."""


@dataclass(frozen=True, kw_only=True)
class NodeCluster:
    """What a node must know of the cluster that it joins.

    name: of the cluster. endpoint: URL of its API server. authority: its certificate, base64 of PEM. service_cidr:
    addresses of its Services.
    """

    name: str
    endpoint: str
    authority: str
    service_cidr: str


@dataclass(frozen=True, kw_only=True)
class Download:
    """Programs of one runtime handler, fetched before the kubelet starts.

    url: of a tar archive, https. sha256: of the archive, 64 hexadecimal digits; one of other content is not unpacked.
    target: directory that it is unpacked in.
    Errors: ValueError for a URL that is not https and for a wrong digest.
    """

    url: str
    sha256: str
    target: str = "/usr/local/bin"

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise ValueError(f"{self.url!r} is no https URL")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"{self.sha256!r} is no sha256; allowed: 64 hexadecimal digits")


def al2023(
    pool: NodePool, runtimes: Iterable[Runtime], cluster: NodeCluster | None, downloads: Mapping[str, Download]
) -> str:
    """User data of a pool on Amazon Linux 2023: a MIME document of a script, where the pool has runtimes to install,
    and a NodeConfig (node.eks.aws/v1alpha1).

    cluster: that it joins; None where Karpenter makes the node, which adds a NodeConfig of its own with the cluster,
    labels and taints. downloads: by handler, for every handler of the pool but runc; the images of EKS bring no other.
    Errors: NotExpressibleError when a handler of the pool has no download.
    """
    runtimes = tuple(runtimes)
    wanted = [handler for handler in handlers_of(pool, runtimes) if handler != PLAIN]
    if missing := [handler for handler in wanted if handler not in downloads]:
        raise NotExpressibleError(
            f"node pool {pool.name!r} has the handlers {', '.join(missing)}, which Amazon Linux 2023 does not bring; "
            "say where to download each"
        )
    config = yaml.dump(_node_config(pool, runtimes, cluster), Dumper=_Blocks, sort_keys=False)
    parts = [("application/node.eks.aws", config)]
    if wanted:
        # cloud-init runs the script before the service that starts the kubelet (nodeadm-run).
        parts.insert(0, ('text/x-shellscript; charset="us-ascii"', _script(wanted, downloads)))
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"', ""]
    for kind, text in parts:
        lines += [f"--{_BOUNDARY}", f"Content-Type: {kind}", "", text]
    return "\n".join([*lines, f"--{_BOUNDARY}--", ""])


def bottlerocket(pool: NodePool, runtimes: Iterable[Runtime], cluster: NodeCluster) -> str:
    """User data of a pool on Bottlerocket, for pools of plain containers.

    Its containerd takes no handlers of ours and its root no programs, so that gVisor and Kata have no place there. The
    rest of the kubelet's configuration is Bottlerocket's own: anonymous requests off, read-only port 0, kernel
    defaults protected and swap refused.
    Errors: NotExpressibleError for a pool with another handler than runc.
    """
    if other := [handler for handler in handlers_of(pool, runtimes) if handler != PLAIN]:
        raise NotExpressibleError(
            f"node pool {pool.name!r} has the handlers {', '.join(other)}, and Bottlerocket runs none but its own; "
            "use Amazon Linux 2023"
        )
    kubelet = kubelet_config(pool)
    taints: dict[str, list[str]] = {}
    for taint in pool.node_taints():
        taints.setdefault(taint.key, []).append(f"{taint.value}:{taint.effect}")
    settings: dict[str, Any] = {
        "cluster-name": cluster.name,
        "api-server": cluster.endpoint,
        "cluster-certificate": cluster.authority,
        "max-pods": pool.capacity.pods,
        "pod-pids-limit": pids_of(pool),
        "seccomp-default": True,
        "server-tls-bootstrap": True,
        "memory-swap-behavior": SWAP_BEHAVIOR,
        "eviction-hard": kubelet["evictionHard"],
        "kube-reserved": _without_pids(kubelet["kubeReserved"]),
        "system-reserved": _without_pids(kubelet["systemReserved"]),
        "node-labels": registered_labels(pool),
    }
    if taints:
        settings["node-taints"] = taints
    return to_toml({"settings": {"kubernetes": settings}})


def _node_config(pool: NodePool, runtimes: tuple[Runtime, ...], cluster: NodeCluster | None) -> dict[str, Any]:
    kubelet: dict[str, Any] = {
        "config": {key: value for key, value in kubelet_config(pool).items() if key not in _OWNED_BY_NODEADM}
    }
    spec: dict[str, Any] = {}
    if cluster is not None:
        spec["cluster"] = {
            "name": cluster.name,
            "apiServerEndpoint": cluster.endpoint,
            "certificateAuthority": cluster.authority,
            "cidr": cluster.service_cidr,
        }
        kubelet["flags"] = registration_flags(pool)
    return {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {
            **spec,
            "kubelet": kubelet,
            "containerd": {"config": to_toml(containerd_config(pool, runtimes, 3))},
        },
    }


def registration_flags(pool: NodePool) -> list[str]:
    """How the kubelet of a node of the pool registers it: with labels and taints, before any pod can come."""
    labels = [f"{key}={value}" for key, value in registered_labels(pool).items()]
    taints = [f"{taint.key}={taint.value}:{taint.effect}" for taint in pool.node_taints()]
    flags = [f"--node-labels={','.join(labels)}"]
    return [*flags, f"--register-with-taints={','.join(taints)}"] if taints else flags


def registered_labels(pool: NodePool) -> dict[str, str]:
    """Labels that a kubelet may give its own node. Zone, region and instance type come from the cloud; a label under
    node-restriction.kubernetes.io is refused from a kubelet (NodeRestriction), and who makes the node group sets it."""
    own = ("topology.kubernetes.io/", "node.kubernetes.io/", "node-restriction.kubernetes.io/")
    return {key: value for key, value in sorted(pool.node_labels().items()) if not key.startswith(own)}


def _without_pids(reserved: Mapping[str, str]) -> dict[str, str]:
    """Bottlerocket reserves CPU, memory and storage only."""
    return {key: value for key, value in reserved.items() if key != "pid"}


def _script(handlers: Sequence[str], downloads: Mapping[str, Download]) -> str:
    """Fetches each archive once, checks it and unpacks it; ends the boot of the node when one is not what it was."""
    lines = ["#!/bin/bash", "set -euo pipefail"]
    for one in dict.fromkeys(downloads[handler] for handler in handlers):
        lines += [
            f"curl --fail --silent --show-error --location --retry 5 -o /run/runtime.tar {shlex.quote(one.url)}",
            f"echo {one.sha256}  /run/runtime.tar | sha256sum --check --strict",
            f"mkdir -p {shlex.quote(one.target)}",
            f"tar -C {shlex.quote(one.target)} -xf /run/runtime.tar",
            "rm /run/runtime.tar",
        ]
    # What `sandbox_spec` does; the image has ctr and jq.
    change = f".process.rlimits = {json.dumps(SANDBOX_RLIMITS)}"
    lines += [
        f"mkdir -p {SANDBOX_SPEC.rpartition('/')[0]}",
        f"ctr oci spec | jq {shlex.quote(change)} > {SANDBOX_SPEC}",
    ]
    if "runsc" in handlers:
        text = to_toml(runsc_config())
        lines += [f"cat > {RUNSC_CONFIG} <<'END'", text.rstrip("\n"), "END"]
    return "\n".join([*lines, ""])
