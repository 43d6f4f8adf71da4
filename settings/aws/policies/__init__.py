"""Policies of IAM as pure data: who may do what, each action and resource by name (H2)."""

from settings.aws.policies.document import Policy, document, trusts_pods, trusts_service
from settings.aws.policies.drivers import (
    CLUSTER_TAG,
    ebs_policy,
    flow_logs_policy,
    karpenter_policy,
    part_of_cluster,
    targets_policy,
)
from settings.aws.policies.keys import for_logs, for_node_volumes, for_trail
from settings.aws.policies.nodes import cni_policy, node_policy
from settings.aws.policies.perimeter import endpoint_policy, s3_endpoint_policy
from settings.aws.policies.services import autoscaler_policy, firehose_policy

__all__ = [
    "CLUSTER_TAG",
    "Policy",
    "autoscaler_policy",
    "cni_policy",
    "document",
    "ebs_policy",
    "endpoint_policy",
    "firehose_policy",
    "flow_logs_policy",
    "for_logs",
    "for_node_volumes",
    "for_trail",
    "karpenter_policy",
    "node_policy",
    "part_of_cluster",
    "s3_endpoint_policy",
    "targets_policy",
    "trusts_pods",
    "trusts_service",
]
