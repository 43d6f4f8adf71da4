"""A replacement of what holds data can never look harmless, whatever else a change does (I2, A7)."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.events import TENANT_TYPE, Change
from fleet.preview.compare import compare
from fleet.preview.danger import GUARDS_DATA, HOLDS_DATA, HOLDS_NONE, UNPROTECTED, kind_of, level_of
from fleet.preview.markdown import markdown
from fleet.preview.offline_provider import OfflineProviders
from fleet.preview.review import Review
from fleet.preview.sheet import LIMIT
from tests.preview.project import ROOT, SideHere

DATABASES_AND_NAMESPACES = (
    "kubernetes:core/v1:Namespace",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    "kubernetes:postgresql.cnpg.io/v1:Database",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
)
_VERSIONS = st.sampled_from(["v1", "v1beta1", "v1alpha1", "v2", "v3"])


def _token(kind: str, version: str) -> str:
    """A type token of a kind, with a version where tokens have one."""
    package, group, name = kind.split(":")
    if package == "kubernetes":
        return f"{package}:{group}/{version}:{name}"
    return f"{package}:{group}/{name[0].lower()}{name[1:]}:{name}" if package in ("aws", "random") else kind


def change(token: str, op: Any, **more: Any) -> Change:
    """A change of a resource of tenant acme."""
    urn = f"urn:pulumi:local::tenantplane::{token}::{more.pop('name', 'it')}"
    return Change(
        op=op, urn=urn, tenant=more.pop("tenant", "acme"), paths=more.pop("paths", {}), old={}, new={}, **more
    )


def review(*changes: Change, **more: Any) -> Review:
    """A review of nothing but these changes."""
    return Review(environment="local", base="0123456789ab", live=False, stacks=["local"], changes=changes, **more)


data_tokens = st.builds(_token, st.sampled_from(sorted(HOLDS_DATA)), _VERSIONS)
unknown_tokens = st.from_regex(
    r"(kubernetes|aws|azure):[a-z.]{3,20}/[a-z0-9]{2,8}:[A-Z][a-z]{3,12}", fullmatch=True
).filter(lambda token: kind_of(token) not in HOLDS_NONE)
harmless = st.builds(
    change,
    st.builds(_token, st.sampled_from(sorted(HOLDS_NONE)), _VERSIONS),
    st.sampled_from(["create", "update", "replace", "delete"]),
    name=st.text(max_size=300),
    tenant=st.sampled_from(["acme", "bolt", ""]),
    paths=st.dictionaries(st.text(max_size=80), st.sampled_from(["add", "update", "delete"]), max_size=5),
)


@given(
    token=data_tokens | unknown_tokens,
    op=st.sampled_from(["replace", "delete"]),
    paths=st.dictionaries(st.text(max_size=30), st.sampled_from(["update", "update-replace", "add"]), max_size=4),
    flags=st.fixed_dictionaries({"protected": st.booleans(), "retained": st.booleans()}),
    around=st.tuples(st.lists(harmless, max_size=4), st.lists(harmless, max_size=4)),
)
def test_what_holds_data_never_goes_unseen(
    token: str, op: Any, paths: dict[str, str], flags: dict[str, bool], around: tuple[list[Change], list[Change]]
) -> None:
    lost = change(token, op, name="precious", paths=paths, **flags)
    made = review(*around[0], lost, *around[1])
    assert made.verdict == "needs approval"
    assert made.exit_code == 3
    assert [each.change for each in made.at("data loss") if each.change.name == "precious"] == [lost]
    text = markdown(made)
    before_the_fold, _, _ = text.partition("<details>")
    assert "needs approval" in text.splitlines()[1]
    assert "### Data loss" in before_the_fold
    assert re.search(r"`acme` (replaces|deletes) `+ ?(Provider )?\w+ precious", before_the_fold)


@settings(max_examples=10)
@given(number=st.integers(1, 400), length=st.integers(0, 2000))
def test_it_is_said_first_and_counted_however_large_the_change_is(number: int, length: int) -> None:
    changes = [
        change("kubernetes:core/v1:Namespace", "replace", name=f"{'n' * length}-{each}") for each in range(number)
    ]
    text = markdown(review(*changes))
    assert len(text) < LIMIT <= 64_000
    assert f"### Data loss ({number})" in text
    told = text.count("\n- `acme` replaces")
    left = re.search(r"and ([\d,]+) more entr", text.partition("### Everything")[0])
    assert told + (int(left[1].replace(",", "")) if left else 0) == number


@pytest.mark.parametrize("token", DATABASES_AND_NAMESPACES)
def test_databases_and_namespaces_are_in_the_table(token: str) -> None:
    assert kind_of(token) in HOLDS_DATA


def test_every_kind_that_the_program_makes_is_in_the_table() -> None:
    """A new component's kinds count as data until somebody has thought about it."""
    missing: set[str] = set()
    # The other stacks of staging are made of the same components.
    for environment, chosen in (
        ("local", ("local",)),
        ("staging", ("staging-eu-central-1-foundation", "staging-enterprise-platform", "staging-enterprise-0")),
    ):
        side = SideHere(ROOT, environment)
        made: list[dict[str, Any]] = []
        try:
            assert {*chosen} <= {*side.describe()["stacks"]}
            for stack in chosen:
                one = side.render(stack, None, "salt")
                assert len(one) > 10
                made += one
        finally:
            side.close()
        missing |= {kind_of(each["type"]) for each in made if each["custom"]} - {*HOLDS_DATA} - HOLDS_NONE
        protected = {kind_of(each["type"]) for each in made if each["protect"]}
        assert protected <= {*HOLDS_DATA} | GUARDS_DATA, "what the program protects holds data, or guards some"
    assert not missing, "say in fleet/preview/danger.py whether these hold data"
    assert not {*HOLDS_DATA} & HOLDS_NONE


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (change("kubernetes:apps/v1:Deployment", "replace"), "replacement"),
        (change("kubernetes:apps/v1:Deployment", "delete"), "deletion"),
        (change("kubernetes:apps/v1:Deployment", "delete", protected=True), "data loss"),
        (change("kubernetes:core/v1:Namespace", "update"), "other"),
        (change("kubernetes:core/v1:Namespace", "update", paths={UNPROTECTED: "update"}), "data loss"),
        (change("kubernetes:core/v1:Namespace", "create"), "other"),
        (change("aws:rds/cluster:Cluster", "update", paths={"engine": "update-unsure"}), "data loss"),
        (change("aws:iam/role:Role", "update", paths={"tags": "update"}), "other"),
        (change("aws:s3/bucketPolicy:BucketPolicy", "update", paths={UNPROTECTED: "update"}), "data loss"),
        (change(TENANT_TYPE, "delete"), "data loss"),
    ],
)
def test_a_change_has_the_level_that_it_deserves(made: Change, expected: str) -> None:
    assert level_of(made)[0] == expected


def test_an_update_of_data_of_which_no_provider_can_be_asked_needs_approval() -> None:
    """Nobody here can say whether it is done in place."""
    with OfflineProviders(can=frozenset()) as providers:
        urn = "urn:pulumi:local::tenantplane::aws:rds/cluster:Cluster::acme"
        made = providers.compare(urn, {"engine": "a", "tags": {}}, {"engine": "b", "tags": {}}, {}, [])
    assert dict(made.paths) == {"engine": "update-unsure"}
    assert review(change("aws:rds/cluster:Cluster", "update", paths=made.paths)).exit_code == 3


_KEY = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-2c3d-4e5f-{:012d}"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("kmsKeyId", _KEY.format(2), 3),
        ("clusterIdentifier", "acme-2", 3),
        ("masterUsername", "owner", 3),
        ("backupRetentionPeriod", 35, 0),
    ],
)
def test_a_pull_request_that_would_replace_a_tenants_database_is_stopped(
    field: str, value: Any, code: int, providers: OfflineProviders
) -> None:
    """Aurora: whether the change makes a new server is the bundled provider's word (F2)."""
    inputs = {
        "clusterIdentifier": "acme",
        "engine": "aurora-postgresql",
        "masterUsername": "admin",
        "kmsKeyId": _KEY.format(1),
        "storageEncrypted": True,
        "skipFinalSnapshot": False,
        "finalSnapshotIdentifier": "acme-last",
        "tags": {"tenant": "acme"},
    }
    before = {
        "urn": "urn:pulumi:cloud::tenantplane::tenantplane:cloud:TenantCloud$aws:rds/cluster:Cluster::acme",
        "type": "aws:rds/cluster:Cluster", "name": "acme", "parent": "", "custom": True, "provider": "", "depends": [],
        "protect": False, "retain": False, "ignored": [], "replaced_on": [], "aliases": [], "inputs": inputs,
    }  # fmt: skip
    made = review(*compare([before], [{**before, "inputs": {**inputs, field: value}}], providers))
    assert made.exit_code == code
    assert [(each.change.tenant, each.change.op) for each in made.entries] == [
        ("acme", "replace" if code else "update")
    ]
