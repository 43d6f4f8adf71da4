"""What was done at AWS, kept where nobody removes it (G5)."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudtrail

from components.cloud.private_bucket import PrivateBucket, PrivateBucketArgs
from components.objects import keeps_everybodys_data
from settings.audit import audit_bucket, audit_bucket_policy, audit_lifecycle
from settings.aws.site import Site

PART = "audit"


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs:
    """Inputs of AuditTrail.

    site: environment and region. key: ARN of the key of the logs, whose policy lets CloudTrail use it. first: whether
    it is the account's first region, which has the trail of all regions, those without a cluster included.
    """

    site: Site
    key: pulumi.Input[str]
    first: bool = True


class AuditTrail(pulumi.ComponentResource):
    """The locked bucket of a region's audit logs and, in the first region, the trail of the account's API calls (G5).

    Clusters' audit logs, which name tenants' people, stay in their region (F6). The trail holds what the platform did
    at AWS, in every region: where no cluster is, nobody else would look.
    Creates: PrivateBucket `tp-<environment>-audit-<region>-<account>` (Object Lock in compliance mode, 180 days); in
    the first region Trail (management events; each file is signed, so that a changed one is noticed).
    Outputs: bucket, bucket_arn (str); ready, for depends_on of what writes there.
    """

    bucket: str
    bucket_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:AuditTrail", name, {}, opts)
        site = args.site
        kept = audit_bucket(site.environment, site.region.name, site.account)
        trail_arn = site.arn("cloudtrail", f"trail/{trail_name(site)}") if args.first else None
        made = PrivateBucket(
            name,
            PrivateBucketArgs(
                bucket=kept,
                key=args.key,
                policy=lambda _key: audit_bucket_policy(kept, site.account, trail_arn=trail_arn, aws_ships=True),
                lifecycle=audit_lifecycle(),
                tags=site.tags(PART),
                locked=True,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        if args.first:
            cloudtrail.Trail(
                name,
                name=trail_name(site),
                s3_bucket_name=made.bucket,
                kms_key_id=args.key,
                enable_logging=True,
                enable_log_file_validation=True,
                include_global_service_events=True,
                is_multi_region_trail=True,
                tags=site.tags(PART),
                opts=keeps_everybodys_data(self, made.ready),
            )
        self.bucket, self.bucket_arn, self.ready = made.bucket, made.arn, made.ready
        self.register_outputs({"bucket": self.bucket, "bucket_arn": self.bucket_arn})


def trail_name(site: Site) -> str:
    """What CloudTrail calls the trail; the key's policy names it too."""
    return site.regional("trail", limit=128)
