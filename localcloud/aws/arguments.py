"""How a program's aws provider is pointed at the local AWS: the official plugin and the bundled one alike (H1)."""

from typing import Any, Final

from localcloud.aws.provider.session import Settings

SERVICES: Final = (
    "budgets",
    "cloudtrail",
    "cloudwatch",
    "cloudwatchevents",
    "cloudwatchlogs",
    "ec2",
    "ecr",
    "eks",
    "elasticloadbalancingv2",
    "eventbridge",
    "iam",
    "kms",
    "rds",
    "route53",
    "s3",
    "secretsmanager",
    "sqs",
    "ssm",
    "sts",
    "wafv2",
    "acm",
    "firehose",
)
"""Services that the components use, as the provider's `endpoints` names them."""


def provider_arguments(endpoint: str, region: str) -> dict[str, Any]:
    """Arguments of `pulumi_aws.Provider`: every service at `endpoint`, credentials that are made up, and no question
    to any address off this machine.

    Raises LocalcloudError when the endpoint is not on loopback.
    """
    address = Settings(endpoint, region).endpoint
    return {
        "region": region,
        "access_key": "local",
        "secret_key": "local",
        "skip_credentials_validation": True,
        "skip_metadata_api_check": True,
        "skip_region_validation": True,
        "skip_requesting_account_id": False,
        "s3_use_path_style": True,
        "endpoints": [dict.fromkeys(SERVICES, address)],
    }
