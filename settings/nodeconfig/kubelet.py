"""Configuration of a pool's kubelets (C4, C6): `kubelet.config.k8s.io/v1beta1`, fields as of Kubernetes 1.34."""

from typing import Any

from settings import sandbox_profile
from settings.nodepool import NodePool

PIDS = 1024
"""Processes and threads of a pod in a pool of services. A number of ours: some ten times what one of them runs."""
SYSTEM_RESERVED = {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "1Gi", "pid": "1000"}
"""Kept for the system's daemons. Numbers of ours, to be replaced by measured ones."""
EVICTION_HARD = {
    "memory.available": "100Mi",
    "nodefs.available": "10%",
    "nodefs.inodesFree": "5%",
    "imagefs.available": "15%",
    "pid.available": "10%",
}
"""When pods are evicted at once. The kubelet's own defaults, and a tenth of all process ids: naming one threshold
turns off the defaults of the others."""


def kubelet_config(pool: NodePool) -> dict[str, Any]:
    """The KubeletConfiguration of every node of a pool.

    Of the sandbox profile it holds that no memory is swapped and, in pools of sandboxes, how many tasks a pod has on
    the node; the 100 processes inside a sandbox are the runtime handler's. It asks who calls and whether they may,
    serves nothing to those who do not say, and starts on a node only whose kernel is set as it needs it, without swap,
    with version 2 cgroups.
    """
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": "/etc/kubernetes/pki/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "systemd",
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "enforceNodeAllocatable": ["pods"],
        "evictionHard": dict(EVICTION_HARD),
        "failCgroupV1": True,
        "failSwapOn": True,
        "kubeReserved": _kube_reserved(pool),
        "maxPods": pool.capacity.pods,
        "memorySwap": {"swapBehavior": sandbox_profile.SWAP_BEHAVIOR},
        "podPidsLimit": pids_of(pool),
        "protectKernelDefaults": True,
        "readOnlyPort": 0,
        "rotateCertificates": True,
        "seccompDefault": True,
        "serverTLSBootstrap": True,
        "streamingConnectionIdleTimeout": "5m0s",
        "systemReserved": dict(SYSTEM_RESERVED),
        "tlsMinVersion": "VersionTLS12",
    }


def pids_of(pool: NodePool) -> int:
    """Processes and threads that one pod of the pool may have on its node, those of its runtime included."""
    return sandbox_profile.HOST_TASKS if pool.kind == "sandbox" else PIDS


def _kube_reserved(pool: NodePool) -> dict[str, str]:
    """Kept for kubelet and containerd: what EKS reserves on its own images (awslabs/amazon-eks-ami), 255 Mi and 11 Mi
    for each pod, 6 % of the first core, 1 % of the second, 0.5 % of the next two and 0.25 % of every other."""
    cores = -(-pool.capacity.cpu_m // 1000)
    tenths = sum(600 if core == 0 else 100 if core == 1 else 50 if core < 4 else 25 for core in range(cores))
    return {
        "cpu": f"{-(-tenths // 10)}m",
        "memory": f"{255 + 11 * pool.capacity.pods}Mi",
        "ephemeral-storage": "1Gi",
        "pid": "1000",
    }
