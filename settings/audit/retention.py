"""Where audit logs are kept: a bucket from which nobody takes anything for 180 days (G5)."""

from typing import Any, Final

from settings import names
from settings.storage.buckets import LONGEST_NAME, Bucket
from settings.storage.statements import Policy, deny, modern_tls

RETENTION_DAYS: Final = 180
"""How long an audit log is kept and cannot be changed (G5)."""
EXPIRE_DAYS: Final = RETENTION_DAYS + 1
"""After how many days S3 itself removes it: the lock's day and the lifecycle's are not counted alike."""
SHIPPER: Final = "audit-shipper"
TRAIL: Final = "cloudtrail.amazonaws.com"


def audit_bucket(environment: str, region: str, account: str) -> Bucket:
    """The bucket of the audit logs of a region's clusters; logs name tenants' people and stay in their region (F6)."""
    return Bucket(
        name=names.bounded(f"tp-{environment}-audit-{region}-{account}", LONGEST_NAME), region=region, tenant=None
    )


def object_lock() -> dict[str, Any]:
    """S3's ObjectLockConfiguration. In compliance mode nobody shortens it, the account's root user included; the bucket
    has to be made with `ObjectLockEnabledForBucket`, which turns versions on for good."""
    return {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": RETENTION_DAYS}},
    }


def audit_lifecycle() -> list[dict[str, Any]]:
    """What goes when its time is over, in the words of S3's LifecycleConfiguration. The lock outranks it."""
    return [
        {
            "ID": "after-retention",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": EXPIRE_DAYS},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }
    ]


def audit_bucket_policy(
    bucket: Bucket, account: str, *, trail_arn: str | None = None, aws_ships: bool = False
) -> Policy:
    """What nobody may, the platform's own roles included: remove or hide a log, lock one for less, open the bucket.

    shipper's role, `tenantplane-audit-shipper-<cluster>`, alone writes. The lock itself holds without this policy;
    this stops the tries that a lock lets pass: a delete marker that hides a log, an object that somebody else forged,
    a shorter lock for logs to come. To be put last, when the lock is on.
    trail_arn: of the CloudTrail whose logs are kept here as well. aws_ships: whether the shippers are services of AWS
    with that role, as for clusters of EKS; which TLS services speak among themselves is AWS's to choose.
    """
    whole, objects = bucket.arn, f"{bucket.arn}/*"
    shippers = {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{names.PART_OF}-{SHIPPER}-*"}
    not_shipper: Policy = {"ArnNotLike": shippers}
    not_by_aws: Policy = {"ArnNotLike": shippers} if aws_ships else {}
    if trail_arn is not None:  # CloudTrail has no role of the account
        not_trail = {"StringNotEquals": {"aws:PrincipalServiceName": TRAIL}}
        not_shipper, not_by_aws = not_shipper | not_trail, not_by_aws | not_trail
    return {
        "Version": "2012-10-17",
        "Statement": [
            *modern_tls(whole, but_for=not_by_aws),
            deny("NothingIsRemoved", ["s3:DeleteObject", "s3:DeleteObjectVersion"], [objects]),
            deny("NobodyBypasses", ["s3:BypassGovernanceRetention", "s3:PutObjectLegalHold"], [objects]),
            deny(
                "NoShorterRetention",
                ["s3:PutObject", "s3:PutObjectRetention"],
                [objects],
                {"NumericLessThan": {"s3:object-lock-remaining-retention-days": str(RETENTION_DAYS)}},
            ),
            deny(
                "ComplianceOnly",
                ["s3:PutObject", "s3:PutObjectRetention"],
                [objects],
                {"Null": {"s3:object-lock-mode": "false"}, "StringNotEquals": {"s3:object-lock-mode": "COMPLIANCE"}},
            ),
            deny("ShipperWrites", "s3:PutObject", [objects], not_shipper),
            deny(
                "BucketStays",
                [
                    "s3:DeleteBucket",
                    "s3:DeleteBucketPolicy",
                    "s3:PutBucketVersioning",
                    "s3:PutBucketObjectLockConfiguration",
                    "s3:PutBucketOwnershipControls",
                    "s3:PutBucketAcl",
                ],
                [whole],
            ),
            *(_trail_writes(bucket, account, trail_arn) if trail_arn is not None else ()),
        ],
    }


def _trail_writes(bucket: Bucket, account: str, trail_arn: str) -> tuple[Policy, Policy]:
    """CloudTrail looks at the bucket and adds logs below its own prefix, for that trail alone."""
    principal, source = {"Service": TRAIL}, {"aws:SourceArn": trail_arn}
    return (
        {
            "Sid": "TrailLooks",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket.arn,
            "Condition": {"StringEquals": source},
        },
        {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": f"{bucket.arn}/AWSLogs/{account}/*",
            "Condition": {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    )


def shipper_policy(bucket: Bucket, cluster: str, key_arn: str) -> Policy:
    """What the role of a cluster's shipper may: add logs below its cluster's name. It reads none back."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Add", "Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{bucket.arn}/{cluster}/*"},
            {"Sid": "Key", "Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": key_arn},
        ],
    }
