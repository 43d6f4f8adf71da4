"""The numbers of the sandbox profile (C4), for everything that enforces one of them: pods, kubelets, runtimes."""

MEMORY_LIMIT = "2Gi"
"""Memory limit of a container that names none; a cgroup limit, so that what goes over it is killed."""
TMP_SIZE = "512Mi"
"""Size of the tmpfs on /tmp; what is written there counts as memory of the container that wrote it."""
PIDS = 100
"""Processes and threads of a pod. No field of a pod says this: the kubelet of the node pool does (podPidsLimit)."""
SWAP_BEHAVIOR = "NoSwap"
"""What a kubelet gives its pods of a node's swap. Its nodes have none to begin with (failSwapOn)."""
