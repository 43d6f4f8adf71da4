"""Audit logs that nobody removes: taken by a server with S3's API, judged by an evaluator of AWS's rules (G5)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from settings.audit import (
    audit_bucket,
    audit_bucket_policy,
    audit_lifecycle,
    object_lock,
    shipper_policy,
    vector_configuration,
)
from tests.storage.test_bucket_policies import ACCOUNT, ALL, KEY, MODERN, REGION, Judge, arn

BUCKET = audit_bucket("prod", REGION, ACCOUNT)
LOG = f"{BUCKET.arn}/main/2026/11/22/1.log.gz"
SHIPPER, ENGINE = "tenantplane-audit-shipper-main", "tenantplane-engine"
REMAINING, MODE = "s3:object-lock-remaining-retention-days", "s3:object-lock-mode"


@pytest.fixture
def s3() -> Iterator[Any]:
    """S3 with the bucket, locked."""
    with mock_aws():
        client = boto3.client("s3", region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none")
        client.create_bucket(
            Bucket=BUCKET.name,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=True,
        )
        client.put_object_lock_configuration(Bucket=BUCKET.name, ObjectLockConfiguration=object_lock())
        client.put_bucket_lifecycle_configuration(
            Bucket=BUCKET.name, LifecycleConfiguration={"Rules": audit_lifecycle()}
        )
        yield client


def test_a_log_is_locked_for_180_days_and_its_version_is_not_removed(s3: Any) -> None:
    assert s3.get_bucket_versioning(Bucket=BUCKET.name)["Status"] == "Enabled"
    version = s3.put_object(Bucket=BUCKET.name, Key="main/1.log.gz", Body=b"who did what")["VersionId"]
    kept = s3.head_object(Bucket=BUCKET.name, Key="main/1.log.gz", VersionId=version)
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    assert kept["ObjectLockRetainUntilDate"] > datetime.now(UTC) + timedelta(days=179)
    for bypass in (False, True):
        with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
            s3.delete_object(
                Bucket=BUCKET.name, Key="main/1.log.gz", VersionId=version, BypassGovernanceRetention=bypass
            )
    assert s3.get_object(Bucket=BUCKET.name, Key="main/1.log.gz", VersionId=version)["Body"].read() == b"who did what"
    # Last: the server goes by a policy's denials and not by their conditions, so that nobody may do anything then.
    policy = audit_bucket_policy(BUCKET, ACCOUNT)
    s3.put_bucket_policy(Bucket=BUCKET.name, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET.name)["Policy"]) == policy


def test_the_lifecycle_removes_nothing_before_its_time() -> None:
    (rule,) = audit_lifecycle()
    assert rule["Expiration"]["Days"] > 180


def asks(action: str, role: str = ENGINE, resource: str = LOG, own: Any = ALL, **context: str) -> dict[str, Any]:
    return {
        "request": {
            "principal": arn(role),
            "action": f"s3:{action}",
            "resource": {"resource": resource, "accountId": ACCOUNT},
            "contextVariables": {"aws:PrincipalArn": arn(role), **MODERN, **context},
        },
        "identityPolicies": [{"name": "own", "policy": own}],
        "resourcePolicy": audit_bucket_policy(BUCKET, ACCOUNT),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def test_the_shipper_adds_logs_of_its_cluster_and_does_nothing_else(judge: Judge) -> None:
    own = shipper_policy(BUCKET, "main", KEY)
    assert judge([asks("PutObject", SHIPPER, own=own)]) == ["Allowed"]
    elsewhere = LOG.replace("/main/", "/other/")
    asked = [asks(verb, SHIPPER, own=own) for verb in ("GetObject", "DeleteObject", "PutObjectRetention")]
    assert not {"Allowed"} & set(judge([*asked, asks("PutObject", SHIPPER, elsewhere, own)]))


@pytest.mark.parametrize("role", [SHIPPER, ENGINE, "admin"])
def test_nobody_removes_shortens_or_opens_whatever_the_role_allows(judge: Judge, role: str) -> None:
    reads = [asks("GetObject", role), asks("ListBucket", role, BUCKET.arn)]
    longer = asks("PutObjectRetention", role, **{REMAINING: "365", MODE: "COMPLIANCE"})
    assert judge([*reads, longer]) == ["Allowed"] * 3
    asked = [
        asks("DeleteObject", role),
        asks("DeleteObjectVersion", role),
        asks("BypassGovernanceRetention", role),
        asks("PutObjectLegalHold", role),
        asks("PutObjectRetention", role, **{REMAINING: "30", MODE: "COMPLIANCE"}),
        asks("PutObjectRetention", role, **{REMAINING: "365", MODE: "GOVERNANCE"}),
        asks("PutObject", SHIPPER, **{REMAINING: "1", MODE: "COMPLIANCE"}),
        asks("PutObject", SHIPPER, **{"s3:TlsVersion": "1.2"}),
        *(
            asks(verb, role, BUCKET.arn)
            for verb in ("DeleteBucket", "PutBucketVersioning", "PutBucketObjectLockConfiguration")
        ),
    ]
    assert set(judge(asked)) == {"ExplicitlyDenied"}


def test_the_shipper_alone_writes(judge: Judge) -> None:
    assert judge([asks("PutObject", SHIPPER)]) == ["Allowed"]
    assert set(judge([asks("PutObject", ENGINE), asks("PutObject", "tenant-acme")])) == {"ExplicitlyDenied"}


def test_each_statement_is_needed(judge: Judge) -> None:
    """Without it, what it is for is allowed."""
    tries = {
        "NothingIsRemoved": asks("DeleteObject"),
        "NobodyBypasses": asks("PutObjectLegalHold"),
        "NoShorterRetention": asks("PutObjectRetention", **{REMAINING: "30", MODE: "COMPLIANCE"}),
        "ComplianceOnly": asks("PutObjectRetention", **{REMAINING: "365", MODE: "GOVERNANCE"}),
        "ShipperWrites": asks("PutObject"),
        "BucketStays": asks("DeleteBucket", resource=BUCKET.arn),
        "ModernTlsOnly": asks("GetObject", **{"s3:TlsVersion": "1.2"}),
    }
    assert set(judge(list(tries.values()))) == {"ExplicitlyDenied"}
    for sid, request in tries.items():
        statements = request["resourcePolicy"]["Statement"]
        request["resourcePolicy"]["Statement"] = [each for each in statements if each["Sid"] != sid]
    assert set(judge(list(tries.values()))) == {"Allowed"}


def test_what_is_shipped_is_the_whole_log_to_that_bucket_with_its_key() -> None:
    made = vector_configuration("/var/log/kubernetes/audit.log", BUCKET, "main", KEY)
    assert made["sources"]["audit"]["include"] == [
        "/var/log/kubernetes/audit.log",
        "/var/log/kubernetes/audit-*.log",
    ]
    sink = made["sinks"]["kept"]
    assert (sink["bucket"], sink["region"], sink["ssekms_key_id"]) == (BUCKET.name, REGION, KEY)
    assert sink["key_prefix"].startswith("main/")
    assert sink["inputs"] == ["audit"]
    assert sink["buffer"]["when_full"] == "block"
