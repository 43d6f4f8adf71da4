"""What carries a managed cluster's audit log to the bucket that keeps it (G5)."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, iam, kinesis

from components.cloud.managed_cluster import ManagedCluster
from settings import names
from settings.audit import audit_bucket, shipper_policy
from settings.audit.retention import SHIPPER
from settings.audit.shipping import BATCH_SECONDS
from settings.aws.policies import firehose_policy, trusts_service
from settings.aws.site import Site

PART = "audit"
BATCH_MB = 10
AUDIT_EVENTS = '{ $.kind = "Event" }'
"""Of the log group's lines, those of the audit log."""


@dataclass(frozen=True, kw_only=True)
class AuditShipperArgs:
    """Inputs of AuditShipper.

    site, cluster: which cluster, by its name in the topology. made: its control plane. key: ARN of the key of the audit
    bucket. ready: what says that the bucket takes logs.
    """

    site: Site
    cluster: str
    made: ManagedCluster
    key: pulumi.Input[str]
    ready: pulumi.Resource


class AuditShipper(pulumi.ComponentResource):
    """From EKS' log group, which an administrator could empty, to the locked bucket, within 5 minutes (G5).

    EKS hands its audit log to CloudWatch alone; `settings.audit.vector_configuration` is for control planes whose
    machines are ours.
    Creates: Role `tenantplane-audit-shipper-<cluster>`, the only name that the bucket takes logs from, with its
    RolePolicy; FirehoseDeliveryStream, encrypted by the bucket's key; a Role by which CloudWatch hands on to it, with
    its RolePolicy; LogSubscriptionFilter of audit events.
    Outputs: none.
    """

    def __init__(self, name: str, args: AuditShipperArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:AuditShipper", name, {}, opts)
        site, cluster = args.site, args.cluster
        kept = audit_bucket(site.environment, site.region.name, site.account)
        tags = site.tags(PART, cluster)
        child = pulumi.ResourceOptions(parent=self)
        own = {"StringEquals": {"aws:SourceAccount": site.account}}
        role = iam.Role(
            name,
            name=names.bounded(f"{names.PART_OF}-{SHIPPER}-{cluster}", 64),
            assume_role_policy=json.dumps(trusts_service("firehose.amazonaws.com", own)),
            tags=tags,
            opts=child,
        )
        policy = iam.RolePolicy(
            name,
            name="own",
            role=role.name,
            policy=pulumi.Output.from_input(args.key).apply(lambda key: json.dumps(shipper_policy(kept, cluster, key))),
            opts=child,
        )
        stream = kinesis.FirehoseDeliveryStream(
            name,
            name=site.name(cluster, "audit"),
            destination="extended_s3",
            extended_s3_configuration={
                "role_arn": role.arn,
                "bucket_arn": kept.arn,
                "prefix": f"{cluster}/",
                "error_output_prefix": f"{cluster}/errors/",
                "kms_key_arn": args.key,
                "buffering_interval": BATCH_SECONDS,
                "buffering_size": BATCH_MB,
                "compression_format": "UNCOMPRESSED",  # CloudWatch compresses
            },
            # What waits for the next batch, as what is in the bucket (F5).
            server_side_encryption={"enabled": True, "key_type": "CUSTOMER_MANAGED_CMK", "key_arn": args.key},
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy, args.ready]),
        )
        handing = iam.Role(
            f"{name}-logs",
            name=site.name(cluster, "audit-logs"),
            assume_role_policy=json.dumps(
                trusts_service("logs.amazonaws.com", {"StringLike": {"aws:SourceArn": site.arn("logs", "*")}})
            ),
            tags=tags,
            opts=child,
        )
        handed = iam.RolePolicy(
            f"{name}-logs",
            name="own",
            role=handing.name,
            policy=stream.arn.apply(lambda arn: json.dumps(firehose_policy(arn))),
            opts=child,
        )
        cloudwatch.LogSubscriptionFilter(
            name,
            name=site.name(cluster, "audit"),
            log_group=args.made.log_group_name,
            filter_pattern=AUDIT_EVENTS,
            destination_arn=stream.arn,
            role_arn=handing.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[handed, args.made.ready]),
        )
        self.register_outputs({})
