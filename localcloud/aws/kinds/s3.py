"""S3 buckets; what is set on one is a type of its own, named by the bucket."""

from typing import Any

from localcloud.aws.model import Call, Kind, Read, Tags, Template, names

_BUCKET = {"Bucket": "=in.bucket"}


def _part(token: str, what: str, *, given: Template, read: Read, **said: Any) -> Kind:
    """A type that is one setting of a bucket: put, get and delete calls named after `what`. given: their arguments."""
    put = Call(do=f"put_{what}", give={**_BUCKET, **given})
    delete = said.pop("delete", (Call(do=f"delete_{what}", give=_BUCKET),))
    return Kind(
        token=f"aws:s3/{token}",
        client="s3",
        create=put,
        id="=in.bucket",
        ids=("bucket",),
        read=read,
        update=(put,),
        delete=delete,
        replace=names("bucket"),
        **said,
    )


def _get(what: str, **said: Any) -> Read:
    return Read(call=Call(do=what, give=_BUCKET), auto=False, **said)


S3_KINDS = (
    Kind(
        token="aws:s3/bucket:Bucket",
        client="s3",
        create=Call(
            do="create_bucket",
            give={
                **_BUCKET,
                "ObjectLockEnabledForBucket": "=in.objectLockEnabled",
                "CreateBucketConfiguration": {"LocationConstraint": "=region != 'us-east-1' && region || `null`"},
            },
        ),
        id="=in.bucket",
        ids=("bucket",),
        read=Read(
            call=Call(do="head_bucket", give={"Bucket": "=id"}),
            auto=False,
            outputs={
                "bucket": "=id",
                "arn": "=join('', ['arn:', partition, ':s3:::', id])",
                "bucketDomainName": "=join('', [id, '.s3.amazonaws.com'])",
                "bucketRegionalDomainName": "=join('', [id, '.s3.', region, '.amazonaws.com'])",
                "bucketRegion": "=region",
            },
        ),
        more=(
            Read(
                call=Call(do="get_object_lock_configuration", give={"Bucket": "=id"}),
                auto=False,
                outputs={"objectLockEnabled": "=found.ObjectLockConfiguration.ObjectLockEnabled == 'Enabled'"},
                absent=("ObjectLockConfigurationNotFoundError",),
            ),
        ),
        delete=(
            Call(do="list_object_versions", give={"Bucket": "=id"}, only="=in.forceDestroy"),
            Call(
                do="delete_object",
                each="=[raw.Versions, raw.DeleteMarkers][][]",
                give={"Bucket": "=id", "Key": "=item.Key", "VersionId": "=item.VersionId"},
                only="=in.forceDestroy",
            ),
            Call(do="delete_bucket", give={"Bucket": "=id"}),
        ),
        tags=Tags(
            tag=Call(do="put_bucket_tagging", give={"Bucket": "=id", "Tagging": {"TagSet": "=all"}}),
            untag=Call(do="put_bucket_tagging", give={"Bucket": "=id", "Tagging": {"TagSet": "=all"}}),
            read=Call(do="get_bucket_tagging", give={"Bucket": "=id"}),
            found="TagSet",
        ),
        replace=names("bucket bucketPrefix objectLockEnabled"),
        defaults={"forceDestroy": False},
        unread=names("forceDestroy objectLockEnabled"),
        autoname=("bucket", 63),
        silent="that no other account has the name",
    ),
    _part(
        "bucketVersioning:BucketVersioning",
        "bucket_versioning",
        given={"VersioningConfiguration": "=in.versioningConfiguration"},
        read=_get("get_bucket_versioning", outputs={"bucket": "=in.bucket", "versioningConfiguration": "=found"}),
        # As the official one: a bucket cannot be freed of versioning, only suspended, and one with Object Lock not even
        # that, which AWS refuses and moto does not.
        delete=(
            Call(do="get_object_lock_configuration", give=_BUCKET),
            Call(
                do="put_bucket_versioning",
                give={**_BUCKET, "VersioningConfiguration": {"Status": "Suspended"}},
                only="=!(raw.ObjectLockConfiguration)",
            ),
        ),
    ),
    _part(
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucket_encryption",
        given={"ServerSideEncryptionConfiguration": {"Rules": "=in.rules"}},
        read=_get(
            "get_bucket_encryption",
            outputs={"bucket": "=in.bucket", "rules": "=found.ServerSideEncryptionConfiguration.Rules"},
        ),
        silent="that the key exists and the caller may use it",
    ),
    _part(
        "bucketPublicAccessBlock:BucketPublicAccessBlock",
        "public_access_block",
        given={
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": "=in.blockPublicAcls",
                "IgnorePublicAcls": "=in.ignorePublicAcls",
                "BlockPublicPolicy": "=in.blockPublicPolicy",
                "RestrictPublicBuckets": "=in.restrictPublicBuckets",
            }
        },
        read=Read(
            call=Call(do="get_public_access_block", give=_BUCKET),
            found="PublicAccessBlockConfiguration",
            outputs={"bucket": "=in.bucket"},
        ),
        defaults={
            "blockPublicAcls": False,
            "ignorePublicAcls": False,
            "blockPublicPolicy": False,
            "restrictPublicBuckets": False,
        },
        silent="public policies are accepted all the same",
    ),
    _part(
        "bucketPolicy:BucketPolicy",
        "bucket_policy",
        given={"Policy": "=in.policy"},
        read=_get("get_bucket_policy", outputs={"bucket": "=in.bucket", "policy": "=found.Policy"}),
        documents=names("policy"),
        silent="the policy's grammar, and its effect",
    ),
    _part(
        "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "object_lock_configuration",
        given={
            "ObjectLockConfiguration": {"ObjectLockEnabled": "=in.objectLockEnabled || 'Enabled'", "Rule": "=in.rule"}
        },
        read=Read(
            call=Call(do="get_object_lock_configuration", give=_BUCKET),
            found="ObjectLockConfiguration",
            outputs={"bucket": "=in.bucket"},
        ),
        delete=(
            Call(
                do="put_object_lock_configuration",
                give={**_BUCKET, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
            ),
        ),
        defaults={"objectLockEnabled": "Enabled"},
    ),
    _part(
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "bucket_lifecycle_configuration",
        given={
            "LifecycleConfiguration": {"Rules": "=in.rules"},
            "TransitionDefaultMinimumObjectSize": "=in.transitionDefaultMinimumObjectSize",
        },
        read=_get("get_bucket_lifecycle_configuration", outputs={"bucket": "=in.bucket", "rules": "=found.Rules"}),
        delete=(Call(do="delete_bucket_lifecycle", give=_BUCKET),),
        unread=names("transitionDefaultMinimumObjectSize"),
        silent="nothing expires",
    ),
    _part(
        "bucketOwnershipControls:BucketOwnershipControls",
        "bucket_ownership_controls",
        given={"OwnershipControls": {"Rules": ["=in.rule"]}},
        read=_get(
            "get_bucket_ownership_controls",
            outputs={"bucket": "=in.bucket", "rule": "=found.OwnershipControls.Rules[0]"},
        ),
    ),
)
