"""What goes through the network's own doors to AWS: calls of this account and of nobody else's credentials (E2)."""

from typing import Any

from settings.aws.policies.document import ANY, Policy, document
from settings.aws.site import Site


def endpoint_policy(site: Site) -> Policy:
    """Of an interface endpoint. It gives no right to anything; it stops credentials of another account, by which data
    would leave through AWS itself. What the account's own roles may is in their policies, hence every action here."""
    return document(_own(site))


def s3_endpoint_policy(site: Site) -> Policy:
    """Of the gateway to S3: as above, and the buckets of AWS that images and packages of nodes come from."""
    region = site.region.name
    buckets = [f"prod-{region}-starport-layer-bucket", f"al2023-repos-{region}-de612dc2"]
    reading: dict[str, Any] = {
        "Sid": "ImagesAndPackages",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{each}/*" for each in buckets],
    }
    return document(_own(site), reading)


def _own(site: Site) -> dict[str, Any]:
    return {
        "Sid": "OwnAccount",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ANY,
        "Resource": ANY,
        "Condition": {"StringEquals": {"aws:PrincipalAccount": site.account}},
    }
