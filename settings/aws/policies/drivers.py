"""What controllers in a cluster may do at AWS: volumes, targets of the load balancer, nodes (H2, C6, F4)."""

from typing import Any

from settings import names
from settings.aws.policies.document import ANY, Policy, Statement, allow, document
from settings.aws.site import Site

CLUSTER_TAG = "tenantplane:cluster"
"""On volumes, snapshots and nodes that a cluster's controllers make: what keeps one cluster's off the others'."""
_KEY_USES = ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
_LAUNCHED = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")


def ebs_policy(site: Site, cluster: str, key_arn: str) -> Policy:
    """Of the EBS CSI driver: volumes and snapshots with the cluster's tag, encrypted with one key (F5)."""
    volumes, snapshots = site.arn("ec2", "volume/*"), f"arn:aws:ec2:{site.region.name}::snapshot/*"
    asked = {"StringEquals": {f"aws:RequestTag/{CLUSTER_TAG}": cluster}}
    own = {"StringEquals": {f"aws:ResourceTag/{CLUSTER_TAG}": cluster}}
    making = {"StringEquals": {"ec2:CreateAction": ["CreateVolume", "CreateSnapshot"]}}
    describe = ("AvailabilityZones", "Instances", "Snapshots", "Tags", "Volumes", "VolumesModifications")
    return document(
        # ec2:Describe* has no resource-level permissions.
        allow("Look", [f"ec2:Describe{each}" for each in describe], ANY),
        allow("Make", ("ec2:CreateVolume", "ec2:CreateSnapshot"), (volumes, snapshots), asked),
        allow("Copy", ("ec2:CreateVolume", "ec2:CreateSnapshot"), (volumes, snapshots), own),
        allow("Tag", ("ec2:CreateTags",), (volumes, snapshots), making),
        allow(
            "Own",
            ("ec2:AttachVolume", "ec2:DetachVolume", "ec2:ModifyVolume", "ec2:DeleteVolume", "ec2:DeleteSnapshot"),
            (volumes, snapshots),
            own,
        ),
        allow(
            "Nodes",
            ("ec2:AttachVolume", "ec2:DetachVolume"),
            site.arn("ec2", "instance/*"),
            {"StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{site.cluster_name(cluster)}": "owned"}},
        ),
        *_key(key_arn),
    )


def targets_policy(target_group_arn: str) -> Policy:
    """Of the AWS load balancer controller, which here only keeps one target group up to date with the gateway's pods;
    the load balancer itself is made by a stack."""
    describe = ("TargetGroups", "TargetHealth", "Tags", "LoadBalancers")
    return document(
        # elasticloadbalancing:Describe* and ec2:Describe* have no resource-level permissions.
        allow("Look", [f"elasticloadbalancing:Describe{each}" for each in describe], ANY),
        allow("LookAtNetworks", ("ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeInstances"), ANY),
        allow(
            "Targets",
            ("elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"),
            target_group_arn,
        ),
    )


def karpenter_policy(site: Site, cluster: str, node_role_arn: str, queue_arn: str, profile_arn: str) -> Policy:
    """Of Karpenter's controller: instances of this cluster, with the node role and no other (C6).

    After the project's own policy (karpenter-provider-aws, "CloudFormation reference"), without instance profiles,
    of which it is given one.
    """
    name = site.cluster_name(cluster)
    owned = f"kubernetes.io/cluster/{name}"
    asked = _tagged("RequestTag", owned)
    own = _tagged("ResourceTag", owned)
    region = site.region.name
    images = [f"arn:aws:ec2:{region}::{each}/*" for each in ("image", "snapshot")]
    places = [site.arn("ec2", f"{each}/*") for each in ("security-group", "subnet", "capacity-reservation")]
    made = [site.arn("ec2", f"{each}/*") for each in _LAUNCHED]
    launch = ("ec2:RunInstances", "ec2:CreateFleet")
    describe = (
        "CapacityReservations", "Images", "Instances", "InstanceTypeOfferings", "InstanceTypes", "LaunchTemplates",
        "SecurityGroups", "SpotPriceHistory", "Subnets",
    )  # fmt: skip
    tagging: Statement = allow(
        "Tag",
        ("ec2:CreateTags",),
        made,
        {
            **asked,
            "StringEquals": {
                **asked["StringEquals"],
                "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
            },
        },
    )
    return document(
        allow("LaunchFrom", launch, [*images, *places]),
        allow("LaunchBy", launch, site.arn("ec2", "launch-template/*"), own),
        allow("Launch", (*launch, "ec2:CreateLaunchTemplate"), made, asked),
        tagging,
        allow("TagAfter", ("ec2:CreateTags",), site.arn("ec2", "instance/*"), own),
        allow(
            "End",
            ("ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"),
            [site.arn("ec2", "instance/*"), site.arn("ec2", "launch-template/*")],
            own,
        ),
        # ec2:Describe* and pricing:GetProducts have no resource-level permissions.
        allow("Look", [f"ec2:Describe{each}" for each in describe], ANY),
        allow("Prices", ("pricing:GetProducts",), ANY),
        allow("Images", ("ssm:GetParameter",), f"arn:aws:ssm:{region}::parameter/aws/service/*"),
        allow(
            "Interruptions",
            ("sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"),
            queue_arn,
        ),
        allow(
            "NodeRole",
            ("iam:PassRole",),
            node_role_arn,
            {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com"]}},
        ),
        allow("Profile", ("iam:GetInstanceProfile",), profile_arn),
        allow("Endpoint", ("eks:DescribeCluster",), site.cluster_arn(cluster)),
    )


def _tagged(whose: str, owned: str) -> dict[str, dict[str, Any]]:
    """Has the cluster's tag and that of some NodePool."""
    return {
        "StringEquals": {f"aws:{whose}/{owned}": "owned"},
        "StringLike": {f"aws:{whose}/karpenter.sh/nodepool": "*"},
    }


def flow_logs_policy(log_group_arn: str) -> Policy:
    """Of what writes flow logs: that group's streams."""
    return document(
        allow(
            "Write",
            ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"),
            (log_group_arn, f"{log_group_arn}:*"),
        )
    )


def part_of_cluster(cluster: str) -> dict[str, str]:
    """The tag by which those policies know what is the cluster's."""
    return {CLUSTER_TAG: cluster, "tenantplane:managed-by": names.MANAGED_BY}


def _key(key_arn: str) -> tuple[Statement, Statement]:
    return (
        allow("Key", [f"kms:{each}" for each in _KEY_USES], key_arn),
        allow("KeyGrant", ("kms:CreateGrant",), key_arn, {"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    )
