"""What carries audit logs on, and what resizes node groups, may do (G5, C6)."""

from settings.aws.policies.document import ANY, Policy, allow, document


def firehose_policy(stream_arn: str) -> Policy:
    """Of CloudWatch Logs, where it hands a log group's lines on."""
    return document(allow("HandOn", ("firehose:PutRecord", "firehose:PutRecordBatch"), stream_arn))


def autoscaler_policy(cluster_name: str, cluster_arn: str, account_groups: str) -> Policy:
    """Of Cluster Autoscaler: sizes of the cluster's own groups. account_groups: ARN pattern of the region's groups."""
    owned = {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster_name}": "owned"}}
    describe = ("AutoScalingGroups", "AutoScalingInstances", "LaunchConfigurations", "ScalingActivities", "Tags")
    types = ("InstanceTypes", "LaunchTemplateVersions", "Images")
    groups = cluster_arn.replace(":cluster/", ":nodegroup/") + "/*/*"
    return document(
        # autoscaling:Describe* and ec2:Describe* have no resource-level permissions.
        allow("Look", [f"autoscaling:Describe{each}" for each in describe], ANY),
        allow("LookAtTypes", [f"ec2:Describe{each}" for each in types], ANY),
        allow("LookAtGroups", ("eks:DescribeNodegroup",), groups),
        allow(
            "Resize",
            ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
            account_groups,
            owned,
        ),
    )
