"""A bucket of S3 that nobody outside sees (F4, F5)."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import s3

from settings.audit import object_lock
from settings.storage import Bucket


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs:
    """Inputs of PrivateBucket.

    bucket: its name and place. key: ARN of the key of what is in it. policy: of the bucket, by the key's ARN.
    lifecycle: rules in S3's words. tags: whose it is. locked: whether nothing is removed for 180 days, for good (G5).
    protected: whether the engine refuses to delete it (A7).
    """

    bucket: Bucket
    key: pulumi.Input[str]
    policy: Callable[[str], Mapping[str, Any]]
    lifecycle: Iterable[Mapping[str, Any]]
    tags: Mapping[str, str]
    locked: bool = False
    protected: bool = True


class PrivateBucket(pulumi.ComponentResource):
    """A bucket with its own key, versions, policy and rules (F4, F5, G5).

    Creates: Bucket (one with objects in it is deleted by nobody's `destroy`), BucketPublicAccessBlock,
    BucketVersioning, BucketServerSideEncryptionConfiguration (KMS, one data key for many objects),
    BucketLifecycleConfiguration, where locked BucketObjectLockConfiguration, BucketPolicy. All protected. Access lists
    are off, as S3 has them for new buckets.
    Outputs: bucket (str), its name; arn (str); ready (BucketPolicy), for depends_on of what writes.
    """

    bucket: str
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:PrivateBucket", name, {}, opts)
        self.bucket = args.bucket.name
        # All of it: a refused `destroy` must not have taken the policy from the bucket that stays.
        child = pulumi.ResourceOptions(parent=self, protect=args.protected)
        made = s3.Bucket(
            name,
            bucket=self.bucket,
            object_lock_enabled=args.locked,
            force_destroy=False,
            tags=args.tags,
            opts=child,
        )
        self.arn = made.arn
        closed = s3.BucketPublicAccessBlock(
            name,
            bucket=made.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        versions = s3.BucketVersioning(name, bucket=made.id, versioning_configuration={"status": "Enabled"}, opts=child)
        s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=made.id,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": args.key,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=child,
        )
        after_versions = pulumi.ResourceOptions(parent=self, protect=args.protected, depends_on=[versions])
        s3.BucketLifecycleConfiguration(
            name, bucket=made.id, rules=[_words(each) for each in args.lifecycle], opts=after_versions
        )
        last: list[pulumi.Resource] = [closed]
        if args.locked:
            retention = object_lock()["Rule"]["DefaultRetention"]
            last.append(
                s3.BucketObjectLockConfiguration(
                    name,
                    bucket=made.id,
                    object_lock_enabled="Enabled",
                    rule={"default_retention": {"mode": retention["Mode"], "days": retention["Days"]}},
                    opts=after_versions,
                )
            )
        # Last: the audit bucket's policy forbids what the lock is set up by.
        self.ready = s3.BucketPolicy(
            name,
            bucket=made.id,
            policy=pulumi.Output.from_input(args.key).apply(lambda key: json.dumps(args.policy(key))),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protected, depends_on=last),
        )
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})


def _words(said: Any) -> Any:
    """A document in S3's words (`NoncurrentDays`), in the SDK's (`noncurrent_days`)."""
    if isinstance(said, Mapping):
        return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): _words(each) for key, each in said.items()}
    return said
