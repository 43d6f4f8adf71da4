"""An Aurora cluster is a real PostgreSQL server with the user and the database asked for (F1, H1)."""

import json
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from localcloud.aws import AwsService
from localcloud.aws.databases import authority
from localcloud.aws.server.rds import Schedule
from tests.aws.conftest import REGION, client
from tests.aws.plugin import Plugin, Refused, Resource, changes

pytestmark = pytest.mark.xdist_group("aws")  # names that are taken once

CLUSTER, INSTANCE = "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:turn"
DAY_S = 86_400
SETTINGS = {"engine": "aurora-postgresql", "engineVersion": "16.6", "databaseName": "platform", "port": 5432}


def session(one: Resource, user: str, password: str, state_dir: Path) -> psycopg.Connection:
    return psycopg.connect(
        host=one["endpoint"],
        port=one["port"],
        dbname="platform",
        user=user,
        password=password,
        sslmode="verify-full",
        sslrootcert=str(authority(one.id, REGION, state_dir)),
        autocommit=True,
    )


@pytest.mark.cluster
def test_a_cluster_is_a_server_and_goes_with_its_data(plugin: Plugin, aws: AwsService, state_dir: Path) -> None:
    inputs = {
        **SETTINGS,
        "clusterIdentifier": "rds-test",
        "masterUsername": "tenantplane",
        "manageMasterUserPassword": True,
        "storageEncrypted": True,
        "deletionProtection": True,
        "skipFinalSnapshot": False,
        "finalSnapshotIdentifier": "rds-test-last",
        "tags": {"tier": "test"},
    }
    made = plugin.create(CLUSTER, **inputs)
    assert made["endpoint"] == "127.0.0.1"
    secret = client(aws, "secretsmanager").get_secret_value(SecretId=made["masterUserSecrets"][0]["secretArn"])
    login = json.loads(secret["SecretString"])
    assert login["username"] == "tenantplane"
    with session(made, user=login["username"], password=login["password"], state_dir=state_dir) as one:
        one.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        assert one.execute("SELECT n FROM kept").fetchone() == (7,)
        rights = one.execute("SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'tenantplane'").fetchone()
        assert rights == (False, True)
    _is_turned(plugin, aws, made, state_dir)
    instance = plugin.create(
        INSTANCE,
        identifier="rds-test-0",
        clusterIdentifier="rds-test",
        engine="aurora-postgresql",
        instanceClass="db.r6g.large",
    )
    assert instance["endpoint"] == made["endpoint"]

    again = made.again()
    assert again is not None
    assert not changes(plugin.diff(again, inputs))
    assert changes(plugin.diff(made, {**inputs, "databaseName": "other"})) == {"databaseName": True}
    with pytest.raises(Refused, match="protection"):
        plugin.delete(made)
    plugin.delete(instance)
    assert instance.again() is None
    open_to_deletion = plugin.update(made, **{**inputs, "deletionProtection": False})
    plugin.delete(open_to_deletion)
    assert made.again() is None
    assert not authority("rds-test", REGION, state_dir).exists()
    found = client(aws, "rds").describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="rds-test-last")
    assert found["DBClusterSnapshots"][0]["Status"] == "available"
    with pytest.raises(psycopg.OperationalError):
        session(made, login["username"], login["password"], state_dir)


def _is_turned(plugin: Plugin, aws: AwsService, server: Resource, state_dir: Path) -> None:
    """Its master's password: not by the schedule itself, at once where that is asked for, and when the day has come."""
    asked, arn = client(aws, "secretsmanager"), server["masterUserSecrets"][0]["secretArn"]

    def password() -> str:
        return str(json.loads(asked.get_secret_value(SecretId=arn)["SecretString"])["password"])

    def lets_in(held: str) -> bool:
        try:
            session(server, "tenantplane", held, state_dir).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise
            return False
        return True

    first, found = password(), asked.describe_secret(SecretId=arn)
    assert (found["RotationEnabled"], found["RotationRules"]["AutomaticallyAfterDays"]) == (True, 7), "as RDS has it"
    inputs = {"secretId": arn, "rotationRules": {"automaticallyAfterDays": 30}, "rotateImmediately": False}
    rotation = plugin.create(ROTATION, **inputs)
    assert asked.describe_secret(SecretId=arn)["RotationRules"]["AutomaticallyAfterDays"] == 30
    assert not changes(plugin.diff(rotation, inputs))
    again = rotation.again()
    assert again is not None
    assert not changes(plugin.diff(again, inputs)), again.inputs
    assert password() == first
    assert lets_in(first)

    sooner = {**inputs, "rotationRules": {"automaticallyAfterDays": 14}, "rotateImmediately": True}
    assert not any(changes(plugin.diff(rotation, sooner)).values()), "in place"
    rotation = plugin.update(rotation, **sooner)
    second = password()
    assert (lets_in(first), lets_in(second)) == (False, True)

    schedule = Schedule(aws.endpoint)
    assert arn not in schedule.turn_due(REGION, time.time() + 13 * DAY_S)
    assert password() == second
    assert arn in schedule.turn_due(REGION, time.time() + 15 * DAY_S)
    assert (lets_in(second), lets_in(password())) == (False, True)

    plugin.delete(rotation)
    assert rotation.again() is None
    assert arn not in schedule.turn_due(REGION, time.time() + 15 * DAY_S)
    with pytest.raises(ClientError, match="managed by rds"):
        asked.rotate_secret(SecretId=arn, RotationLambdaARN=FUNCTION)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rotationLambdaArn": FUNCTION}, "rotationLambdaArn is not carried out"),
        ({"rotationRules": {"automaticallyAfterDays": 0}}, "automaticallyAfterDays: 0 is out of range"),
        ({"rotationRules": {"automaticallyAfterDays": 1001}}, "1001 is out of range; allowed: 1 to 1000"),
        ({"rotationRules": {"scheduleExpression": "rate(4 hours)"}}, "knows automaticallyAfterDays and no windows"),
        ({"rotationEnabled": False}, "rotationEnabled is not carried out"),
    ],
)
def test_a_rotation_that_the_local_aws_does_not_carry_out_is_refused(
    plugin: Plugin, changed: dict[str, Any], said: str
) -> None:
    good = {"secretId": "some", "rotationRules": {"automaticallyAfterDays": 30}}
    plugin.check(ROTATION, good)
    with pytest.raises(Refused, match=said):
        plugin.check(ROTATION, {**good, **changed})


def test_a_secret_that_no_service_manages_is_not_turned_without_a_function(plugin: Plugin, aws: AwsService) -> None:
    secret = plugin.create("aws:secretsmanager/secret:Secret", name="turned-by-nobody", recoveryWindowInDays=0)
    with pytest.raises(ClientError, match="No Lambda rotation function ARN"):
        client(aws, "secretsmanager").rotate_secret(SecretId=secret.id)
    plugin.delete(secret)


def test_another_engine_is_refused(plugin: Plugin) -> None:
    with pytest.raises(
        Refused, match="engine: aurora-mysql is asked for, and the servers of this machine are PostgreSQL"
    ):
        plugin.check(CLUSTER, {**SETTINGS, "engine": "aurora-mysql"})
