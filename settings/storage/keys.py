"""How the keys that encrypt data at rest are made and turned (F5)."""

from dataclasses import dataclass
from typing import Any

from settings import names
from settings.volume import KeyRotation

DELETION_DAYS = 30
"""A key that is deleted can be had back so long, the longest that KMS has: without it the data are gone."""


@dataclass(frozen=True, kw_only=True)
class KeySettings:
    """A symmetric KMS key (AES-256). rotation_days: how often KMS makes new material; old data stay readable.
    deletion_days: how long it can be had back. policy: its key policy, as JSON. tags: tenant and all (B1)."""

    description: str
    rotation_days: int
    deletion_days: int
    policy: dict[str, Any]
    tags: dict[str, str]


def service_key(
    service: str, environment: str, account: str, rotation: KeyRotation, *more: dict[str, Any]
) -> KeySettings:
    """The key of one of the platform's services, such as "volumes". account: the AWS account, 12 digits. more:
    statements of its policy, for services of AWS that come with no role of the account."""
    return KeySettings(
        description=f"tenantplane {environment}: {service}",
        rotation_days=rotation.service_days,
        deletion_days=DELETION_DAYS,
        policy=_policy(account, *more),
        tags=names.platform_tags(environment, service),
    )


def tenant_key(tenant: str, tier: str, environment: str, account: str, rotation: KeyRotation) -> KeySettings:
    """A tenant's key: whoever's tag says another tenant, or none, encrypts and decrypts nothing with it, whatever its
    own policies allow."""
    foreign = {
        "Sid": "NoOtherTenant",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:PrincipalTag/tenant": tenant},
            # Services such as RDS come for the tenant with nobody's tag; the roles that make its resources have none.
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            "ArnNotLike": {"aws:PrincipalArn": platform_role(account)},
        },
    }
    return KeySettings(
        description=f"tenantplane {environment}: tenant {tenant}",
        rotation_days=rotation.tenant_days,
        deletion_days=DELETION_DAYS,
        policy=_policy(account, foreign),
        tags=names.tags(tenant, tier, environment, "key"),
    )


def platform_role(account: str) -> str:
    """ARN pattern of the roles by which the platform works, the engine's among them: `tenantplane-*`."""
    return f"arn:aws:iam::{account}:role/{names.PART_OF}-*"


def _policy(account: str, *more: dict[str, Any]) -> dict[str, Any]:
    """Rights by the account's own policies; without this statement nobody could ever change the key again."""
    account_itself = {
        "Sid": "AccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [account_itself, *more]}
