"""The local AWS keeps what it knows, whichever way its server ends (H1)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from localcloud.aws import AwsService, pause_aws, start_aws, stop_aws
from localcloud.aws.layout import AwsLayout
from localcloud.controlplane import process
from tests.aws.conftest import client
from tests.aws.plugin import Plugin
from tests.aws.test_kinds import BASE, World


@pytest.fixture
def service(tmp_path: Path) -> Iterator[AwsService]:
    yield start_aws(tmp_path)
    stop_aws(tmp_path)


def _process(state_dir: Path) -> psutil.Process:
    found = process.recorded(AwsLayout(state_dir).record)
    assert found is not None
    return found[0]


def test_a_restart_loses_nothing_and_changes_no_id(service: AwsService, tmp_path: Path) -> None:
    kms, s3, sqs = client(service, "kms"), client(service, "s3"), client(service, "sqs")
    vpc = client(service, "ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"kept")["CiphertextBlob"]
    s3.create_bucket(Bucket="kept-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="kept-bucket", Key="a/b", Body=b"content")
    sqs.create_queue(QueueName="kept")
    rds, secrets = client(service, "rds"), client(service, "secretsmanager")
    asked = {"DBClusterIdentifier": "kept", "Engine": "aurora-postgresql", "MasterUsername": "kept"}
    cluster = rds.create_db_cluster(**asked, ManageMasterUserPassword=True)["DBCluster"]
    master = cluster["MasterUserSecret"]["SecretArn"]
    secrets.rotate_secret(SecretId=master)
    turned = secrets.get_secret_value(SecretId=master)["SecretString"]

    killed = _process(tmp_path)
    killed.kill()  # kill -9: nothing was saved yet, so the journal is replayed
    killed.wait()
    assert start_aws(tmp_path).endpoint == service.endpoint
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"kept"
    assert secrets.get_secret_value(SecretId=master)["SecretString"] == turned
    second = client(service, "ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]

    assert pause_aws(tmp_path)  # in good order: a snapshot is taken
    memory = AwsLayout(tmp_path).memory
    assert [file.name for file in memory.iterdir()] == ["snapshot.pickle"]
    start_aws(tmp_path)
    found = {each["VpcId"] for each in client(service, "ec2").describe_vpcs(VpcIds=[vpc, second])["Vpcs"]}
    assert found == {vpc, second}
    assert s3.get_object(Bucket="kept-bucket", Key="a/b")["Body"].read() == b"content"
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"kept"
    assert sqs.list_queues(QueueNamePrefix="kept")["QueueUrls"]
    assert secrets.get_secret_value(SecretId=master)["SecretString"] == turned
    arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"  # AWS's own policies are there
    assert client(service, "iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn
    with pytest.raises(ClientError, match="BucketAlreadyOwnedByYou"):
        s3.create_bucket(Bucket="kept-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def test_every_type_survives_a_restart_in_good_order(service: AwsService, tmp_path: Path) -> None:
    """What moto keeps of each type can be pickled."""
    world = World(Plugin(service.endpoint))
    for name in BASE:
        world.get(name)
    assert pause_aws(tmp_path)
    log = AwsLayout(tmp_path).log.read_text()
    assert "no snapshot" not in log
    assert [file.name for file in AwsLayout(tmp_path).memory.iterdir()] == ["snapshot.pickle"]
    start_aws(tmp_path)
    assert not [name for name, one in world.made.items() if one.again() is None]


@pytest.mark.parametrize(
    "module", ["localcloud.aws", "localcloud.aws.databases", "localcloud.aws.clusters", "localcloud.aws.kinds"]
)
def test_each_module_can_be_the_first(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_listens_on_loopback_only_and_ends_without_a_trace(service: AwsService, tmp_path: Path) -> None:
    running = _process(tmp_path)
    addresses = {each.laddr.ip for each in running.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}
    assert stop_aws(tmp_path)
    assert not running.is_running()
    assert not AwsLayout(tmp_path).directory.exists()
    assert not stop_aws(tmp_path)
