"""AWS as the catalogue has it: account, networks, clusters and databases (H2, F2)."""

from settings.aws.account import AwsAccount, AwsBudget, AwsRegion
from settings.aws.aurora import Aurora
from settings.aws.eks import AddonVersions, EksCluster, NodeImages, RuntimeArchive

__all__ = [
    "AddonVersions",
    "Aurora",
    "AwsAccount",
    "AwsBudget",
    "AwsRegion",
    "EksCluster",
    "NodeImages",
    "RuntimeArchive",
]
