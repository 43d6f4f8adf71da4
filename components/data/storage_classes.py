"""Classes of volumes, one for each tier, and of their snapshots (F4, F5)."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.storage import v1 as storage

from components.objects import platform_metadata
from settings import Tier
from settings.cluster import Cluster
from settings.storage import snapshot_class_name, snapshot_parameters, storage_class
from settings.volume import ClusterStorage

SNAPSHOT_API = "snapshot.storage.k8s.io/v1"


@dataclass(frozen=True, kw_only=True)
class StorageClassesArgs:
    """Inputs of StorageClasses.

    cluster: its tiers, and whether volumes can be copied in it. storage: its driver and key. tiers: of the catalogue.
    """

    cluster: Cluster
    storage: ClusterStorage
    tiers: tuple[Tier, ...]


class StorageClasses(pulumi.ComponentResource):
    """What volumes there can be on a cluster, once per cluster that makes any (F4, F5).

    Creates: StorageClass `tenantplane-<tier>` for each tier of the cluster, encrypted, made in the zone of its pod,
    growing on request, gone with its claim, so that no tenant's data wait for the next and none keeps more than its
    quota by deleting claims; where volumes can be copied, VolumeSnapshotClass `tenantplane-snapshots`, whose copies go
    with their objects. None is the default class: a claim says what it is.
    Outputs: none.
    """

    def __init__(self, name: str, args: StorageClassesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:data:StorageClasses", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        for tier in args.tiers:
            if tier.id in args.cluster.tiers:
                spec = storage_class(args.storage, tier)
                storage.StorageClass(
                    f"{name}-{tier.id}",
                    metadata=platform_metadata(spec.name, "storage"),
                    provisioner=spec.provisioner,
                    parameters=spec.parameters,
                    reclaim_policy="Delete",
                    volume_binding_mode="WaitForFirstConsumer",
                    allow_volume_expansion=True,
                    opts=child,
                )
        if args.cluster.has_snapshots:
            # The SDK's CustomResource can say a spec and nothing else; this kind has none.
            pulumi.CustomResource(
                f"kubernetes:{SNAPSHOT_API}:VolumeSnapshotClass",
                f"{name}-snapshots",
                {
                    "apiVersion": SNAPSHOT_API,
                    "kind": "VolumeSnapshotClass",
                    "metadata": platform_metadata(snapshot_class_name(), "storage"),
                    "driver": args.storage.provisioner,
                    "deletionPolicy": "Delete",
                    "parameters": snapshot_parameters(),
                },
                child,
            )
        self.register_outputs({})
