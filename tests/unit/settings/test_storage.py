"""Classes of volumes, schedules of their copies, buckets and keys, as pure data (F4, F5, F6, B1)."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import Catalogue, load_catalogue, names
from settings.storage import (
    bucket_of,
    bucket_policy,
    cron,
    shared_bucket,
    snapshot_parameters,
    storage_class,
)
from settings.storage.buckets import LONGEST_NAME
from settings.volume import EVERY_HOURS, ClusterStorage, SnapshotSchedule
from tests.unit.settings import golden_storage
from tests.unit.settings.golden_storage import ACCOUNT, KEY, REGION

IDS = st.from_regex(names.ID_PATTERN, fullmatch=True).filter(lambda text: names.id_problem(text) is None)


@pytest.fixture(scope="module")
def local() -> Catalogue:
    return load_catalogue(Path("catalog"), "local")


def test_every_tier_has_an_encrypted_class_with_the_cluster_s_key(local: Catalogue) -> None:
    for tier in local.tiers.values():
        made = storage_class(ClusterStorage(driver="ebs", key=KEY), tier)
        assert made.name == f"tenantplane-{tier.id}"
        assert made.parameters["encrypted"] == "true"
        assert made.parameters["kmsKeyId"] == KEY
        assert "kmsKeyId" not in storage_class(ClusterStorage(driver="ebs"), tier).parameters
    fast = storage_class(ClusterStorage(driver="ebs"), local.tiers["enterprise"])
    assert fast.parameters["throughput"] == "500"


def test_volumes_and_copies_are_tagged_with_their_tenant(local: Catalogue) -> None:
    """The driver's template: cut after `tenant-`, then the first field between double hyphens."""
    volume = storage_class(ClusterStorage(driver="ebs"), local.tiers["free"]).parameters
    assert volume["tagSpecification_1"] == 'tenant={{ slice .PVCNamespace 7 | field "--" 0 }}'
    assert snapshot_parameters()["tagSpecification_1"].startswith("tenant={{ slice .VolumeSnapshotNamespace 7 ")
    for namespace in (names.namespace("acme-edu"), names.child_namespace("acme-edu", "staging")):
        assert namespace[7:].split("--")[0] == "acme-edu"


@given(every=st.sampled_from(EVERY_HOURS), tier=st.text("abcdefgh-", min_size=1, max_size=20))
def test_a_schedule_comes_round_as_often_as_it_says_over_midnight_too(every: int, tier: str) -> None:
    minute, hours, *rest = cron(SnapshotSchedule(every_hours=every), tier).split()
    assert rest == ["*", "*", "*"]
    assert 0 <= int(minute) < 60
    times = [int(hour) for hour in hours.split(",")]
    assert len(times) == 24 // every
    assert {later - earlier for earlier, later in pairwise([*times, times[0] + 24])} == {every}


@given(tenant=IDS, other=IDS, environment=st.from_regex(names.ENVIRONMENT_PATTERN, fullmatch=True))
def test_buckets_have_names_that_s3_takes_and_no_two_tenants_share(tenant: str, other: str, environment: str) -> None:
    own = bucket_of(tenant, "database", environment, "ap-southeast-1", ACCOUNT)
    assert 3 <= len(own.name) <= LONGEST_NAME
    assert own.name.strip("-").replace("-", "").isalnum()
    assert own.name == own.name.lower()
    assert own.prefix == ""
    if tenant != other:
        assert bucket_of(other, "database", environment, "ap-southeast-1", ACCOUNT).name != own.name
        mine = bucket_of(tenant, "shared", environment, REGION, ACCOUNT)
        theirs = bucket_of(other, "shared", environment, REGION, ACCOUNT)
        assert mine.name == theirs.name == shared_bucket(environment, REGION, ACCOUNT).name
        assert not mine.prefix.startswith(theirs.prefix)


def test_every_statement_of_a_bucket_denies_and_none_allows() -> None:
    for isolation in ("database", "shared"):
        bucket = bucket_of("acme", isolation, "prod", REGION, ACCOUNT)
        assert {each["Effect"] for each in bucket_policy(bucket, ACCOUNT, KEY)["Statement"]} == {"Deny"}


def test_what_aws_is_told_is_as_reviewed() -> None:
    hint = "read the difference, then `python -m tests.unit.settings.golden_storage`"
    assert golden_storage.document() == golden_storage.FILE.read_text(), hint
