"""What services of AWS may do with a key of the platform, said by the key's own policy (F5)."""

from settings.aws.policies.document import ANY, Statement, service_allowed
from settings.aws.site import Site

_USES = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
)
# In a key's policy the resource is always the key itself, written "*".


def for_logs(site: Site) -> Statement:
    """CloudWatch Logs encrypts log groups of this account in this region."""
    groups = site.arn("logs", "log-group:*")
    return service_allowed(
        "LogGroups",
        f"logs.{site.region.name}.amazonaws.com",
        _USES,
        ANY,
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def for_trail(site: Site, trail: str) -> Statement:
    """CloudTrail encrypts what it writes of this trail."""
    arn = site.arn("cloudtrail", f"trail/{trail}")
    return service_allowed(
        "Trail",
        "cloudtrail.amazonaws.com",
        ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"),
        ANY,
        {"StringEquals": {"aws:SourceArn": arn, "kms:EncryptionContext:aws:cloudtrail:arn": arn}},
    )


def for_node_volumes(site: Site) -> tuple[Statement, Statement]:
    """The role by which autoscaling starts nodes opens their disks; it has no policy of ours that could say so."""
    principal = {"AWS": site.role_arn("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")}
    uses: Statement = {
        "Sid": "NodeVolumes",
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(_USES),
        "Resource": ANY,
    }
    grants: Statement = {
        "Sid": "NodeVolumesGrant",
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["kms:CreateGrant"],
        "Resource": ANY,
        "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
    }
    return uses, grants
