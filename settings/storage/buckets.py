"""Where a tenant's objects are kept: a bucket of its own or a prefix of a shared one, by its tag (F4, F5, B1)."""

from dataclasses import dataclass
from typing import Any

from settings import names
from settings.fields import DataIsolation
from settings.storage.keys import platform_role
from settings.storage.statements import Policy, deny, modern_tls

LONGEST_NAME = 63
"""Characters of a bucket's name (Amazon S3 User Guide, "General purpose bucket naming rules")."""
INCOMPLETE_DAYS = 7
NONCURRENT_DAYS = 30
"""How long parts of uploads that never ended, and versions that were replaced or deleted, are kept: ours."""
_OWN_TAG = "${aws:PrincipalTag/tenant}"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket. name: unique over all accounts, by the account's number. prefix: within it, ends in a slash; empty for
    the whole of it. region: where it is, and its copies (F6). tenant: None for the shared one."""

    name: str
    region: str
    prefix: str = ""
    tenant: str | None = None

    @property
    def arn(self) -> str:
        """Of the bucket itself; of its objects, followed by `/*`."""
        return f"arn:aws:s3:::{self.name}"


def shared_bucket(environment: str, region: str, account: str) -> Bucket:
    """The bucket of all tenants of a region that have none of their own."""
    return Bucket(name=_name(environment, region, account, "shared"), region=region)


def bucket_of(tenant: str, isolation: DataIsolation, environment: str, region: str, account: str) -> Bucket:
    """A tenant's place: its own bucket where it has a database of its own for content, else the prefix
    `tenants/<id>/` of the shared one (F1's models, carried over to objects)."""
    if isolation in {"database", "hybrid"}:
        return Bucket(name=_name(environment, region, account, f"t-{tenant}"), region=region, tenant=tenant)
    shared = shared_bucket(environment, region, account)
    return Bucket(name=shared.name, region=region, prefix=f"tenants/{tenant}/", tenant=tenant)


def bucket_policy(bucket: Bucket, account: str, key_arn: str) -> Policy:
    """What nobody may, whatever else allows it: speak less than TLS 1.3, store with another key than `key_arn`, or
    reach what another tenant's tag is for. For a tenant's place in the shared bucket, that bucket's policy.

    Nothing is allowed here: `role_policy` does that. The platform's own roles reach everything, with that key and TLS.
    """
    own = bucket.tenant if not bucket.prefix else None
    statements = [
        *modern_tls(bucket.arn),
        # A request that names neither gets the bucket's default, which is this key.
        _other_than(bucket, "ThisKeyOnly", "s3:x-amz-server-side-encryption-aws-kms-key-id", key_arn),
        _other_than(bucket, "KmsOnly", "s3:x-amz-server-side-encryption", "aws:kms"),
        *(_own_only(bucket, own, account) if own else _prefix_only(bucket, account)),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def role_policy(bucket: Bucket, key_arn: str) -> Policy:
    """What a tenant's workloads may do, and nothing else: their objects, and the list of them. The same text for every
    tenant of the shared bucket: whose objects they are follows from the role's tag, which the role cannot change."""
    place = f"tenants/{_OWN_TAG}/" if bucket.prefix else ""
    listing: Policy = {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket.arn}
    if place:
        listing["Condition"] = {"StringLike": {"s3:prefix": [f"{place}*"]}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            listing,
            {
                "Sid": "Objects",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
                "Resource": f"{bucket.arn}/{place}*",
            },
            {
                "Sid": "Key",
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": key_arn,
            },
        ],
    }


def lifecycle_rules() -> list[dict[str, Any]]:
    """What a bucket tidies by itself, in the words of S3's LifecycleConfiguration; current objects stay."""
    return [
        {
            "ID": "tidy",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": INCOMPLETE_DAYS},
            "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_DAYS},
        }
    ]


def _other_than(bucket: Bucket, sid: str, header: str, value: str) -> Policy:
    """Denies objects stored with this header at another value. Without `Null` it would deny those without the header
    too: a negated comparison with nothing is true, with `IfExists` as well."""
    condition = {"Null": {header: "false"}, "StringNotEquals": {header: value}}
    return deny(sid, "s3:PutObject", [f"{bucket.arn}/*"], condition)


def _own_only(bucket: Bucket, tenant: str, account: str) -> list[Policy]:
    return [
        deny(
            "ThisTenantOnly",
            "s3:*",
            [bucket.arn, f"{bucket.arn}/*"],
            {**_but_for_the_platform(account), "StringNotEquals": {"aws:PrincipalTag/tenant": tenant}},
        )
    ]


def _prefix_only(bucket: Bucket, account: str) -> list[Policy]:
    platform = _but_for_the_platform(account)
    place = f"tenants/{_OWN_TAG}/"
    return [
        # Without the tag the next two would have nothing to compare, and so deny nothing.
        deny(
            "TaggedOnly",
            "s3:*",
            [bucket.arn, f"{bucket.arn}/*"],
            {**platform, "Null": {"aws:PrincipalTag/tenant": "true"}},
        ),
        {
            "Sid": "OwnPrefixOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "NotResource": [bucket.arn, f"{bucket.arn}/{place}*"],
            "Condition": platform,
        },
        deny("OwnListOnly", "s3:*", [bucket.arn], {**platform, "StringNotLike": {"s3:prefix": f"{place}*"}}),
    ]


def _but_for_the_platform(account: str) -> Policy:
    return {"ArnNotLike": {"aws:PrincipalArn": platform_role(account)}}


def _name(environment: str, region: str, account: str, what: str) -> str:
    """`<environment>-<what>-<region>-<account>`, shortened where it is too long, with a hash of the whole."""
    return names.bounded(f"tp-{environment}-{what}-{region}-{account}", LONGEST_NAME)
