"""EKS' own add-ons: which, at which version, configured how, and as whom (H2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from settings.aws.eks import AddonVersions
from settings.aws.policies import part_of_cluster
from settings.nodepool import KIND_LABEL, kind_taint

SYSTEM = "kube-system"
CNI_ACCOUNT, EBS_ACCOUNT = "aws-node", "ebs-csi-controller-sa"
EXPECTED_TAG = "tenantplane:addons"
"""Tag of a cluster: what the platform expects in it besides EKS' own, by name, with spaces between. Whoever sets a
cluster up on an account reads there what to install; the AWS of localcloud puts it in by itself."""
EVERYWHERE = [{"operator": "Exists"}]


@dataclass(frozen=True, kw_only=True)
class AddonSettings:
    """An add-on. configuration: its values. account: its service account, where it has a role."""

    name: str
    version: str
    configuration: dict[str, Any] = field(default_factory=dict)
    account: str | None = None


def named_in(tags: Mapping[str, str] | None) -> list[str]:
    """The names in EXPECTED_TAG of a cluster's tags."""
    return str((tags or {}).get(EXPECTED_TAG, "")).split()


def expected(named: Iterable[str], *, karpenter: bool) -> str:
    """The value of EXPECTED_TAG. named: the topology's `addons` of the cluster."""
    return " ".join([*named, *(("karpenter",) if karpenter else ())])


def addons(versions: AddonVersions, cluster: str, *, calico: bool) -> tuple[AddonSettings, ...]:
    """All add-ons, those first that others need.

    Controllers go to the pools of the system; what every node needs tolerates every taint. calico: whether Calico
    enforces network policies in the cluster; else the VPC CNI does, because EKS by itself stores them and enforces
    none. Two programs that both do it are not supported by either.
    """
    on_system_nodes = {
        "nodeSelector": {KIND_LABEL: "system"},
        "tolerations": [kind_taint("system").toleration()],
    }
    environment = {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}
    if calico:
        environment["ANNOTATE_POD_IP"] = "true"  # by which Calico knows a pod's address before its kubelet tells it
    return (
        AddonSettings(name="eks-pod-identity-agent", version=versions.pod_identity_agent),
        AddonSettings(
            name="vpc-cni",
            version=versions.vpc_cni,
            configuration={"enableNetworkPolicy": "false" if calico else "true", "env": environment},
            account=CNI_ACCOUNT,
        ),
        AddonSettings(name="kube-proxy", version=versions.kube_proxy),
        AddonSettings(name="coredns", version=versions.coredns, configuration=on_system_nodes),
        AddonSettings(name="snapshot-controller", version=versions.snapshot_controller, configuration=on_system_nodes),
        AddonSettings(
            name="aws-ebs-csi-driver",
            version=versions.ebs_csi_driver,
            configuration={
                "controller": {
                    **on_system_nodes,
                    "extraCreateMetadata": True,
                    "extraVolumeTags": part_of_cluster(cluster),
                },
                "node": {"tolerateAllTaints": True},
            },
            account=EBS_ACCOUNT,
        ),
    )
