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


def audit_bucket_policy(bucket: Bucket, account: str) -> Policy:
    """What nobody may, the platform's own roles included: remove or hide a log, lock one for less, open the bucket.

    shipper's role, `tenantplane-audit-shipper-<cluster>`, alone writes. The lock itself holds without this policy;
    this stops the tries that a lock lets pass: a delete marker that hides a log, an object that somebody else forged,
    a shorter lock for logs to come. To be put last, when the lock is on.
    """
    whole, objects = bucket.arn, f"{bucket.arn}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            *modern_tls(whole),
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
            deny(
                "ShipperWrites",
                "s3:PutObject",
                [objects],
                {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{names.PART_OF}-{SHIPPER}-*"}},
            ),
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
        ],
    }


def shipper_policy(bucket: Bucket, cluster: str, key_arn: str) -> Policy:
    """What the role of a cluster's shipper may: add logs below its cluster's name. It reads none back."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Add", "Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{bucket.arn}/{cluster}/*"},
            {"Sid": "Key", "Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": key_arn},
        ],
    }
