"""The four processes of a real node and their command lines."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.nodehost.places import PARTS, Places
from localcloud.nodehost.teardown import REGISTRY
from localcloud.paths import checkout
from localcloud.realnode import network_policy
from localcloud.realnode.configuration import NodePlan
from settings.nodepool import RUNTIME_LABEL_PREFIX

REAL_LABEL = "tenantplane.dev/real-node"
"""Label and taint of a real node. Only a pod that asks for it goes there: those of the stacks name images that exist in
no registry, and the simulated nodes run them all the same."""


@dataclass(frozen=True)
class NodePart:
    """One process. ready: whether it can be used; the kubelet's is asked of the API server afterwards."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: Callable[[], bool] = lambda: True


def node_parts(places: Places, plan: NodePlan, programs: Mapping[str, Path]) -> tuple[NodePart, ...]:
    """The parts in the order they are started. programs: those of the toolchain, by name."""
    registry = (sys.executable, "-m", REGISTRY, str(places.registry), str(plan.registry_port))
    containerd = ("containerd", "--config", str(places.etc / "containerd.toml"))
    path = {"PATH": f"{places.bin}{os.pathsep}{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin:/sbin"}
    labels = ",".join(f"{key}={value}" for key, value in labels_of(plan).items())
    kubelet_command = (
        str(programs["kubelet"]),
        f"--config={places.etc / 'kubelet.yaml'}",
        f"--kubeconfig={places.etc / 'kubelet.kubeconfig'}",
        f"--root-dir={places.kubelet}",
        f"--cert-dir={places.kubelet / 'pki'}",
        f"--hostname-override={plan.name}",
        f"--node-labels={labels}",
        f"--register-with-taints={taints_of(plan)}",
        # The node's address is loopback, which a kubelet finds for itself on no machine: localcloud sets it.
        "--cloud-provider=external",
    )
    enforcer = network_policy.command(programs["kube-router"], places, plan.name)
    registry_part, containerd_part, kubelet_part, policy_part = PARTS
    return (
        NodePart(registry_part, registry, {"PYTHONPATH": str(checkout())}),
        NodePart(containerd_part, containerd, path, lambda: _containerd_answers(places)),
        NodePart(kubelet_part, kubelet_command, path),
        NodePart(policy_part, enforcer, path, network_policy.enforces),
    )


def taints_of(plan: NodePlan) -> str:
    """Value of the kubelet's --register-with-taints: those of the pool, and the one of real nodes."""
    own = [f"{each.key}={each.value}:{each.effect}" for each in plan.pool.node_taints()]
    return ",".join([*own, f"{REAL_LABEL}=true:NoSchedule"])


def labels_of(plan: NodePlan) -> dict[str, str]:
    """Those of the pool that a kubelet may give its own node, without runtimes that this machine cannot have, and the
    one of real nodes."""
    absent = {f"{RUNTIME_LABEL_PREFIX}{each.id}" for each in plan.runtimes if each.handler.startswith("kata")}
    given = {key: value for key, value in plan.pool.node_labels(0).items() if "node-restriction" not in key}
    return {**{key: value for key, value in given.items() if key not in absent}, REAL_LABEL: "true"}


def _containerd_answers(places: Places) -> bool:
    command = ["ctr", "--address", str(places.socket), "version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
