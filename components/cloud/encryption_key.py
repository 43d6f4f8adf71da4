"""A key of KMS, of a tenant or of one of the platform's services (F5)."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import kms

from settings.storage import KeySettings


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Inputs of EncryptionKey.

    settings: rotation, policy and tags, by settings.storage. alias: without `alias/`. protected: whether the engine
    refuses to delete it; False only for a tenant whose off-boarding is approved (A7).
    """

    settings: KeySettings
    alias: str
    protected: bool = True


class EncryptionKey(pulumi.ComponentResource):
    """A key, without which what it encrypted is gone (F5).

    Creates: Key (AES-256, turned by KMS itself; a deleted one can be had back for 30 days), Alias. Both protected.
    Outputs: arn, key_id (str).
    """

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:EncryptionKey", name, {}, opts)
        wanted = args.settings
        child = pulumi.ResourceOptions(parent=self, protect=args.protected)
        key = kms.Key(
            name,
            description=wanted.description,
            enable_key_rotation=True,
            rotation_period_in_days=wanted.rotation_days,
            deletion_window_in_days=wanted.deletion_days,
            policy=json.dumps(wanted.policy),
            tags=wanted.tags,
            opts=child,
        )
        kms.Alias(name, name=f"alias/{args.alias}", target_key_id=key.key_id, opts=child)
        self.arn, self.key_id = key.arn, key.key_id
        self.register_outputs({"arn": self.arn, "key_id": self.key_id})
