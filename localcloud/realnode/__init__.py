"""A real node on demand: kubelet, containerd, runc and gVisor on this machine, beside the simulated nodes."""

from localcloud.realnode.parts import REAL_LABEL
from localcloud.realnode.start import RealNode, start_real_node, stop_real_node

__all__ = ["REAL_LABEL", "RealNode", "start_real_node", "stop_real_node"]
