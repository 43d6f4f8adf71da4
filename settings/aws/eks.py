"""What a topology says of a cluster on EKS (H2, C6)."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from settings.address_range import AddressRange
from settings.aws.fields import AddonVersion, ImageId, KubernetesVersion, RoleArn, Sha256
from settings.fields import Distinct, Flag, HttpsUrl, Model, Name, refuse
from settings.nodeconfig import Download


class AddonVersions(Model):
    """Versions of EKS' own add-ons, whole; what fits a cluster's version is in `aws eks describe-addon-versions`."""

    vpc_cni: AddonVersion
    coredns: AddonVersion
    kube_proxy: AddonVersion
    pod_identity_agent: AddonVersion
    ebs_csi_driver: AddonVersion
    snapshot_controller: AddonVersion


class NodeImages(Model):
    """Amazon Linux 2023 as EKS makes it for the cluster's version, by id, in the cluster's region.

    standard: x86-64. gpu: with NVIDIA's driver; needed with pools that have GPUs.
    """

    standard: ImageId
    gpu: ImageId | None = None


class RuntimeArchive(Model):
    """Where a node fetches a runtime handler's programs. url: of a tar archive. sha256: of it. target: unpacked in."""

    url: HttpsUrl
    sha256: Sha256
    target: str = "/usr/local/bin"


class EksCluster(Model):
    """A cluster of EKS.

    version: of Kubernetes, minor. addons: pinned. images: of its nodes.
    public_endpoint: from where the API server is reached over the internet as well; nowhere when left out.
    admins: roles of people who administer the cluster, by access entries; whoever makes it is no admin by that.
    runtimes: where handlers other than runc come from, by handler; each that a pool of the cluster has is needed.
    karpenter: whether Karpenter runs in it. karpenter_pools: pools whose nodes it makes; managed node groups make the
    others. Pools of tenants of their own are always among them, pools of the system and of divided GPUs never (ADR
    0016).
    """

    version: KubernetesVersion
    addons: AddonVersions
    images: NodeImages
    public_endpoint: Annotated[tuple[AddressRange, ...], Distinct, Field(max_length=40)] = ()
    admins: Annotated[tuple[RoleArn, ...], Distinct, Field(min_length=1, max_length=20)]
    runtimes: dict[Name, RuntimeArchive] = Field(default_factory=dict)
    karpenter: Flag = False
    karpenter_pools: Annotated[tuple[Name, ...], Distinct] = ()

    @field_validator("karpenter_pools")
    @classmethod
    def _somebody_makes_them(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and info.data.get("karpenter") is False:
            raise refuse("pools for Karpenter, which does not run here", "karpenter: true")
        return value

    def downloads(self) -> Mapping[str, Download]:
        """What nodes fetch, by handler."""
        return {
            handler: Download(url=each.url, sha256=each.sha256, target=each.target)
            for handler, each in self.runtimes.items()
        }
