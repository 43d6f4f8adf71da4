"""Rules about buckets, and what belongs to each (F4, G5, G6)."""

import json
from collections.abc import Iterator
from typing import Final

from policies.aws.document import listed, open_to_all, statements
from policies.aws.keys import names_a_key
from policies.expected import Expected
from policies.objects import AwsResource
from policies.rule import Stack, Wrong, rule, stack_rule

LOCK_DAYS: Final = 180
"""G5: audit logs are kept for 180 days."""
_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_AUDIT: Final = ("audit", "trail", "access-logs")


def the_public_is_kept_out(found: AwsResource, _: Expected) -> Iterator[str]:
    """All four settings, of a bucket or of the account (F4)."""
    for key in _BLOCKS:
        if found.at(key) is not True:
            yield f"{key} is not true"


def nobody_is_let_in(found: AwsResource, _: Expected) -> Iterator[str]:
    """No policy of a bucket lets everybody in (F4)."""
    yield from open_to_all(found.at("policy"))


def buckets_have_our_key(found: AwsResource, _: Expected) -> Iterator[str]:
    """aws:kms with a key (F4, F5)."""
    for place, each in enumerate(found.every("rules")):
        default = each.get("applyServerSideEncryptionByDefault") or {}
        if default.get("sseAlgorithm") != "aws:kms":
            yield f"objects are encrypted by {default.get('sseAlgorithm')!r}, not 'aws:kms'"
        elif not names_a_key(found, "rules", place, "applyServerSideEncryptionByDefault", "kmsMasterKeyId"):
            yield "it names no key: kmsMasterKeyId"
    if not found.every("rules"):
        yield "it has no rule"


def versions_are_kept(found: AwsResource, _: Expected) -> Iterator[str]:
    """Versioning is on (F4)."""
    status = found.at("versioningConfiguration", "status")
    if status != "Enabled":
        yield f"versioning is {status!r}"


def requests_have_tls(found: AwsResource, _: Expected) -> Iterator[str]:
    """The policy denies what comes without TLS (F4, F5)."""
    try:
        found_statements = statements(found.at("policy"))
    except ValueError as error:
        yield f"its policy cannot be read: {error}"
        return
    for each in found_statements:
        condition = ((each.get("Condition") or {}).get("Bool") or {}).get("aws:SecureTransport")
        everything = {"s3:*", "*"} & set(listed(each.get("Action")))
        if each.get("Effect") == "Deny" and everything and json.dumps(condition).strip('[]"') == "false":
            return
    yield "no statement denies requests without TLS"


def no_acls(found: AwsResource, _: Expected) -> Iterator[str]:
    """Object ownership instead of ACLs (F4); a bucket for which nothing is said is owned so since April 2023."""
    if found.kind == "s3:BucketOwnershipControls":
        if found.at("rule", "objectOwnership") != "BucketOwnerEnforced":
            yield f"objectOwnership is {found.at('rule', 'objectOwnership')!r}"
    elif found.kind == "s3:BucketAcl":
        yield "an ACL is made"
    elif found.at("acl") not in (None, "private"):
        yield f"its ACL is {found.at('acl')!r}"


def locks_hold(found: AwsResource, _: Expected) -> Iterator[str]:
    """Object Lock in compliance mode, for 180 days (G5)."""
    default = found.at("rule", "defaultRetention") or {}
    if default.get("mode") != "COMPLIANCE":
        yield f"the lock is of mode {default.get('mode')!r}, not 'COMPLIANCE'"
    days = (default.get("days") or 0) + 365 * (default.get("years") or 0)
    if days < LOCK_DAYS:
        yield f"objects are locked for {days:g} days, and {LOCK_DAYS} are needed"


def _each_has(stack: Stack, kind: str, what: str) -> Iterator[Wrong]:
    for bucket in stack.aws("s3:Bucket"):
        if not stack.beside(bucket, kind, "bucket"):
            yield Wrong(f"bucket {bucket.name!r} has no {what}", bucket)


def buckets_are_closed(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """F4."""
    yield from _each_has(stack, "s3:BucketPublicAccessBlock", "BucketPublicAccessBlock")


def buckets_are_encrypted(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """F4, F5."""
    kind = "BucketServerSideEncryptionConfiguration"
    yield from _each_has(stack, f"s3:{kind}", kind)


def buckets_keep_versions(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """F4."""
    yield from _each_has(stack, "s3:BucketVersioning", "BucketVersioning")


def buckets_have_a_policy(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """F4, F5."""
    yield from _each_has(stack, "s3:BucketPolicy", "BucketPolicy")


def old_things_go(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Buckets and repositories forget (G6)."""
    yield from _each_has(stack, "s3:BucketLifecycleConfiguration", "BucketLifecycleConfiguration")
    for repository in stack.aws("ecr:Repository"):
        if not any(repository.urn in each.depends for each in stack.aws("ecr:LifecyclePolicy")):
            yield Wrong(f"repository {repository.name!r} has no LifecyclePolicy", repository)


def audit_logs_are_locked(stack: Stack, _: Expected) -> Iterator[Wrong]:
    """Every bucket for audit has a lock (G5)."""
    for bucket in stack.aws("s3:Bucket"):
        if not any(word in bucket.name for word in _AUDIT[:2]):
            continue
        if not stack.beside(bucket, "s3:BucketObjectLockConfiguration", "bucket"):
            yield Wrong(f"bucket {bucket.name!r} has no BucketObjectLockConfiguration", bucket)


BUCKETS = (
    rule("TP-F4-07", ("s3:BucketPublicAccessBlock", "s3:AccountPublicAccessBlock"), the_public_is_kept_out),
    rule("TP-F4-07", ("s3:BucketPolicy",), nobody_is_let_in),
    rule("TP-F4-08", ("s3:BucketServerSideEncryptionConfiguration",), buckets_have_our_key),
    rule("TP-F4-09", ("s3:BucketVersioning",), versions_are_kept),
    rule("TP-F4-10", ("s3:BucketPolicy",), requests_have_tls),
    rule("TP-F4-11", ("s3:BucketOwnershipControls", "s3:BucketAcl", "s3:Bucket"), no_acls),
    rule("TP-G5-01", ("s3:BucketObjectLockConfiguration",), locks_hold),
)
BUCKETS_TOGETHER = (
    stack_rule("TP-F4-07", buckets_are_closed),
    stack_rule("TP-F4-08", buckets_are_encrypted),
    stack_rule("TP-F4-09", buckets_keep_versions),
    stack_rule("TP-F4-10", buckets_have_a_policy),
    stack_rule("TP-G5-01", audit_logs_are_locked),
    stack_rule("TP-G6-02", old_things_go),
)
