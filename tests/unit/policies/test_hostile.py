"""What a tired person would write is refused, by the control that is about it (I1).

Each is one change of something that every rule passes. Most were tried because a rule that reads the plain mistake may
miss its other spellings: half of the world twice, a condition that everybody meets, every bucket instead of everything.
"""

import json
from typing import Any, Final

import pytest

from tests.unit.policies.case import Path, flipped, results
from tests.unit.policies.cases_of_aws import (
    CLUSTER,
    DATABASE,
    ENCRYPTION,
    GROUP,
    KEY,
    POLICY,
    RIGHTS,
    ROLE,
    TLS_ONLY,
)
from tests.unit.policies.objects_of_tenants import DEPLOYMENT, NAMESPACE, ROUTE, SERVICE
from tests.unit.policies.objects_of_tenants import POLICY as NETWORK

POD: Path = ("spec", "template", "spec")
HALVES: Final = ("0.0.0.0/1", "128.0.0.0/1")
GATEWAY: Final = {"name": "tenantplane", "namespace": "tenantplane-gateway", "sectionName": "tenants"}


def rights(action: str, resource: str) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def bucket_policy(**more: Any) -> str:
    return json.dumps({"Statement": [TLS_ONLY, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "x", **more}]})


def trust(**more: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **more}]})


TLS: Final = {"Bool": {"aws:SecureTransport": "true"}}
ROLE_POLICY, BUCKET_POLICY = "aws:iam/policy:Policy", "aws:s3/bucketPolicy:BucketPolicy"
CHANGES: Final[dict[str, tuple[str, str, dict[str, Any], Path, Any]]] = {
    "the API server answers the internet": (
        "TP-H2-01", "aws:eks/cluster:Cluster", CLUSTER, ("vpcConfig", "endpointPublicAccess"), True),
    "rights to every action of a service": ("TP-H2-04", ROLE_POLICY, RIGHTS, ("policy",), rights("s3:*", "x")),
    "rights to every bucket": ("TP-H2-04", ROLE_POLICY, RIGHTS, ("policy",), rights("s3:PutObject", "arn:aws:s3:::*")),
    "rights to everything in every bucket": (
        "TP-H2-04", ROLE_POLICY, RIGHTS, ("policy",), rights("s3:PutObject", "arn:aws:s3:::*/*")),
    "every secret may be read": (
        "TP-H2-04", ROLE_POLICY, RIGHTS, ("policy",), rights("secretsmanager:GetSecretValue", "*")),
    "every object may be read": ("TP-H2-04", ROLE_POLICY, RIGHTS, ("policy",), rights("s3:GetObject", "*")),
    "a bucket for everybody who speaks TLS": (
        "TP-F4-07", BUCKET_POLICY, POLICY, ("policy",), bucket_policy(Principal="*", Condition=TLS)),
    "a bucket for everybody but one": (
        "TP-F4-07", BUCKET_POLICY, POLICY, ("policy",), bucket_policy(NotPrincipal={"AWS": "a"})),
    "a role for everybody who speaks TLS": (
        "TP-H2-05", "aws:iam/role:Role", ROLE, ("assumeRolePolicy",), trust(Principal={"AWS": "*"}, Condition=TLS)),
    "half of the world comes in": (
        "TP-H2-09", "aws:ec2/securityGroup:SecurityGroup", GROUP, ("ingress", 0, "cidrBlocks"), list(HALVES)),
    "a tag is removed": ("TP-B1-03", "aws:kms/key:Key", KEY, ("tags", "tenantplane:component"), ""),
    "a bucket has the key of AWS": (
        "TP-F4-08", "aws:s3/any:BucketServerSideEncryptionConfiguration", ENCRYPTION,
        ("rules", 0, "applyServerSideEncryptionByDefault"), {"sseAlgorithm": "AES256"}),
    "a database keeps no last snapshot": (
        "TP-F2-03", "aws:rds/cluster:Cluster", DATABASE, ("skipFinalSnapshot",), True),
    "an image by tag": (
        "TP-G7-01", "kubernetes:apps/v1:Deployment", DEPLOYMENT, (*POD, "containers", 0, "image"),
        "registry.example/app:latest"),
    "an image whose digest follows another": (
        "TP-G7-01", "kubernetes:apps/v1:Deployment", DEPLOYMENT, (*POD, "containers", 0, "image"),
        "registry.example/app@x@sha256:" + "0" * 64),
    "half of the world is let out": (
        "TP-E1-05", "kubernetes:networking.k8s.io/v1:NetworkPolicy", NETWORK, ("spec", "egress"),
        [{"to": [{"ipBlock": {"cidr": each}} for each in HALVES]}]),
    "half of the world is let in": (
        "TP-E1-02", "kubernetes:networking.k8s.io/v1:NetworkPolicy", NETWORK, ("spec", "ingress"),
        [{"from": [{"ipBlock": {"cidr": each}} for each in HALVES]}]),
    "a load balancer beside the gateway": (
        "TP-E2-05", "kubernetes:core/v1:Service", SERVICE, ("spec", "type"), "LoadBalancer"),
    "a route on a gateway of the tenant's own": (
        "TP-B2-01", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", ROUTE, ("spec", "parentRefs"),
        [{"name": "tenantplane"}]),
    "a route on another gateway": (
        "TP-B2-01", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", ROUTE, ("spec", "parentRefs"),
        [{**GATEWAY, "name": "mine"}]),
    "a route that changes requests on the way": (
        "TP-B2-01", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", ROUTE, ("spec", "rules"),
        [{"backendRefs": [{"name": "app", "filters": [{"type": "RequestHeaderModifier"}]}]}]),
    "a tenant at baseline": (
        "TP-C1-03", "kubernetes:core/v1:Namespace", NAMESPACE,
        ("metadata", "labels", "pod-security.kubernetes.io/enforce"), "baseline"),
}  # fmt: skip
"""By what they do: control, type, a good one, the place of the change and what is there then."""


@pytest.mark.parametrize("what", CHANGES)
def test_a_tired_change_is_refused_by_the_control_that_is_about_it(what: str) -> None:
    control, token, good, path, bad = CHANGES[what]
    assert control not in {each.control.id for each in results(token, good)}
    found = [each for each in results(token, flipped(good, path, bad)) if each.control.id == control]
    assert found
    assert all(each.evaluated for each in found)


@pytest.mark.parametrize("token", ["aws:s3/bucket:Bucket", "aws:rds/cluster:Cluster", "aws:kms/key:Key"])
def test_a_tenants_data_without_protection_are_refused(token: str) -> None:
    props = {"bucket": "b", "tags": {"tenant": "acme"}}
    assert "TP-A7-01" not in {each.control.id for each in results(token, props)}
    assert "TP-A7-01" in {each.control.id for each in results(token, props, protect=False)}


@pytest.mark.parametrize(
    ("token", "good", "path", "fine"),
    [
        (ROLE_POLICY, RIGHTS, ("policy",), rights("ec2:DescribeInstances", "*")),
        (ROLE_POLICY, RIGHTS, ("policy",), rights("s3:PutObject", "arn:aws:s3:::files/*")),
        (BUCKET_POLICY, POLICY, ("policy",), bucket_policy(
            Principal="*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})),
        ("aws:ec2/securityGroup:SecurityGroup", GROUP, ("ingress", 0, "cidrBlocks"), ["10.0.0.0/8"]),
        ("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", ROUTE, ("spec", "parentRefs"), [GATEWAY]),
    ],
)  # fmt: skip
def test_what_only_looks_like_it_passes(token: str, good: dict[str, Any], path: Path, fine: Any) -> None:
    assert results(token, flipped(good, path, fine)) == []
