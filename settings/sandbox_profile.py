"""The numbers of the sandbox profile (C4), for everything that enforces one of them: pods, kubelets, runtimes."""

MEMORY_LIMIT = "2Gi"
"""Memory limit of a container that names none; a cgroup limit, so that what goes over it is killed."""
TMP_SIZE = "512Mi"
"""Size of the tmpfs on /tmp; what is written there counts as memory of the container that wrote it."""
PIDS = 100
"""Processes and threads in a sandbox. No field of a pod says this: the runtime handler does, by RLIMIT_NPROC inside the
sandbox's own kernel."""
HOST_TASKS = 400
"""Tasks that one sandbox may have on its node (podPidsLimit of the kubelet): its own and those of the runtime that
holds it. gVisor was seen to have 50 with nothing running and 241 with 97 processes; a limit of 100 kills it while it
starts processes."""
SWAP_BEHAVIOR = "NoSwap"
"""What a kubelet gives its pods of a node's swap. Its nodes have none to begin with (failSwapOn)."""
