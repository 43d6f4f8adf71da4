"""Real Kubernetes control planes on loopback, any number beside each other."""

from localcloud.controlplane.cluster import (
    ClusterStatus,
    ControlPlane,
    PartStatus,
    Reporter,
    clusters,
    start,
    status,
    stop,
)

__all__ = ["ClusterStatus", "ControlPlane", "PartStatus", "Reporter", "clusters", "start", "status", "stop"]
