"""KMS keys and their aliases."""

from localcloud.aws.model import Call, Kind, Read, Scope, Tags, names


def _alias(scope: Scope) -> object:
    return next((each for each in scope["raw"]["Aliases"] if each["AliasName"] == scope["id"]), None)


KMS_KINDS = (
    Kind(
        token="aws:kms/key:Key",
        client="kms",
        create=Call(
            do="create_key",
            auto=True,
            rename={"customerMasterKeySpec": "KeySpec", "isEnabled": "", "bypassPolicyLockoutSafetyCheck": ""},
        ),
        id="=raw.KeyMetadata.KeyId",
        read=Read(
            call=Call(do="describe_key", give={"KeyId": "=id"}),
            # Until its waiting time is over, a deleted key can still be read.
            found="KeyMetadata | [@] | [?KeyState!='PendingDeletion'] | [0]",
            outputs={
                "isEnabled": "=found.Enabled",
                "customerMasterKeySpec": "=found.CustomerMasterKeySpec || found.KeySpec",
            },
        ),
        more=(
            Read(
                call=Call(do="get_key_policy", give={"KeyId": "=id", "PolicyName": "default"}),
                auto=False,
                outputs={"policy": "=found.Policy"},
            ),
            Read(
                call=Call(do="get_key_rotation_status", give={"KeyId": "=id"}),
                auto=False,
                outputs={"enableKeyRotation": "=found.KeyRotationEnabled"},
                absent=("UnsupportedOperationException",),
            ),
        ),
        then=(
            Call(
                do="enable_key_rotation",
                give={"KeyId": "=id", "RotationPeriodInDays": "=in.rotationPeriodInDays"},
                when=("enableKeyRotation", "rotationPeriodInDays"),
                only="=in.enableKeyRotation",
            ),
            Call(
                do="disable_key_rotation",
                give={"KeyId": "=id"},
                when=("enableKeyRotation",),
                only="=!(in.enableKeyRotation) && was.enableKeyRotation",
            ),
            Call(do="disable_key", give={"KeyId": "=id"}, when=("isEnabled",), only="=!(in.isEnabled)"),
        ),
        update=(
            Call(do="enable_key", give={"KeyId": "=id"}, when=("isEnabled",), only="=in.isEnabled"),
            Call(
                do="put_key_policy",
                give={"KeyId": "=id", "PolicyName": "default", "Policy": "=in.policy"},
                when=("policy",),
                only="=in.policy",
            ),
            Call(
                do="update_key_description",
                give={"KeyId": "=id", "Description": "=in.description || ''"},
                when=("description",),
            ),
        ),
        delete=(
            Call(
                do="schedule_key_deletion",
                give={"KeyId": "=id", "PendingWindowInDays": "=in.deletionWindowInDays || `30`"},
            ),
        ),
        tags=Tags(
            create="Tags",
            form="kms",
            tag=Call(do="tag_resource", give={"KeyId": "=id", "Tags": "=tags"}),
            untag=Call(do="untag_resource", give={"KeyId": "=id", "TagKeys": "=keys"}),
            read=Call(do="list_resource_tags", give={"KeyId": "=id"}),
        ),
        replace=names("keyUsage customerMasterKeySpec multiRegion customKeyStoreId xksKeyId"),
        defaults={
            "isEnabled": True,
            "enableKeyRotation": False,
            "keyUsage": "ENCRYPT_DECRYPT",
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "bypassPolicyLockoutSafetyCheck": False,
        },
        ignored={"bypassPolicyLockoutSafetyCheck": "moto locks nobody out"},
        documents=names("policy"),
        unread=names("deletionWindowInDays bypassPolicyLockoutSafetyCheck rotationPeriodInDays"),
        silent="that a key policy leaves somebody able to change it; whether a caller may use the key",
    ),
    Kind(
        token="aws:kms/alias:Alias",
        client="kms",
        create=Call(do="create_alias", give={"AliasName": "=in.name", "TargetKeyId": "=in.targetKeyId"}),
        id="=in.name",
        ids=("name",),
        read=Read(
            call=Call(do="list_aliases"),
            found=_alias,
            auto=False,
            outputs={
                "name": "=found.AliasName",
                "arn": "=found.AliasArn",
                "targetKeyId": "=in.targetKeyId && ends_with(in.targetKeyId, found.TargetKeyId) && in.targetKeyId "
                "|| found.TargetKeyId",
                "targetKeyArn": "=join('', ['arn:aws:kms:', region, ':', account, ':key/', found.TargetKeyId])",
            },
        ),
        update=(
            Call(do="update_alias", give={"AliasName": "=id", "TargetKeyId": "=in.targetKeyId"}, when=("targetKeyId",)),
        ),
        delete=(Call(do="delete_alias", give={"AliasName": "=id"}),),
        replace=names("name"),
    ),
)
