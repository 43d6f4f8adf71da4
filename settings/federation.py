"""Where a federation may put what a tenant gives it: the tenant's own clusters, and no other tier's (H3, F6)."""

from typing import Any, Final

from settings.homing import home_of, standby_of
from settings.tenant import Tenant
from settings.topology import Topology

NOT_BY_ITSELF: Final = "namespace.karmada.io/skip-auto-propagation"
"""Label of a namespace that Karmada leaves alone unless a policy names it; every other namespace goes to every cluster
(karmada.io, "Namespace Management")."""

WORKLOADS: Final = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("policy/v1", "PodDisruptionBudget"),
    ("v1", "ConfigMap"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Service"),
)
"""Kinds that a tenant may hand to the federation. Quotas, policies, rights and Secrets are not among them: those come
from the stacks of each cluster, and a federation that fails, or is taken over, changes none of them."""


def clusters_of(tenant: Tenant, topology: Topology) -> tuple[str, ...]:
    """Names of the clusters that may hold a tenant, in the order in which they are used: its home, then the one that
    stands by for it where the tenant's data may be. Without those that are lost."""
    home = home_of(tenant, topology)
    if home is None:
        return ()
    standby = standby_of(tenant, home, topology)
    return tuple(each.name for each in (home, standby) if each is not None and not each.lost)


def placement(tenant: Tenant, topology: Topology) -> dict[str, Any]:
    """Placement of a propagation policy: groups of one cluster each, of which Karmada uses the first that is there.

    Everything is on one cluster, whole: replicas that were divided would each meet the tenant's whole quota.
    Errors: ValueError for a tenant that no cluster may hold; without an affinity Karmada would take any.
    """
    names = clusters_of(tenant, topology)
    if not names:
        raise ValueError(f"no cluster may hold tenant {tenant.id!r}")
    return {
        "clusterAffinities": [
            {"affinityName": "home" if index == 0 else "stand-by", "clusterNames": [name]}
            for index, name in enumerate(names)
        ],
        "replicaScheduling": {"replicaSchedulingType": "Duplicated"},
    }


def namespace_policy(tenant: Tenant, namespace: str, topology: Topology) -> dict[str, Any]:
    """Spec of the ClusterPropagationPolicy of a tenant's namespace at the federation.

    The clusters have the namespace already, with its labels and quota: on a conflict the federation leaves it alone.
    """
    return {
        "resourceSelectors": [{"apiVersion": "v1", "kind": "Namespace", "name": namespace}],
        "placement": placement(tenant, topology),
        "conflictResolution": "Abort",
        "preemption": "Never",
        "preserveResourcesOnDeletion": True,
    }


def workload_policy(tenant: Tenant, topology: Topology) -> dict[str, Any]:
    """Spec of the PropagationPolicy in a tenant's namespace: what of it goes to which clusters.

    A cluster that is gone is left for the next; what ran there is removed once it is back.
    """
    return {
        "resourceSelectors": [{"apiVersion": version, "kind": kind} for version, kind in WORKLOADS],
        "placement": placement(tenant, topology),
        "conflictResolution": "Abort",
        "preemption": "Never",
        "propagateDeps": False,
        "failover": {"cluster": {"purgeMode": "Gracefully"}},
    }
