"""The bundled aws provider, run by the real engine (H1): plans, makes, changes, reads and removes."""

import shutil
from pathlib import Path

import pytest

from localcloud.aws import AwsService
from localcloud.stacks import forget_aws_stacks
from tests.aws.conftest import AwsProject, client

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("aws")]

NETWORK = """
vpc = aws.ec2.Vpc("vpc", cidr_block="10.20.0.0/16", enable_dns_hostnames=True, tags={"Name": "one"}, opts=opts())
zones = aws.get_availability_zones(state="available", opts=ask)
subnets = [
    aws.ec2.Subnet(f"subnet-{i}", vpc_id=vpc.id, cidr_block=f"10.20.{i}.0/24", availability_zone=zones.names[i],
                   tags={"tier": "private"}, opts=opts())
    for i in range(2)
]
gateway = aws.ec2.InternetGateway("gateway", vpc_id=vpc.id, opts=opts())
address = aws.ec2.Eip("address", domain="vpc", opts=opts(depends_on=[gateway]))
nat = aws.ec2.NatGateway("nat", subnet_id=subnets[0].id, allocation_id=address.allocation_id, opts=opts())
table = aws.ec2.RouteTable("table", vpc_id=vpc.id, opts=opts())
aws.ec2.Route("out", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", nat_gateway_id=nat.id, opts=opts())
aws.ec2.RouteTableAssociation("joined", route_table_id=table.id, subnet_id=subnets[1].id, opts=opts())
aws.ec2.VpcEndpoint("s3", vpc_id=vpc.id, service_name="com.amazonaws.eu-central-1.s3", route_table_ids=[table.id],
                    opts=opts())
trust = aws.iam.get_policy_document(statements=[{
    "actions": ["sts:AssumeRole"],
    "principals": [{"type": "Service", "identifiers": ["vpc-flow-logs.amazonaws.com"]}],
}], opts=ask)
role = aws.iam.Role("flow", assume_role_policy=trust.json, description="flow logs", opts=opts())
policy = aws.iam.Policy("writes", policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"}]}), opts=opts())
aws.iam.RolePolicyAttachment("attached", role=role.name, policy_arn=policy.arn, opts=opts())
aws.iam.RolePolicy("inline", role=role.id, policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": "*"}]}), opts=opts())
key = aws.kms.Key("key", description="of tests", enable_key_rotation=True, deletion_window_in_days=7, opts=opts())
aws.kms.Alias("named", name="alias/of-tests", target_key_id=key.key_id, opts=opts())
bucket = aws.s3.Bucket("logs", object_lock_enabled=True, force_destroy=True, tags={"holds": "audit"}, opts=opts())
aws.s3.BucketVersioning("versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=opts())
aws.s3.BucketServerSideEncryptionConfiguration("encrypted", bucket=bucket.id, rules=[{
    "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
    "bucket_key_enabled": True}], opts=opts())
aws.s3.BucketPublicAccessBlock("closed", bucket=bucket.id, block_public_acls=True, block_public_policy=True,
    ignore_public_acls=True, restrict_public_buckets=True, opts=opts())
aws.s3.BucketObjectLockConfiguration("locked", bucket=bucket.id, rule={"default_retention": {
    "mode": "COMPLIANCE", "days": 30}}, opts=opts())
aws.s3.BucketLifecycleConfiguration("expires", bucket=bucket.id, rules=[{"id": "old", "status": "Enabled",
    "filter": {"prefix": ""}, "expiration": {"days": 400}}], opts=opts())
pulumi.export("account", aws.get_caller_identity(opts=ask).account_id)
"""


CHANGES = {
    'tags={"Name": "one"}': 'tags={"Name": "two"}',  # in place
    'cidr_block=f"10.20.{i}.0/24"': 'cidr_block=f"10.20.{i * 8}.0/24"',  # another second subnet
    'description="of tests"': 'description="of these tests"',
}
IMPORT = """
aws.sqs.Queue("found", name="found", message_retention_seconds=600, visibility_timeout_seconds=30,
              opts=opts(import_=URL))
"""


def _copy(backend: Path, state: Path) -> Path:
    """A state directory with the backend's stacks."""
    shutil.copytree(backend, state / "state")
    return state


def test_a_program_of_many_types_is_made_changed_and_removed(aws_project: AwsProject, aws: AwsService) -> None:
    made = aws_project.write(NETWORK).up()
    assert len(made.steps) > 20
    ec2, iam = client(aws, "ec2"), client(aws, "iam")
    vpc = aws_project.resource("vpc")["id"]
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"] == "10.20.0.0/16"
    role = aws_project.outputs("flow")["name"]
    assert role.startswith("flow-")  # as the official provider names what has no name

    # Outside of Pulumi: somebody changes a role, and makes a queue.
    iam.update_role(RoleName=role, Description="changed by hand")
    url = client(aws, "sqs").create_queue(QueueName="found", Attributes={"MessageRetentionPeriod": "600"})["QueueUrl"]
    program = NETWORK + IMPORT.replace("URL", repr(url))
    for old, new in CHANGES.items():
        program = program.replace(old, new)
    changed = aws_project.write(program).run("up", "--refresh")
    assert changed.code == 0, changed.text
    assert changed.replaced_for["subnet-1"] == ["cidrBlock"]
    assert iam.get_role(RoleName=role)["Role"]["Description"] == "flow logs"
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"] == [{"Key": "Name", "Value": "two"}]
    assert aws_project.resource("found")["id"] == url

    again = aws_project.run("preview")
    assert set(again.steps.values()) == {"same"}, again.text

    # A checkpoint that outlives its AWS would be worse than none; this one does not, and is left where it is.
    backend = aws_project.project.directory / "backend"
    assert forget_aws_stacks(_copy(backend, aws_project.project.directory / "copied")) == ("dev",)

    gone = aws_project.run("destroy")
    assert gone.code == 0, gone.text
    aws_project.destroyed = True
    assert not ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Vpcs"]
