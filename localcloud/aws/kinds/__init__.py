"""The table of AWS's resource types: what each is in calls of boto3, grouped by service."""

from localcloud.aws.kinds.eks import EKS_KINDS
from localcloud.aws.kinds.iam import IAM_KINDS
from localcloud.aws.kinds.kms import KMS_KINDS
from localcloud.aws.kinds.model import Kind
from localcloud.aws.kinds.routing import ROUTING_KINDS
from localcloud.aws.kinds.s3 import S3_KINDS
from localcloud.aws.kinds.vpc import VPC_KINDS

KINDS = {
    kind.token: kind
    for group in (VPC_KINDS, ROUTING_KINDS, IAM_KINDS, KMS_KINDS, S3_KINDS, EKS_KINDS)
    for kind in group
}
"""Every type by its token."""

__all__ = ["KINDS", "Kind"]
