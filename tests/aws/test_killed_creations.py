"""`kill -9` of the engine in the middle of creations at AWS: the next run takes over what was made, and makes what was
not; nothing is there twice, and nothing is left behind (issue 6, "bad days")."""

import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg
import pytest

from fleet.engine import Engine, Outcome
from fleet.stacks import Stack
from localcloud.aws import AwsService
from localcloud.aws.databases import authority
from tests.aws.conftest import REGION, AwsProject, client
from tests.aws.held_proxy import HeldProxy, When, holding
from tests.aws.plugin import Plugin
from tests.polling import until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("aws")]

PROGRAM = """
nothing = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
tags = {"tenantplane:environment": "killed", "Name": "killed"}
vpc = aws.ec2.Vpc("net", cidr_block="10.77.0.0/16", enable_dns_hostnames=True, tags=tags, opts=opts())
key = aws.kms.Key("key", description="killed", enable_key_rotation=True, tags=tags, opts=opts())
role = aws.iam.Role("role", assume_role_policy='{"Version": "2012-10-17", "Statement": []}', tags=tags, opts=opts())
bucket = aws.s3.Bucket("killed-bucket", bucket="killed-bucket", tags=tags, opts=opts())
queue = aws.sqs.Queue("queue", name="killed", tags=tags, opts=opts())
subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.77.1.0/24", tags=tags, opts=opts())
group = aws.ec2.SecurityGroup("group", name="killed", description="k", vpc_id=vpc.id, egress=[], tags=tags, opts=opts())
table = aws.ec2.RouteTable("table", vpc_id=vpc.id, tags=tags, opts=opts())
policy = aws.iam.RolePolicy("policy", role=role.name, name="own", policy=nothing, opts=opts())
versions = aws.s3.BucketVersioning("versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"},
                                   opts=opts())
aws.ec2.RouteTableAssociation("joined", subnet_id=subnet.id, route_table_id=table.id, opts=opts())
"""


class Killed:
    """The project, run by fleet's engine, with a proxy between its provider and AWS."""

    def __init__(self, project: AwsProject, proxy: HeldProxy, folder: Path) -> None:
        self.project, self.proxy = project, proxy
        ours = project.project
        self.engine = Engine(ours.program, ours.name, ours.environment, folder)
        file = ours.program / "Pulumi.dev.yaml"
        self.stack = Stack(name="dev", config=cast("Any", None), file=file, tenants=(), plan="")

    def killed_up(self, calls: Mapping[str, When], *, plugin: bool) -> None:
        """An update whose engine is killed while these calls are held. plugin: with its plugin."""
        self.proxy.hold(calls)
        outcomes: list[Outcome] = []
        running = threading.Thread(target=lambda: outcomes.append(self.up()))
        running.start()
        until(lambda: self.proxy.all_held() or not running.is_alive(), f"{set(calls)} are under way")
        assert self.proxy.all_held(), (self.proxy.held, outcomes)
        (engine,) = (each for each in psutil.Process().children() if each.name() == "pulumi")
        below = [each for each in engine.children() if "aws" in " ".join(each.cmdline())]
        assert {Path(each.cwd()) for each in below} == {self.engine.root.resolve()}, "by which its orphans are known"
        engine.send_signal(signal.SIGKILL)
        for each in below if plugin else ():
            os.kill(each.pid, signal.SIGKILL)
        running.join()
        assert outcomes[0].exit_code == -signal.SIGKILL

    def up(self) -> Outcome:
        """An update as `fleet up` runs it."""
        return self.engine.run("up", self.stack, lambda _: None)


@pytest.fixture
def killed(aws_project: AwsProject, tmp_path: Path) -> Iterator[Killed]:
    with holding(aws_project.service.endpoint) as proxy:
        aws_project.write(PROGRAM, endpoint=proxy.url)
        made = aws_project.project.plain("stack", "init", "dev")
        assert made.code == 0, made.text
        yield Killed(aws_project, proxy, tmp_path / "fleet")
    aws_project.destroyed = True  # it goes with the session's AWS, and its names are nobody else's


def test_what_was_made_is_taken_over_and_what_was_not_is_made(killed: Killed) -> None:
    # The plugin goes on by itself, and makes what it was at while the next run has begun already.
    killed.killed_up(
        {
            "CreateVpc": "after",
            "CreateRole": "after",
            "CreateKey": "before",
            "PUT /killed-bucket": "after",
            "CreateQueue": "before",
        },
        plugin=False,
    )
    threading.Timer(1, killed.proxy.release).start()
    killed.killed_up(
        {
            "CreateSubnet": "after",
            "CreateSecurityGroup": "after",
            "CreateRouteTable": "before",
            "PutRolePolicy": "after",
        },
        plugin=True,
    )
    killed.proxy.hold({})
    killed.proxy.release()
    done = killed.up()
    assert done.exit_code == 0, done.output
    assert any("half-way" in each for each in done.notes), done.notes
    same = killed.project.run("preview", "--expect-no-changes", "--refresh")
    assert same.code == 0, same.text
    assert counted(killed) == dict.fromkeys(counted(killed), 1)


@pytest.mark.cluster
def test_an_aurora_that_was_cut_short_is_a_server_to_whoever_looks_for_it(
    plugin: Plugin, aws: AwsService, state_dir: Path
) -> None:
    """RDS has the cluster, and its engine was killed before there was a server."""
    rds, token = client(aws, "rds"), "aws:rds/cluster:Cluster"
    asked = {"Engine": "aurora-postgresql", "MasterUsername": "tenantplane", "ManageMasterUserPassword": True}
    rds.create_db_cluster(DBClusterIdentifier="cut-short", DatabaseName="platform", **asked)
    inputs = plugin.check(
        token,
        {
            "clusterIdentifier": "cut-short",
            "engine": "aurora-postgresql",
            "databaseName": "platform",
            "masterUsername": "tenantplane",
            "manageMasterUserPassword": True,
            "skipFinalSnapshot": True,
        },
    )
    made = plugin.found(token, "cut-short", inputs)
    assert made is not None
    try:
        secret = client(aws, "secretsmanager").get_secret_value(SecretId=made["masterUserSecrets"][0]["secretArn"])
        login = json.loads(secret["SecretString"])
        with psycopg.connect(
            host=made["endpoint"],
            port=made["port"],
            dbname="platform",
            user=login["username"],
            password=login["password"],
            sslmode="verify-full",
            sslrootcert=str(authority("cut-short", REGION, state_dir)),
        ) as session:
            assert session.execute("SELECT current_user").fetchone() == ("tenantplane",)
    finally:
        plugin.delete(made)


def counted(killed: Killed) -> dict[str, int]:
    """What AWS has of each."""
    aws = killed.project.service
    ec2, ours = client(aws, "ec2"), [{"Name": "tag:Name", "Values": ["killed"]}]
    kms = client(aws, "kms")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    roles = client(aws, "iam").list_roles()["Roles"]
    tables = ec2.describe_route_tables(Filters=ours)["RouteTables"]
    return {
        "vpc": len(ec2.describe_vpcs(Filters=ours)["Vpcs"]),
        "subnet": len(ec2.describe_subnets(Filters=ours)["Subnets"]),
        "group": len(ec2.describe_security_groups(Filters=ours)["SecurityGroups"]),
        "table": len(tables),
        "association": sum(len(each["Associations"]) for each in tables),
        "key": sum(1 for each in keys if each["Description"] == "killed" and each["KeyState"] == "Enabled"),
        "role": sum(1 for each in roles if each["RoleName"].startswith("role-")),
        "bucket": sum(1 for each in client(aws, "s3").list_buckets()["Buckets"] if each["Name"] == "killed-bucket"),
        "queue": len(client(aws, "sqs").list_queues(QueueNamePrefix="killed").get("QueueUrls", [])),
    }
