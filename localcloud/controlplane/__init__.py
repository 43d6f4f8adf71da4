"""Real Kubernetes control planes on loopback, any number beside each other."""

from localcloud.controlplane.cluster import ControlPlane, Reporter, clusters, start, stop
from localcloud.controlplane.health import ClusterStatus, PartStatus, status

__all__ = ["ClusterStatus", "ControlPlane", "PartStatus", "Reporter", "clusters", "start", "status", "stop"]
