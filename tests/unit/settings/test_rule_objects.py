"""Rules in objects that an API server takes, however many tenants there are (G1, H6)."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from settings import TenantPlan, names, plan_tenants
from settings.cost import Metered
from settings.monitoring import rule_groups, rule_objects
from settings.monitoring.rules import MOST_BYTES, OF_ALL
from tests.unit.components.local_stack import catalogue

IDS = st.from_regex(r"[a-z]{2,9}-[a-z0-9]{1,6}", fullmatch=True).filter(lambda name: names.id_problem(name) is None)


@cache
def like() -> TenantPlan:
    return next(each for each in plan_tenants(catalogue()) if each.tenant.id == "acme-robotics")


def plan(tenant: str) -> TenantPlan:
    return replace(like(), tenant=like().tenant.model_copy(update={"id": tenant}), namespace=names.namespace(tenant))


def metered(tenant: str, number: int = 0) -> Metered:
    """With limits of its own, which is the longest that its rules can be."""
    return Metered(
        tenant=tenant,
        sessions=1_000_000 + number,
        budget_usd=10_000 + number,
        alert_usd=Fraction(8_000 + number),
        hourly_usd=Fraction(1_000_000 + number, 3),
        core_hour_usd=Fraction(1, 31),
        gib_hour_usd=Fraction(1, 257),
        cores=Fraction(200, 3),
        memory_bytes=(4 << 40) + number,
        elastic=True,
        next_tier="enterprise",
        upgrade_usd=Fraction(100, 7),
    )


def objects(ids: list[str], most: int = MOST_BYTES) -> dict[str, list[dict[str, Any]]]:
    return rule_objects([plan(each) for each in ids], {each: metered(each, at) for at, each in enumerate(ids)}, most)


def size(groups: list[dict[str, Any]]) -> int:
    return len(json.dumps(groups))


def tenants_of(groups: list[dict[str, Any]]) -> set[str]:
    rules = [rule for group in groups for rule in group["rules"] if rule.get("record") == "tenant:info"]
    assert all(rule["labels"]["tenant"] for rule in rules)
    return {rule["labels"]["tenant"] for rule in rules}


@settings(max_examples=30, deadline=None)
@given(st.lists(IDS, unique=True, max_size=40), st.integers(2_000, 12_000))
def test_everybody_is_in_one_object_and_each_object_small(ids: list[str], most: int) -> None:
    made = objects(ids, most)
    by_tenant = {name: tenants_of(groups) for name, groups in made.items() if name != OF_ALL}
    assert sorted(tenant for each in by_tenant.values() for tenant in each) == sorted(ids)
    for name, groups in made.items():
        assert name == OF_ALL or len(by_tenant[name]) <= 1 or size(groups) <= most
    titles = [group["name"] for groups in made.values() for group in groups]
    assert len(titles) == len(set(titles))


@settings(max_examples=30, deadline=None)
@given(st.lists(IDS, unique=True, min_size=2, max_size=30))
def test_a_further_tenant_changes_the_object_it_comes_to_and_no_other(ids: list[str]) -> None:
    *before, added = ids
    was, is_now = objects(before, 8_000), objects(ids, 8_000)
    changed = {name for name in was.keys() | is_now.keys() if was.get(name) != is_now.get(name)}
    (home,) = (name for name, groups in is_now.items() if added in tenants_of(groups))
    assert home in changed
    # Its object, or the parts that it falls into when it has become too large.
    root = max((name for name in was if home.startswith(name) and name != OF_ALL), key=len)
    assert all(name.startswith(root) for name in changed)


def test_four_thousand_tenants_of_a_cluster_fit() -> None:
    """H6: forty times what a cluster is planned for; one object of them all would be too large for etcd."""
    ids = [f"tenant-of-the-longest-name-{number:05d}" for number in range(4_000)]
    made = objects(ids)
    assert all(size(groups) <= MOST_BYTES for groups in made.values())
    assert sum(map(size, made.values())) > 1_500_000
    assert sum(len(tenants_of(groups)) for groups in made.values()) == len(ids)


def test_a_small_cluster_has_two_and_a_file_has_them_all() -> None:
    plans = plan_tenants(catalogue())
    known = {each.tenant.id: metered(each.tenant.id) for each in plans}
    made = rule_objects(plans, known)
    assert list(made) == ["tenantplane-tenants", OF_ALL]
    assert rule_groups(plans, known) == [group for groups in made.values() for group in groups]
    assert not tenants_of(made[OF_ALL])
    shared = json.dumps(made[OF_ALL])
    assert not [each.tenant.id for each in plans if f'"{each.tenant.id}"' in shared]
