"""An Aurora cluster is a real PostgreSQL server with the user and the database asked for (F1, H1)."""

import json
from pathlib import Path

import psycopg
import pytest

from localcloud.aws import AwsService
from localcloud.aws.databases import authority
from tests.aws.conftest import REGION, client
from tests.aws.plugin import Plugin, Refused, Resource, changes

pytestmark = pytest.mark.xdist_group("aws")  # names that are taken once

CLUSTER, INSTANCE = "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"
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


def test_another_engine_is_refused(plugin: Plugin) -> None:
    with pytest.raises(
        Refused, match="engine: aurora-mysql is asked for, and the servers of this machine are PostgreSQL"
    ):
        plugin.check(CLUSTER, {**SETTINGS, "engine": "aurora-mysql"})
