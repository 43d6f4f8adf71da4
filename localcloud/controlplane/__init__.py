"""Real Kubernetes control planes on loopback, any number beside each other."""

from localcloud.controlplane.cluster import ControlPlane, clusters, start, stop
from localcloud.controlplane.health import ClusterStatus, PartStatus, status
from localcloud.controlplane.pause import pause
from localcloud.progress import Reporter

__all__ = ["ClusterStatus", "ControlPlane", "PartStatus", "Reporter", "clusters", "pause", "start", "status", "stop"]
