"""A StorageClass for each tier, encrypted whatever else it is (F4, F5)."""

from dataclasses import dataclass

from settings import names
from settings.tier import Tier
from settings.volume import ClusterStorage

_PREFIX = "tenantplane-"


@dataclass(frozen=True, kw_only=True)
class StorageClassSpec:
    """A StorageClass. provisioner: of the CSI driver. parameters: the driver's, all text as Kubernetes wants it."""

    name: str
    provisioner: str
    parameters: dict[str, str]


def snapshot_parameters() -> dict[str, str]:
    """Parameters of the class of all snapshots: the tags that its volumes have, but for the tier."""
    return _tags(".VolumeSnapshotNamespace")


def _tags(namespace: str) -> dict[str, str]:
    """Tags by which cost and policies find the tenant (B1), as the driver's templates make them of a namespace:
    `tenant-<id>` is cut after the prefix, and `tenant-<id>--<child>` before its two hyphens as well."""
    return {
        "tagSpecification_1": f'tenant={{{{ slice {namespace} {len(names.namespace(""))} | field "--" 0 }}}}',
        "tagSpecification_2": f"tenantplane:namespace={{{{ {namespace} }}}}",
        "tagSpecification_3": f"tenantplane:managed-by={names.MANAGED_BY}",
    }


def storage_class_name(tier: str) -> str:
    """Name of a tier's class: `tenantplane-<tier>`."""
    return f"{_PREFIX}{tier}"


def snapshot_class_name() -> str:
    """Name of the class of all snapshots."""
    return f"{_PREFIX}snapshots"


def storage_class(storage: ClusterStorage, tier: Tier) -> StorageClassSpec:
    """The class of a tier's volumes: gp3, encrypted with AES-256 by the cluster's key (F5), tagged with the claim's
    namespace and so with its tenant (B1).

    The parameters are those of aws-ebs-csi-driver (docs/parameters.md, docs/tagging.md); the tags need its provisioner
    to run with `--extra-create-metadata`, as its Helm chart and EKS' add-on let it.
    """
    parameters = {
        "type": "gp3",
        "encrypted": "true",
        "iops": str(tier.volumes.iops),
        "throughput": str(tier.volumes.throughput_mib),
        "csi.storage.k8s.io/fstype": "ext4",
        **_tags(".PVCNamespace"),
        "tagSpecification_4": f"tenantplane:tier={tier.id}",
    }
    if storage.key is not None:
        parameters["kmsKeyId"] = storage.key
    return StorageClassSpec(name=storage_class_name(tier.id), provisioner=storage.provisioner, parameters=parameters)
