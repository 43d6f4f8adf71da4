"""Secrets Manager. Rotation is left out: moto rotates by a Lambda function, for which it would need Docker."""

from localcloud.aws.model import Call, Kind, Read, Tags, names

_SECRET = {"SecretId": "=id"}
_VERSION = {"SecretId": "=in.secretId"}

SECRETS_KINDS = (
    Kind(
        token="aws:secretsmanager/secret:Secret",
        client="secretsmanager",
        create=Call(do="create_secret", auto=True),
        id="=raw.ARN",
        read=Read(
            call=Call(do="describe_secret", give=_SECRET),
            found="=raw.DeletedDate && `null` || raw",
            outputs={"arn": "=found.ARN"},
        ),
        then=(
            Call(
                do="put_resource_policy",
                give={**_SECRET, "ResourcePolicy": "=in.policy"},
                when=("policy",),
                only="=in.policy",
            ),
        ),
        update=(
            Call(
                do="update_secret",
                give={**_SECRET, "Description": "=in.description || ''", "KmsKeyId": "=in.kmsKeyId"},
                when=("description", "kmsKeyId"),
            ),
        ),
        delete=(
            Call(
                do="delete_secret",
                give={**_SECRET, "ForceDeleteWithoutRecovery": True},
                only="=in.recoveryWindowInDays == `0`",
            ),
            Call(
                do="delete_secret",
                give={**_SECRET, "RecoveryWindowInDays": "=in.recoveryWindowInDays"},
                only="=in.recoveryWindowInDays != `0`",
            ),
        ),
        tags=Tags(
            create="Tags",
            tag=Call(do="tag_resource", give={**_SECRET, "Tags": "=tags"}),
            untag=Call(do="untag_resource", give={**_SECRET, "TagKeys": "=keys"}),
        ),
        replace=names("name namePrefix"),
        defaults={"recoveryWindowInDays": 30, "forceOverwriteReplicaSecret": False},
        ignored={"forceOverwriteReplicaSecret": "there are no replicas here"},
        autoname=("name", 512),
        documents=names("policy"),
        unread=names("recoveryWindowInDays policy"),
        silent="that the key may be used",
    ),
    Kind(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        client="secretsmanager",
        create=Call(
            do="put_secret_value",
            give={**_VERSION, "SecretString": "=in.secretString", "VersionStages": "=in.versionStages"},
        ),
        id="=join('|', [in.secretId, raw.VersionId])",
        read=Read(
            call=Call(do="get_secret_value", give=_VERSION),
            auto=False,
            outputs={"arn": "=found.ARN", "versionId": "=found.VersionId", "secretString": "=found.SecretString"},
        ),
        replace=names("secretId secretString secretBinary versionStages"),
        unread=names("versionStages"),
        silent="an older version stays, as on AWS, until its secret goes",
    ),
)
