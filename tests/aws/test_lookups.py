"""AWS is asked, by its API, for what was made of some inputs, and answers with that and nothing else (issue 6)."""

from collections.abc import Mapping
from typing import Any

import pytest

from fleet.errors import FleetError
from fleet.recovery.aws import Aws, Found
from fleet.recovery.aws_lookups import LOOKUPS
from fleet.state import PendingOperation
from localcloud.aws import AwsService
from tests.aws.plugin import Plugin, Resource

pytestmark = pytest.mark.xdist_group("aws")

PROVIDER = "urn:pulumi:s::p::pulumi:providers:aws::here"
TAGS = {"Name": "looked-for", "tenantplane:environment": "lookups"}


def deployment(endpoint: str, **more: Any) -> Mapping[str, Any]:
    inputs = {"region": "eu-central-1", "endpoints": [{"ec2": endpoint}], **more}
    return {"resources": [{"urn": PROVIDER, "inputs": inputs}]}


def pending(one: Resource, name: str = "x", **inputs: Any) -> PendingOperation:
    urn = f"urn:pulumi:s::p::{one.token}::{name}"
    return PendingOperation(
        kind="creating", urn=urn, type=one.token, inputs={**one.inputs, **inputs}, provider=f"{PROVIDER}::1"
    )


def looked_up(aws: AwsService, *operations: PendingOperation, taken: tuple[str, ...] = ()) -> Found:
    return Aws(deployment(aws.endpoint)).look_up(operations, taken)


def test_each_thing_is_found_by_what_it_was_made_of_and_read_under_that_id(aws: AwsService, plugin: Plugin) -> None:
    made: list[Resource] = []

    def make(token: str, **inputs: Any) -> Resource:
        made.append(plugin.create(f"aws:{token}", **inputs))
        return made[-1]

    vpc = make("ec2/vpc:Vpc", cidrBlock="10.91.0.0/16", tags=TAGS)
    subnet = make("ec2/subnet:Subnet", vpcId=vpc.id, cidrBlock="10.91.1.0/24", tags=TAGS)
    table = make("ec2/routeTable:RouteTable", vpcId=vpc.id, tags=TAGS)
    make("ec2/routeTableAssociation:RouteTableAssociation", subnetId=subnet.id, routeTableId=table.id)
    make("ec2/internetGateway:InternetGateway", vpcId=vpc.id, tags=TAGS)
    address = make("ec2/eip:Eip", domain="vpc", tags=TAGS)
    make("ec2/natGateway:NatGateway", subnetId=subnet.id, allocationId=address.id, tags=TAGS)
    group = make("ec2/securityGroup:SecurityGroup", name="looked-for", vpcId=vpc.id, tags=TAGS)
    make(
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        securityGroupId=group.id,
        ipProtocol="tcp",
        fromPort=443,
        toPort=443,
        cidrIpv4="10.0.0.0/8",
    )
    make("kms/key:Key", description="looked for", tags=TAGS)
    make("route53/zone:Zone", name="looked-for.example", comment="of this test", tags=TAGS)
    make("route53/healthCheck:HealthCheck", type="HTTPS", fqdn="looked-for.example", port=443, tags=TAGS)
    make("acm/certificate:Certificate", domainName="*.looked-for.example", validationMethod="DNS", tags=TAGS)
    make("sqs/queue:Queue", name="looked-for", tags=TAGS)
    make("secretsmanager/secret:Secret", name="looked-for", recoveryWindowInDays=0, tags=TAGS)
    make("ec2/launchTemplate:LaunchTemplate", name="looked-for", instanceType="m6i.large", tags=TAGS)
    make("lb/targetGroup:TargetGroup", name="looked-for", port=443, protocol="HTTPS", vpcId=vpc.id, tags=TAGS)
    make(
        "wafv2/webAcl:WebAcl",
        name="looked-for",
        scope="REGIONAL",
        defaultAction={"allow": {}},
        visibilityConfig={"cloudwatchMetricsEnabled": True, "metricName": "m", "sampledRequestsEnabled": True},
        tags=TAGS,
    )
    try:
        operations = [pending(each, each.id) for each in made]
        found = looked_up(aws, *operations)
        assert (found.drop, found.unknown) == ((), {})
        for each, operation in zip(made, operations, strict=True):
            read = plugin.found(each.token, found.adopt[operation.urn], each.inputs)
            assert read is not None, each.token
            assert read.id == each.id, each.token
        taken = tuple(each.id for each in made)
        assert {*looked_up(aws, *operations, taken=taken).drop} == {each.urn for each in operations}
    finally:
        for each in reversed(made):
            plugin.delete(each)
    assert {*looked_up(aws, *operations).drop} == {each.urn for each in operations}, "what is gone is not found"


def test_a_pod_identity_is_found_by_its_service_account(aws: AwsService) -> None:
    """Which localcloud's own part of EKS lists; there is no cluster here."""
    inputs = {"clusterName": "none", "namespace": "ns", "serviceAccount": "sa"}
    token = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
    operation = PendingOperation(kind="creating", urn="u", type=token, inputs=inputs, provider=f"{PROVIDER}::1")
    assert looked_up(aws, operation).drop == ("u",)


def test_two_that_look_alike_are_for_a_person_unless_two_were_asked_for(aws: AwsService, plugin: Plugin) -> None:
    first, second = (plugin.create("aws:ec2/eip:Eip", domain="vpc", tags=TAGS) for _ in range(2))
    try:
        one, other = pending(first, "one"), pending(first, "other")
        assert "in no state" in looked_up(aws, one).unknown[one.urn]
        assert looked_up(aws, one, taken=(second.id,)).adopt == {one.urn: first.id}
        both = looked_up(aws, one, other)
        assert {*both.adopt.values()} == {first.id, second.id}
        untold = pending(first, "one", tags={})
        assert "no tag" in looked_up(aws, untold, taken=(second.id,)).unknown[untold.urn]
    finally:
        plugin.delete(first)
        plugin.delete(second)


def test_another_account_or_no_aws_is_told_before_anything_is_changed(aws: AwsService) -> None:
    operation = PendingOperation(
        kind="creating",
        urn="urn:pulumi:s::p::aws:ec2/vpc:Vpc::net",
        type="aws:ec2/vpc:Vpc",
        inputs={"cidrBlock": "10.1.0.0/16"},
        provider=f"{PROVIDER}::1",
    )
    with pytest.raises(FleetError, match="are for the AWS account 123456789012, and the stack is in 210987654321"):
        Aws(deployment(aws.endpoint, allowedAccountIds='["210987654321"]')).look_up([operation], ())
    with pytest.raises(FleetError, match=r"cannot be asked whether net .*the same command goes on"):
        Aws(deployment("http://127.0.0.1:9")).look_up([operation], ())


def test_every_call_of_the_table_is_one_of_boto3() -> None:
    import boto3  # noqa: PLC0415

    for token, lookup in LOOKUPS.items():
        made = boto3.client(lookup.client, region_name="eu-central-1")
        assert hasattr(made, lookup.call), token
