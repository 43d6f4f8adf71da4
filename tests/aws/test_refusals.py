"""What the bundled aws provider and the local AWS refuse, and in which words (H1)."""

from typing import Any

import pytest

from localcloud.aws import AwsService
from localcloud.errors import LocalcloudError
from tests.aws.plugin import Plugin, Refused

pytestmark = pytest.mark.xdist_group("aws")  # names that are taken once

EMPTY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.mark.parametrize(
    ("token", "inputs", "words"),
    [
        ("ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"a": 1}}, 'tags["a"] must be a string, not a number'),
        ("ec2/vpc:Vpc", {"cidrBlocks": ["10.0.0.0/16"]}, "cidrBlocks is not a property; allowed: assignGenerated"),
        ("ec2/subnet:Subnet", {}, "aws:ec2/subnet:Subnet: vpcId is required and missing"),
        ("kms/key:Key", {"multiRegion": "yes"}, "multiRegion must be a boolean, not a string"),
        (
            "s3/bucketVersioning:BucketVersioning",
            {"bucket": "b", "versioningConfiguration": {"state": "Enabled"}},
            "versioningConfiguration.status is required and missing\n"
            "aws:s3/bucketVersioning:BucketVersioning: versioningConfiguration.state is not a property",
        ),
        ("iam/role:Role", {"assumeRolePolicy": 3}, "assumeRolePolicy must be a string or an object, not a number"),
        (
            "ec2/vpcEndpoint:VpcEndpoint",
            {"vpcId": "vpc-1", "serviceName": "s3", "autoAccept": True},
            "autoAccept is not carried out by the local aws provider",
        ),
        ("ec2/instance:Instance", {}, "the local aws provider has no aws:ec2/instance:Instance, and makes nothing up"),
        ("ec2/moon:Moon", {"phase": "full"}, "pulumi-aws has no resource type aws:ec2/moon:Moon"),
    ],
)
def test_a_mistake_is_refused_with_its_path(plugin: Plugin, token: str, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as refused:
        plugin.check(f"aws:{token}", inputs)
    assert words in str(refused.value)


def test_every_mistake_is_named_at_once(plugin: Plugin) -> None:
    with pytest.raises(Refused) as refused:
        plugin.check("aws:ec2/subnet:Subnet", {"cidrBlock": 1, "zone": "a"})
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("token", "inputs", "code"),
    [
        ("ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/33"}, "InvalidParameterValue"),
        ("ec2/subnet:Subnet", {"vpcId": "vpc-0123456789abcdef0", "cidrBlock": "10.0.0.0/24"}, "InvalidVpcID.NotFound"),
        (
            "iam/policy:Policy",
            {"policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe"}]}'},
            "MalformedPolicyDocument",
        ),
        ("iam/rolePolicy:RolePolicy", {"role": "nobody", "policy": EMPTY}, "NoSuchEntity"),
        ("s3/bucket:Bucket", {"bucket": "ab"}, "InvalidBucketName"),
        ("kms/alias:Alias", {"name": "alias/none", "targetKeyId": "no-key"}, "NotFoundException"),
    ],
)  # fmt: skip
def test_aws_refuses_what_it_would_refuse(plugin: Plugin, token: str, inputs: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        plugin.create(f"aws:{token}", **inputs)
    assert f"creating aws:{token}: " in str(refused.value)
    assert f": {code}: " in str(refused.value)
    assert refused.value.partial is None


def test_a_name_can_be_had_once(plugin: Plugin) -> None:
    one = plugin.create("aws:iam/role:Role", name="had-once", assumeRolePolicy=EMPTY)
    with pytest.raises(Refused, match="EntityAlreadyExists"):
        plugin.create("aws:iam/role:Role", name="had-once", assumeRolePolicy=EMPTY)
    plugin.delete(one)


def test_nothing_off_this_machine_is_talked_to(aws: AwsService) -> None:
    for endpoint in ("https://ec2.eu-central-1.amazonaws.com", "http://10.0.0.1:80", "http://localhost.example"):
        with pytest.raises(Refused, match="only talks to an address such as"):
            Plugin(endpoint)


def test_without_a_region_or_a_server_the_message_says_what_to_do(
    aws: AwsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refused, match="needs a region"):
        Plugin(aws.endpoint, region="")
    monkeypatch.setattr("localcloud.aws.provider.configuration.running_aws", lambda: None)
    with pytest.raises(Refused, match="python -m localcloud aws start"):
        Plugin("")


def test_another_account_than_the_programs_is_refused(aws: AwsService) -> None:
    Plugin(aws.endpoint, allowedAccountIds=["123456789012"])
    with pytest.raises(Refused, match="the local AWS is account 123456789012, and the program allows 210987654321"):
        Plugin(aws.endpoint, allowedAccountIds=["210987654321"])


def test_tags_of_the_provider_are_on_everything_that_has_tags(aws: AwsService) -> None:
    plugin = Plugin(aws.endpoint, defaultTags={"tags": {"owner": "platform", "env": "test"}})
    made = plugin.create("aws:ec2/vpc:Vpc", cidrBlock="10.72.0.0/16", tags={"env": "own"})
    assert made["tags"] == {"owner": "platform", "env": "own"}
    other = Plugin(aws.endpoint, defaultTags={"tags": {"owner": "somebody"}})
    assert list(other.diff(made, {"cidrBlock": "10.72.0.0/16", "tags": {"env": "own"}}).diffs) == ["tags"]
    plugin.delete(made)


def test_a_function_that_is_not_there_is_refused(plugin: Plugin) -> None:
    with pytest.raises(Refused, match="aws:ec2/getMoon:getMoon is not among the local aws provider's functions"):
        plugin.invoke("aws:ec2/getMoon:getMoon")


def test_the_helper_for_programs_refuses_other_machines() -> None:
    from localcloud.aws.arguments import provider_arguments  # noqa: PLC0415

    with pytest.raises(LocalcloudError, match="the official plugin"):
        provider_arguments("https://eu-central-1.amazonaws.com", "eu-central-1")
