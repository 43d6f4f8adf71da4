"""What policies of IAM are made of."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Policy: TypeAlias = dict[str, Any]
Statement: TypeAlias = dict[str, Any]
Condition: TypeAlias = Mapping[str, Mapping[str, Any]]

ANY = "*"
"""As a resource, only where the service has no resource-level permission for the action; each use says so."""


def document(*statements: Statement) -> Policy:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, actions: Iterable[str], resources: str | Iterable[str], condition: Condition | None = None
) -> Statement:
    """Allows these actions, each named whole, on these resources."""
    made: Statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions)}
    made["Resource"] = resources if isinstance(resources, str) else list(resources)
    return made if condition is None else {**made, "Condition": {key: dict(each) for key, each in condition.items()}}


def service_allowed(
    sid: str, service: str, actions: Iterable[str], resources: str | Iterable[str], condition: Condition
) -> Statement:
    """Allows a service of AWS, in a resource's own policy, under a condition: without one any account's could come."""
    return {**allow(sid, actions, resources, condition), "Principal": {"Service": service}}


def trusts_service(service: str, condition: Condition | None = None) -> Policy:
    """Lets a service of AWS have a role."""
    made: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document(made if condition is None else {**made, "Condition": {k: dict(v) for k, v in condition.items()}})


def trusts_pods(cluster_arn: str, namespace: str, service_account: str) -> Policy:
    """Lets pods of one service account of one cluster have a role, by EKS Pod Identity and by nothing else (H2).

    The agent of EKS tags the session with these three, and no pod chooses them (Amazon EKS User Guide, "Pod Identity
    session tags").
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:RequestTag/eks-cluster-arn": cluster_arn,
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": service_account,
                }
            },
        }
    )
