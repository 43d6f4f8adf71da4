"""Controllers that a cluster on EKS has from their own charts, and what ends a node (C6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from settings.aws.policies.document import Policy, document, service_allowed
from settings.aws.site import Site


@dataclass(frozen=True, kw_only=True)
class Controller:
    """namespace, account: its service account, as its chart has it or is told."""

    name: str
    namespace: str
    account: str


AUTOSCALER: Final = Controller(name="autoscaler", namespace="kube-system", account="cluster-autoscaler")
TARGETS: Final = Controller(name="targets", namespace="kube-system", account="aws-load-balancer-controller")
KARPENTER: Final = Controller(name="karpenter", namespace="kube-system", account="karpenter")

INTERRUPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "spot": {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]},
    "rebalance": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]},
    "state": {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]},
    "health": {"source": ["aws.health"], "detail-type": ["AWS Health Event"]},
}
"""What Karpenter listens to (karpenter-provider-aws, "Interruption"), as patterns of EventBridge."""


def queue_policy(queue_arn: str, site: Site) -> Policy:
    """EventBridge of this account writes, and nobody else."""
    return document(
        service_allowed(
            "Events",
            "events.amazonaws.com",
            ("sqs:SendMessage",),
            queue_arn,
            {"StringEquals": {"aws:SourceAccount": site.account}},
        )
    )
