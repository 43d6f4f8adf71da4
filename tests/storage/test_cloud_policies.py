"""What the roles of clusters, controllers and shippers may do, judged by an evaluator of AWS's rules (H2, C6, G5)."""

from pathlib import Path
from typing import Any, Final

import pytest

from settings.audit import audit_bucket, audit_bucket_policy, shipper_policy
from settings.aws import AwsRegion
from settings.aws.policies import (
    Policy,
    autoscaler_policy,
    cni_policy,
    document,
    ebs_policy,
    firehose_policy,
    flow_logs_policy,
    for_logs,
    for_trail,
    karpenter_policy,
    node_policy,
    targets_policy,
)
from settings.aws.site import Site
from settings.storage import service_key
from settings.volume import KeyRotation
from tests.storage.test_bucket_policies import ACCOUNT, KEY, MODERN, OTHER_KEY, REGION, Judge, arn, ask

SITE: Final = Site(
    environment="prod",
    account=ACCOUNT,
    region=AwsRegion(name=REGION, cidr="10.64.0.0/16", zones=(f"{REGION}a", f"{REGION}b", f"{REGION}c")),
)
NODES, QUEUE, PROFILE = (
    arn("tp-prod-main-nodes"),
    SITE.arn("sqs", "queue"),
    f"arn:aws:iam::{ACCOUNT}:instance-profile/n",
)
TARGETS: Final = SITE.arn("elasticloadbalancing", "targetgroup/tp-prod-main/0123456789abcdef")
GROUPS: Final = SITE.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")
POLICIES: Final[dict[str, Policy]] = {
    "nodes": node_policy(SITE, "main"),
    "cni": cni_policy(SITE, "main"),
    "ebs": ebs_policy(SITE, "main", KEY),
    "karpenter": karpenter_policy(SITE, "main", NODES, QUEUE, PROFILE),
    "targets": targets_policy(TARGETS),
    "autoscaler": autoscaler_policy("tp-prod-main", SITE.cluster_arn("main"), GROUPS),
    "flow logs": flow_logs_policy(SITE.arn("logs", "log-group:flow")),
    "firehose": firehose_policy(SITE.arn("firehose", "deliverystream/audit")),
    "shipper": shipper_policy(audit_bucket("prod", REGION, ACCOUNT), "main", KEY),
    "key of logs": document(for_logs(SITE), for_trail(SITE, "trail")),
}
VOLUME, INSTANCE, INTERFACE = (
    SITE.arn("ec2", f"{kind}/{kind[0]}-0123456789abcdef0") for kind in ("volume", "instance", "network-interface")
)

VOLUMES_KEY: Final = service_key("volumes", "prod", ACCOUNT, KeyRotation()).policy


def asks(
    who: str, action: str, resource: str, *, resource_policy: Policy | None = None, **context: Any
) -> dict[str, Any]:
    """A request of one of the roles, under its own policy."""
    return {
        "request": {
            "principal": arn(f"tp-prod-main-{who.replace(' ', '-')}"),
            "action": action,
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": {"aws:PrincipalArn": arn(f"tp-prod-main-{who}"), **context},
        },
        "identityPolicies": [{"name": "own", "policy": POLICIES[who]}],
        "resourcePolicy": resource_policy,
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def tag(key: str, value: str, whose: str = "ResourceTag") -> dict[str, Any]:
    return {f"aws:{whose}/{key}": value}


MAIN, OTHER = tag("tenantplane:cluster", "main"), tag("tenantplane:cluster", "other")
OWNED, STRANGE = tag("kubernetes.io/cluster/tp-prod-main", "owned"), tag("kubernetes.io/cluster/tp-prod-other", "owned")
POOL = tag("karpenter.sh/nodepool", "general")
GROUP = SITE.arn("autoscaling", "autoScalingGroup:0:autoScalingGroupName/eks-general")


def test_every_action_is_one_that_aws_has_and_everything_is_asked_only_where_nothing_finer_is(judge_home: Path) -> None:
    said: dict[str, bool] = {}
    for policy in POLICIES.values():
        for statement in policy["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            on_all = statement["Resource"] == "*" and "Principal" not in statement
            said |= {action: said.get(action, False) or on_all for action in actions}
    told = {each["action"]: each for each in ask(judge_home, "actions.mjs", list(said))}
    assert len(told) > 50
    assert [action for action, each in told.items() if not each["known"]] == []
    assert [action for action, on_all in said.items() if on_all and told[action]["resources"]] == []


def test_a_cluster_s_driver_touches_the_cluster_s_volumes_alone(judge: Judge) -> None:
    fine = [
        asks("ebs", "ec2:DeleteVolume", VOLUME, **MAIN),
        asks("ebs", "ec2:CreateVolume", VOLUME, **tag("tenantplane:cluster", "main", "RequestTag")),
        asks("ebs", "ec2:AttachVolume", INSTANCE, **OWNED),
        asks("ebs", "kms:Decrypt", KEY, resource_policy=VOLUMES_KEY),
    ]
    assert judge(fine) == ["Allowed"] * len(fine)
    wrong = [
        asks("ebs", "ec2:DeleteVolume", VOLUME, **OTHER),
        asks("ebs", "ec2:DeleteVolume", VOLUME),
        asks("ebs", "ec2:CreateVolume", VOLUME),
        asks("ebs", "ec2:AttachVolume", INSTANCE, **STRANGE),
        asks("ebs", "ec2:CreateTags", VOLUME, **MAIN),
        asks("ebs", "kms:Decrypt", OTHER_KEY, resource_policy=VOLUMES_KEY),
        asks("ebs", "kms:CreateGrant", KEY, resource_policy=VOLUMES_KEY),
        asks("ebs", "ec2:TerminateInstances", INSTANCE, **OWNED),
    ]
    assert not {"Allowed"} & set(judge(wrong))


def test_the_cni_touches_the_cluster_s_interfaces_alone(judge: Judge) -> None:
    name = "cluster.k8s.amazonaws.com/name"
    own, strange = tag(name, "tp-prod-main"), tag(name, "tp-prod-other")
    fine = [
        asks("cni", f"ec2:{verb}", INTERFACE, **own) for verb in ("AssignPrivateIpAddresses", "DeleteNetworkInterface")
    ]
    fine += [asks("cni", "ec2:CreateNetworkInterface", INTERFACE, **tag(name, "tp-prod-main", "RequestTag"))]
    assert judge(fine) == ["Allowed"] * 3
    wrong = [
        asks("cni", f"ec2:{verb}", INTERFACE, **strange)
        for verb in ("AssignPrivateIpAddresses", "DeleteNetworkInterface")
    ]
    wrong += [asks("cni", "ec2:CreateNetworkInterface", INTERFACE), asks("cni", "ec2:CreateTags", INTERFACE, **own)]
    assert not {"Allowed"} & set(judge(wrong))


def test_karpenter_starts_and_ends_its_own_cluster_s_nodes_with_their_role_alone(judge: Judge) -> None:
    passed: dict[str, Any] = {"iam:PassedToService": "ec2.amazonaws.com"}
    fine = [
        asks("karpenter", "ec2:TerminateInstances", INSTANCE, **OWNED, **POOL),
        asks("karpenter", "iam:PassRole", NODES, **passed),
        asks("karpenter", "ec2:RunInstances", INSTANCE, **_asked(OWNED), **_asked(POOL)),
        asks("karpenter", "sqs:ReceiveMessage", QUEUE),
    ]
    assert judge(fine) == ["Allowed"] * len(fine)
    wrong = [
        asks("karpenter", "ec2:TerminateInstances", INSTANCE, **STRANGE, **POOL),
        asks("karpenter", "ec2:TerminateInstances", INSTANCE, **OWNED),  # a managed group's
        asks("karpenter", "ec2:RunInstances", INSTANCE, **_asked(STRANGE), **_asked(POOL)),
        asks("karpenter", "iam:PassRole", arn("tenantplane-engine"), **passed),
        asks("karpenter", "iam:PassRole", NODES, **{**passed, "iam:PassedToService": "lambda.amazonaws.com"}),
        asks("karpenter", "ec2:CreateTags", INSTANCE, **tag("tenant", "bolt", "RequestTag")),
    ]
    assert not {"Allowed"} & set(judge(wrong))


def _asked(tags: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("ResourceTag", "RequestTag"): value for key, value in tags.items()}


def test_controllers_and_nodes_do_nothing_beside_what_they_are_for(judge: Judge) -> None:
    fine = [
        asks("targets", "elasticloadbalancing:RegisterTargets", TARGETS),
        asks(
            "autoscaler",
            "autoscaling:SetDesiredCapacity",
            GROUP,
            **tag("k8s.io/cluster-autoscaler/tp-prod-main", "owned"),
        ),
        asks("nodes", "eks-auth:AssumeRoleForPodIdentity", SITE.cluster_arn("main")),
    ]
    assert judge(fine) == ["Allowed"] * len(fine)
    wrong = [
        asks("targets", "elasticloadbalancing:RegisterTargets", TARGETS.replace("main", "other")),
        asks(
            "targets",
            "elasticloadbalancing:DeleteLoadBalancer",
            SITE.arn("elasticloadbalancing", "loadbalancer/app/x/0"),
        ),
        asks(
            "autoscaler",
            "autoscaling:SetDesiredCapacity",
            GROUP,
            **tag("k8s.io/cluster-autoscaler/tp-prod-other", "owned"),
        ),
        asks("nodes", "eks-auth:AssumeRoleForPodIdentity", SITE.cluster_arn("other")),
        asks("nodes", "s3:GetObject", "arn:aws:s3:::tp-prod-shared/x"),
        asks("nodes", "kms:Decrypt", KEY, resource_policy=VOLUMES_KEY),
        asks("nodes", "ec2:CreateTags", INSTANCE, **OWNED),
    ]
    assert not {"Allowed"} & set(judge(wrong))


def trail(action: str, resource: str, **context: str) -> dict[str, Any]:
    """CloudTrail itself at the audit bucket."""
    bucket = audit_bucket("prod", REGION, ACCOUNT)
    arn_of_trail = SITE.arn("cloudtrail", "trail/main")
    service = {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com", "aws:PrincipalIsAWSService": "true"}
    return {
        "request": {
            "principal": "cloudtrail.amazonaws.com",
            "action": action,
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": {
                **service,
                "aws:SecureTransport": "true",
                "s3:TlsVersion": "1.2",
                "aws:SourceArn": arn_of_trail,
                **context,
            },
        },
        "identityPolicies": [],
        "resourcePolicy": audit_bucket_policy(bucket, ACCOUNT, trail_arn=arn_of_trail, aws_ships=True),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def test_cloudtrail_adds_logs_of_that_trail_and_nothing_else(judge: Judge) -> None:
    bucket = audit_bucket("prod", REGION, ACCOUNT)
    own = f"{bucket.arn}/AWSLogs/{ACCOUNT}/CloudTrail/x.json.gz"
    acl: dict[str, Any] = {"s3:x-amz-acl": "bucket-owner-full-control"}
    assert judge([trail("s3:PutObject", own, **acl), trail("s3:GetBucketAcl", bucket.arn)]) == ["Allowed"] * 2
    wrong = [
        trail("s3:PutObject", own, **acl, **{"aws:SourceArn": SITE.arn("cloudtrail", "trail/of-others")}),
        trail("s3:PutObject", f"{bucket.arn}/main/x.json.gz", **acl),
        trail("s3:DeleteObject", own),
        trail("s3:GetObject", own),
    ]
    assert not {"Allowed"} & set(judge(wrong))


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_shipper_of_aws_adds_logs_of_its_cluster_and_people_still_speak_tls_1_3(judge: Judge, version: str) -> None:
    bucket = audit_bucket("prod", REGION, ACCOUNT)
    policy = audit_bucket_policy(bucket, ACCOUNT, aws_ships=True)
    spoken: dict[str, Any] = {**MODERN, "s3:TlsVersion": version}
    shipper = asks("shipper", "s3:PutObject", f"{bucket.arn}/main/x.gz", resource_policy=policy, **spoken)
    role = arn("tenantplane-audit-shipper-main")
    shipper["request"] |= {"principal": role, "contextVariables": {"aws:PrincipalArn": role, **spoken}}
    reader = {
        **shipper,
        "request": {
            **shipper["request"],
            "principal": arn("auditor"),
            "action": "s3:GetObject",
            "contextVariables": {"aws:PrincipalArn": arn("auditor"), **spoken},
        },
        "identityPolicies": [
            {"name": "own", "policy": document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})}
        ],
    }
    assert judge([shipper, reader]) == ["Allowed", "Allowed" if version == "1.3" else "ExplicitlyDenied"]
