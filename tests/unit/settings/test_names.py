"""Names that carry a tenant's identity are valid wherever they go, and never meet (B1)."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import names

DNS_1123_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
UNQUOTED_SQL = re.compile(r"[a-z_][a-z0-9_]{0,62}")
AWS_TAG_VALUE = re.compile(r"[\w\s+\-=.:/@]{0,256}")
S3_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")

words = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
ids = st.lists(words, min_size=1, max_size=4).map("-".join).filter(lambda text: names.id_problem(text) is None)


@given(ids)
def test_an_id_is_valid_in_kubernetes_sql_and_aws(tenant: str) -> None:
    assert DNS_1123_LABEL.fullmatch(names.namespace(tenant))
    assert UNQUOTED_SQL.fullmatch(names.sql_name(tenant))
    assert S3_LABEL.fullmatch(names.namespace(tenant))
    assert all(LABEL_VALUE.fullmatch(value) for value in names.labels(tenant, "team", "web").values())
    tags = names.tags(tenant, "team", "prod", "web")
    assert all(AWS_TAG_VALUE.fullmatch(value) and not key.startswith("aws:") for key, value in tags.items())


@given(ids, ids)
def test_two_tenants_share_no_name(one: str, other: str) -> None:
    for name in (names.namespace, names.sql_name, lambda each: names.host(each, "example.com")):
        assert (name(one) == name(other)) == (one == other)


@given(st.text(max_size=40))
def test_only_ids_of_the_rule_pass(text: str) -> None:
    fits = re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", text) is not None and 3 <= len(text) <= 32
    reserved = text in names.RESERVED or text.startswith(names.RESERVED_PREFIXES)

    assert (names.id_problem(text) is None) == (fits and not reserved)


@pytest.mark.parametrize(
    "text", ["acme\n", "acme ", "ac.me", "ac/me", "a", "-acme", "acme-", "a--b", "ACME", "ácme", "a'b"]
)
def test_an_id_that_would_break_something_is_refused(text: str) -> None:
    assert names.id_problem("acme") is None  # the twin

    assert names.id_problem(text) == f"{text!r} is not a usable id"


def test_labels_of_a_tenant_and_of_its_workload() -> None:
    assert names.labels("acme", "team") == {
        "tenant": "acme",
        "tenantplane.dev/tier": "team",
        "app.kubernetes.io/part-of": "tenantplane",
        "app.kubernetes.io/managed-by": "pulumi",
    }
    added = names.labels("acme", "team", "web").items() - names.labels("acme", "team").items()
    assert dict(added) == {"app": "web", "app.kubernetes.io/name": "web"}


@given(st.text(string.ascii_lowercase + "-", max_size=100), st.integers(10, 63))
def test_a_bounded_name_fits_and_what_fits_stays(text: str, limit: int) -> None:
    bounded = names.bounded(text, limit)

    assert len(bounded) <= limit
    assert bounded == names.bounded(text, limit)
    if len(text) <= limit:
        assert bounded == text


@given(
    st.text(string.ascii_lowercase, min_size=30, max_size=80), st.text(string.ascii_lowercase, min_size=1, max_size=5)
)
def test_long_names_with_one_beginning_stay_apart(text: str, end: str) -> None:
    assert names.bounded(text, 24) != names.bounded(text + end, 24)


@given(st.lists(words, min_size=1, max_size=12).map("-".join).filter(lambda text: text[0].isalpha()))
def test_a_bounded_label_is_still_a_label(text: str) -> None:
    assert DNS_1123_LABEL.fullmatch(names.bounded(text, 30))


def test_a_bounded_name_is_the_same_for_ever() -> None:
    assert names.bounded("a" * 40, 20) == "aaaaaaaaaaa-e33cdf9c"


def test_too_tight_a_bound_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs at least 10 characters, not 9"):
        names.bounded("x", 9)


def test_stack_names_by_what_the_stack_holds() -> None:
    assert names.stack_name("local") == "local"
    assert names.stack_name("local", shard=0) == "local-platform"
    assert names.stack_name("prod", "eu-1") == "prod-platform"
    assert names.stack_name("prod", "eu-1", 7) == "prod-eu-1-7"


@given(st.tuples(ids, st.integers(0, 63)), st.tuples(ids, st.integers(0, 63)))
def test_two_shards_share_no_stack(one: tuple[str, int], other: tuple[str, int]) -> None:
    assert (names.stack_name("prod", *one) == names.stack_name("prod", *other)) == (one == other)


@given(ids, st.integers(1, 64))
def test_a_shard_exists(tenant: str, shards: int) -> None:
    assert 0 <= names.shard(tenant, shards) < shards


@given(ids, st.integers(1, 63))
def test_one_shard_more_takes_tenants_and_moves_no_other(tenant: str, shards: int) -> None:
    before, after = names.shard(tenant, shards), names.shard(tenant, shards + 1)

    assert after in (before, shards)


def test_shards_are_the_same_for_ever() -> None:
    tenants = ("acme-robotics", "northwind-bank", "gearbox-labs", "pelican-games", "hedgehog-cli", "lindenhof-school")

    assert [names.shard(tenant, 8) for tenant in tenants] == [5, 7, 7, 4, 5, 5]


def test_shards_are_even() -> None:
    counts = [0] * 8
    for number in range(4000):
        counts[names.shard(f"tenant{number}", 8)] += 1

    assert min(counts) > 400
    assert max(counts) < 600


def test_no_shard_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one shard, not 0"):
        names.shard("acme", 0)


@pytest.mark.parametrize(("one", "other"), [("a-bc", "ab-c"), ("abc", "a-bc"), ("a-b-c", "a-bc")])
def test_hyphens_keep_names_apart(one: str, other: str) -> None:
    assert names.sql_name(one) != names.sql_name(other)
    assert names.namespace(one) != names.namespace(other)
