"""The table of AWS's resource types: what each is in calls of boto3, grouped by service."""

from localcloud.aws.kinds.audit import AUDIT_KINDS
from localcloud.aws.kinds.cloudwatch import CLOUDWATCH_KINDS
from localcloud.aws.kinds.ecr import ECR_KINDS
from localcloud.aws.kinds.edge import EDGE_KINDS
from localcloud.aws.kinds.eks import EKS_KINDS
from localcloud.aws.kinds.elbv2 import ELBV2_KINDS
from localcloud.aws.kinds.groups import GROUP_KINDS
from localcloud.aws.kinds.iam import IAM_KINDS
from localcloud.aws.kinds.kms import KMS_KINDS
from localcloud.aws.kinds.launch import LAUNCH_KINDS
from localcloud.aws.kinds.listeners import LISTENER_KINDS
from localcloud.aws.kinds.rds import RDS_KINDS
from localcloud.aws.kinds.route53 import ROUTE53_KINDS
from localcloud.aws.kinds.routing import ROUTING_KINDS
from localcloud.aws.kinds.rules import RULE_KINDS
from localcloud.aws.kinds.s3 import S3_KINDS
from localcloud.aws.kinds.secretsmanager import SECRETS_KINDS
from localcloud.aws.kinds.sqs import SQS_KINDS
from localcloud.aws.kinds.vpc import VPC_KINDS
from localcloud.aws.model import Kind

_GROUPS = (
    AUDIT_KINDS,
    CLOUDWATCH_KINDS,
    ECR_KINDS,
    EDGE_KINDS,
    EKS_KINDS,
    ELBV2_KINDS,
    GROUP_KINDS,
    IAM_KINDS,
    KMS_KINDS,
    LAUNCH_KINDS,
    LISTENER_KINDS,
    RDS_KINDS,
    ROUTE53_KINDS,
    ROUTING_KINDS,
    RULE_KINDS,
    S3_KINDS,
    SECRETS_KINDS,
    SQS_KINDS,
    VPC_KINDS,
)

KINDS = {kind.token: kind for group in _GROUPS for kind in group}
"""Every type by its token."""

__all__ = ["KINDS", "Kind"]
