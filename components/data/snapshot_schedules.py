"""Copies every tier's volumes on its schedule (F4)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.batch import v1 as batch
from pulumi_kubernetes.networking import v1 as networking

from components.network.policy import to_the_api_server
from components.objects import Manifest, in_namespace, platform_metadata, running_in_namespace
from components.scheduling.placement import system_placement
from components.security.hardened_pod import hardened_pod
from components.security.platform_account import account_with_rights
from components.tenancy.platform_namespace import PlatformNamespace
from settings import Tier
from settings.cluster import Cluster
from settings.storage import cron, snapshot_script, storage_class_name

NAME = "snapshots"
PRIORITY = "batch"
LATE_S = 3_600
"""A run that could not begin in time begins up to an hour late; after that the next one does its work."""
RULES: list[Manifest] = [
    {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["list"]},
    {
        "apiGroups": ["snapshot.storage.k8s.io"],
        "resources": ["volumesnapshots"],
        "verbs": ["create", "delete", "get", "list"],
    },
]
"""What the schedule may do, in the words of the API: see claims, make and end copies. It reads no volume."""


@dataclass(frozen=True, kw_only=True)
class SnapshotSchedulesArgs:
    """Inputs of SnapshotSchedules.

    cluster: its tiers and system pools. tiers: of the catalogue, each with its schedule. image: kubectl and a POSIX
    shell, by digest. namespace: where it runs.
    """

    cluster: Cluster
    tiers: tuple[Tier, ...]
    image: str
    namespace: PlatformNamespace


class SnapshotSchedules(pulumi.ComponentResource):
    """Copies the volumes of each tier as often as it is sold with and ends copies that are old enough, once per cluster
    (F4).

    Creates: ServiceAccount, ClusterRole (to see claims, to make and end VolumeSnapshots), ClusterRoleBinding,
    NetworkPolicy (out to the API server), CronJob `snapshots-<tier>` for each tier of the cluster (hardened to
    `restricted`, in the system pools, one run at a time). A copy is an object in the tenant's namespace, which its
    people may see and not touch, and is of the volume's region (F6).
    Outputs: none.
    """

    def __init__(self, name: str, args: SnapshotSchedulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:data:SnapshotSchedules", name, {}, opts)
        child = in_namespace(self, args.namespace.namespace)
        metadata = {**platform_metadata(NAME, NAME), "namespace": args.namespace.name}
        rights = account_with_rights(self, name, NAME, args.namespace, RULES)
        networking.NetworkPolicy(f"{name}-network", metadata=metadata, spec=to_the_api_server(NAME), opts=child)
        for tier in args.tiers:
            if tier.id in args.cluster.tiers:
                batch.CronJob(
                    f"{name}-{tier.id}",
                    metadata={**metadata, "name": f"{NAME}-{tier.id}"},
                    spec=_schedule(args, tier, metadata["labels"]),
                    opts=running_in_namespace(self, args.namespace.namespace, *rights),
                )
        self.register_outputs({})


def _schedule(args: SnapshotSchedulesArgs, tier: Tier, labels: Manifest) -> Manifest:
    script = snapshot_script(tier.volumes.snapshots, storage_class_name(tier.id))
    container = {
        "name": NAME,
        "image": args.image,
        "command": ["/bin/sh", "-c", script],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
    }
    pod = hardened_pod(
        service_account=NAME, priority_class=PRIORITY, placement=system_placement(args.cluster), containers=[container]
    )
    return {
        "schedule": cron(tier.volumes.snapshots, tier.id),
        "time_zone": "Etc/UTC",
        "concurrency_policy": "Forbid",
        "starting_deadline_seconds": LATE_S,
        "successful_jobs_history_limit": 1,
        "failed_jobs_history_limit": 3,
        "job_template": {
            "spec": {
                "backoff_limit": 2,
                "active_deadline_seconds": LATE_S,
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {**pod, "automount_service_account_token": True, "restart_policy": "Never"},
                },
            }
        },
    }
