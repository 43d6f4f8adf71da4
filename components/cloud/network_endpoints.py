"""The network's own doors to AWS, and the record of who spoke to whom (H2, E2, G5)."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, ec2, iam

from components.cloud.network import PART, Network
from settings.audit import RETENTION_DAYS
from settings.aws.policies import endpoint_policy, flow_logs_policy, s3_endpoint_policy, trusts_service
from settings.aws.site import Site

SERVICES = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "kms", "logs", "secretsmanager", "sts")
"""What nodes, add-ons and services of the platform call, by the names of the endpoints' services."""


@dataclass(frozen=True, kw_only=True)
class NetworkEndpointsArgs:
    """Inputs of NetworkEndpoints.

    site: environment and region. network: whose. logs_key: ARN of the key of log groups.
    """

    site: Site
    network: Network
    logs_key: pulumi.Input[str]


class NetworkEndpoints(pulumi.ComponentResource):
    """Ways to AWS's services that do not leave the network, and flow logs of all that it carries (H2, E2, G5).

    Creates: VpcEndpoint of S3 in the route tables of nodes and databases; for each of SERVICES one in every private
    subnet, with a SecurityGroup that takes TLS from the network's range; each lets calls of this account pass and no
    other's. LogGroup `/tenantplane/<environment>/<region>/flow`, kept for 180 days, encrypted, with a Role that writes
    it, and the FlowLog.
    Outputs: security_group (id, of the endpoints).
    """

    security_group: pulumi.Output[str]

    def __init__(self, name: str, args: NetworkEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantplane:cloud:NetworkEndpoints", name, {}, opts)
        site, network, region = args.site, args.network, args.site.region.name
        child = pulumi.ResourceOptions(parent=self)
        ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=network.vpc_id,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=network.route_tables,
            policy=json.dumps(s3_endpoint_policy(site)),
            tags=site.tags(PART, Name=site.name("s3")),
            opts=child,
        )
        group = ec2.SecurityGroup(
            name,
            name=site.name("endpoints"),
            description="Endpoints of AWS services: TLS from the network, nothing out",
            vpc_id=network.vpc_id,
            ingress=[
                {
                    "protocol": "tcp",
                    "from_port": 443,
                    "to_port": 443,
                    "cidr_blocks": [site.region.cidr],
                    "description": "TLS from the network",
                }
            ],
            egress=[],
            tags=site.tags(PART, Name=site.name("endpoints")),
            opts=child,
        )
        self.security_group = group.id
        for service in SERVICES:
            ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=network.vpc_id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=network.private,
                security_group_ids=[group.id],
                policy=json.dumps(endpoint_policy(site)),
                tags=site.tags(PART, Name=site.name(service.replace(".", "-"))),
                opts=child,
            )
        self._flow_logs(name, args, child)
        self.register_outputs({"security_group": self.security_group})

    def _flow_logs(self, name: str, args: NetworkEndpointsArgs, child: pulumi.ResourceOptions) -> None:
        site = args.site
        tags = site.tags("flow-logs")
        logs = cloudwatch.LogGroup(
            f"{name}-flow",
            name=f"/tenantplane/{site.environment}/{site.region.name}/flow",
            retention_in_days=RETENTION_DAYS,
            kms_key_id=args.logs_key,
            tags=tags,
            opts=child,
        )
        role = iam.Role(
            f"{name}-flow",
            name=site.regional("flow-logs"),
            assume_role_policy=json.dumps(
                trusts_service(
                    "vpc-flow-logs.amazonaws.com",
                    {
                        "StringEquals": {"aws:SourceAccount": site.account},
                        "ArnLike": {"aws:SourceArn": site.arn("ec2", "vpc-flow-log/*")},
                    },
                )
            ),
            tags=tags,
            opts=child,
        )
        policy = iam.RolePolicy(
            f"{name}-flow",
            name="write",
            role=role.name,
            policy=logs.arn.apply(lambda arn: json.dumps(flow_logs_policy(arn))),
            opts=child,
        )
        ec2.FlowLog(
            f"{name}-flow",
            vpc_id=args.network.vpc_id,
            traffic_type="ALL",
            max_aggregation_interval=60,
            log_destination_type="cloud-watch-logs",
            log_destination=logs.arn,
            iam_role_arn=role.arn,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
