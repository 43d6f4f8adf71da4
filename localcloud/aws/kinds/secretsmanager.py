"""Secrets Manager. What turns a secret is the service that manages it: RDS turns its masters' passwords, for real
(localcloud/aws/server/rds.py). Rotation by a Lambda function is left out: moto would need Docker for it."""

from collections.abc import Mapping
from typing import Any

from localcloud.aws.model import Call, Hooks, Kind, Read, Tags, names

_SECRET = {"SecretId": "=id"}
_VERSION = {"SecretId": "=in.secretId"}
_LONGEST_DAYS = 1_000

_ROTATE = {
    "SecretId": "=in.secretId",
    "RotationRules": {"AutomaticallyAfterDays": "=in.rotationRules.automaticallyAfterDays"},
    "RotateImmediately": "=in.rotateImmediately",
}


class ManagedRotation(Hooks):
    """Behind aws:secretsmanager/secretRotation:SecretRotation."""

    def check(self, inputs: Mapping[str, Any]) -> str | None:
        """What the local AWS does not carry out."""
        rules = inputs.get("rotationRules")
        if isinstance(rules, Mapping):
            if rules.get("scheduleExpression") or rules.get("duration"):
                return "rotationRules: the local AWS knows automaticallyAfterDays and no windows"
            days = rules.get("automaticallyAfterDays")
            if days is None or (isinstance(days, (int, float)) and not 1 <= days <= _LONGEST_DAYS):
                return f"rotationRules.automaticallyAfterDays: {days} is out of range; allowed: 1 to {_LONGEST_DAYS}"
        return None


SECRETS_KINDS = (
    Kind(
        token="aws:secretsmanager/secretRotation:SecretRotation",
        client="secretsmanager",
        create=Call(do="rotate_secret", give=_ROTATE),
        id="=raw.ARN",
        ids=("secretId",),
        read=Read(
            call=Call(do="describe_secret", give=_SECRET),
            found="=raw.DeletedDate && `null` || (raw.RotationEnabled && raw || `null`)",
            outputs={
                "secretId": "=found.ARN",
                "rotationEnabled": "=found.RotationEnabled",
                "rotationRules": {"automaticallyAfterDays": "=found.RotationRules.AutomaticallyAfterDays"},
            },
        ),
        update=(Call(do="rotate_secret", give=_ROTATE, when=("rotationRules", "rotateImmediately")),),
        delete=(Call(do="cancel_rotate_secret", give=_SECRET),),
        replace=names("secretId"),
        defaults={"rotateImmediately": True},
        unread=names("rotateImmediately"),
        hooks=ManagedRotation,
        silent="the window of a day; RDS's secrets are turned within a minute after their day has come, and one that "
        "nothing manages is refused, since it needs a function of Lambda",
    ),
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
