"""AWS as the catalogue has it: account, networks, clusters and databases (H2, F2)."""

from settings.aws.account import LOCAL_ACCOUNT, AwsAccount, AwsBudget, AwsRegion
from settings.aws.aurora import Aurora
from settings.aws.eks import AddonVersions, EksCluster, NodeImages, RuntimeArchive

__all__ = [
    "LOCAL_ACCOUNT",
    "AddonVersions",
    "Aurora",
    "AwsAccount",
    "AwsBudget",
    "AwsRegion",
    "EksCluster",
    "NodeImages",
    "RuntimeArchive",
]
