"""The documents of buckets and keys, taken by AWS's own client and a server that speaks its API (F4, F5).

moto checks shapes, names and that a key rotates; who is let in, is judged in test_bucket_policies.
"""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from settings.fields import DataIsolation
from settings.storage import bucket_of, bucket_policy, lifecycle_rules, service_key, tenant_key
from settings.volume import KeyRotation

ACCOUNT, REGION = "123456789012", "eu-central-1"


@pytest.fixture
def region() -> Iterator[str]:
    with mock_aws():
        yield REGION


@pytest.mark.parametrize("isolation", ["database", "shared"])
@pytest.mark.usefixtures("region")
def test_a_bucket_takes_its_policy_its_key_and_its_rules(isolation: DataIsolation) -> None:
    bucket = bucket_of("acme", isolation, "prod", REGION, ACCOUNT)
    s3 = boto3.client("s3", region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
    s3.create_bucket(Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": bucket.region})
    key = "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
    policy = bucket_policy(bucket, ACCOUNT, key)
    s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(policy))
    s3.put_bucket_lifecycle_configuration(Bucket=bucket.name, LifecycleConfiguration={"Rules": lifecycle_rules()})
    assert json.loads(s3.get_bucket_policy(Bucket=bucket.name)["Policy"]) == policy
    assert s3.get_bucket_location(Bucket=bucket.name)["LocationConstraint"] == REGION
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket.name)["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert "Expiration" not in rule


@pytest.mark.parametrize("tenant", [True, False])
@pytest.mark.usefixtures("region")
def test_a_key_takes_its_policy_and_is_turned(tenant: bool) -> None:
    made = (tenant_key("acme", "team", "prod", ACCOUNT, KeyRotation()) if tenant
            else service_key("volumes", "prod", ACCOUNT, KeyRotation()))  # fmt: skip
    kms = boto3.client("kms", region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
    tags = [{"TagKey": key, "TagValue": value} for key, value in made.tags.items()]
    key = kms.create_key(Description=made.description, Policy=json.dumps(made.policy), Tags=tags)["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=made.rotation_days)
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert status["KeyRotationEnabled"] is True  # moto forgets the period; a policy holds it (tests/unit/policies)
    assert kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=made.deletion_days)
