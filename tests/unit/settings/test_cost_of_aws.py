"""What AWS adds to a bill: control planes of EKS, Aurora shared or to oneself, and the ways out (F2, G6)."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from settings import Catalogue, load_catalogue
from settings.cost import ClusterCost, StackCost, stack_cost
from settings.cost.tiers import tier_hourly
from settings.database.limits import connections
from settings.prices import Prices
from tests.unit.settings.test_catalogue import CATALOG
from tests.unit.settings.test_cost import of, parts

PAIR = 2 * Fraction("0.276")
"""A writer and a reader of db.r7g.large."""
TAKES = 1600
OWN, SCHOOLS = "northwind-bank", ("lindenhof-school", "st-brigid-primary")


@pytest.fixture(scope="module")
def staging() -> Catalogue:
    return load_catalogue(CATALOG, "staging")


def table(catalogue: Catalogue) -> Prices:
    assert catalogue.prices is not None
    return catalogue.prices


def priced(catalogue: Catalogue, **changes: Any) -> StackCost:
    """The bill at other prices."""
    return stack_cost(replace(catalogue, prices=table(catalogue).model_copy(update=changes)))


def cluster(bill: StackCost, name: str) -> ClusterCost:
    return next(each for each in bill.clusters if each.cluster.name == name)


def lines(bill: StackCost, tenant: str) -> dict[str, Fraction]:
    return {item.what: item.hourly for item in of(bill, tenant).items if item.what.startswith("database")}


def stored(bill: StackCost, tenant: str) -> Fraction:
    """What of a tenant's storage is assumed to be in its database, at 0.10 a GiB and month."""
    gib = Fraction(of(bill, tenant).plan.budget.whole.storage_bytes, 1 << 30)
    return gib * bill.prices.databases.storage_percent / 100 * Fraction(1, 10) / 730


def test_every_cluster_of_eks_has_a_control_plane(staging: Catalogue) -> None:
    for each in stack_cost(staging).clusters:
        assert {item.what: item.hourly for item in each.platform}["control plane"] == Fraction(1, 10)


def test_an_aurora_of_ones_own_is_paid_whole(staging: Catalogue) -> None:
    bill = stack_cost(staging)
    assert lines(bill, OWN) == {"database (own Aurora)": PAIR + stored(bill, OWN)}


def test_one_with_its_own_keeps_it_while_it_is_suspended(staging: Catalogue) -> None:
    tenants = tuple(
        each.model_copy(update={"lifecycle": "suspended"}) if each.id in (OWN, SCHOOLS[0]) else each
        for each in staging.tenants
    )
    bill = stack_cost(replace(staging, tenants=tenants))
    assert lines(bill, OWN) == {"database (own Aurora)": PAIR + stored(bill, OWN)}
    (part,) = lines(bill, SCHOOLS[0]).values()
    assert part == stored(bill, SCHOOLS[0]), "of what is shared, what is kept for it"


def test_a_shared_aurora_is_paid_by_connections_and_the_rest_is_idle(staging: Catalogue) -> None:
    bill = stack_cost(staging)
    taken = 0
    sharing = cluster(bill, "starter").tenants
    for each in sharing:
        limit = connections(each.plan.budget.whole.pods)
        taken += limit
        (part,) = lines(bill, each.plan.tenant.id).values()
        assert part == PAIR * limit / TAKES + stored(bill, each.plan.tenant.id)
    assert {each.plan.tenant.id for each in sharing} > {*SCHOOLS}
    idle = {item.what: item.hourly for item in cluster(bill, "starter").idle}
    assert idle["Aurora"] == PAIR * (TAKES - taken) / TAKES


def test_more_than_it_takes_makes_parts_smaller_and_leaves_nothing(staging: Catalogue) -> None:
    aurora = table(staging).aurora
    assert aurora is not None
    crowded = aurora.instances[0].model_copy(update={"connections": 1})
    bill = priced(staging, aurora=aurora.model_copy(update={"instances": (crowded,)}))
    starter = cluster(bill, "starter")
    shares = [next(iter(lines(bill, each.plan.tenant.id).values())) for each in starter.tenants]
    kept = [stored(bill, each.plan.tenant.id) for each in starter.tenants]
    assert sum(shares) - sum(kept) == PAIR
    assert "Aurora" not in {item.what for item in starter.idle}
    assert parts(starter) == starter.price


def test_the_clusters_of_a_region_share_its_ways_out(staging: Catalogue) -> None:
    bill = stack_cost(staging)
    found = {
        each.cluster.name: {item.what: item.hourly for item in each.platform if "NAT" in item.what}
        for each in bill.clusters
    }
    half = {"NAT gateways of eu-central-1 (1/2)": Fraction(45, 2000)}
    assert found == {
        "starter": half,
        "enterprise": half,
        "team": {"NAT gateways of us-east-1": Fraction(45, 1000)},
        "enterprise-west": {"NAT gateways of eu-west-1": Fraction(45, 1000)},
    }


@pytest.mark.parametrize(("nat", "gateways"), [("none", 0), ("one", 1), ("per-zone", 3)])
def test_a_way_out_for_each_zone_costs_three(staging: Catalogue, nat: str, gateways: int) -> None:
    account = staging.topology.aws
    assert account is not None
    regions = tuple(each.model_copy(update={"nat": nat}) for each in account.regions)
    topology = staging.topology.model_copy(update={"aws": account.model_copy(update={"regions": regions})})
    bill = stack_cost(replace(staging, topology=topology))
    all_of_them = [item.hourly for each in bill.clusters for item in each.platform if "NAT" in item.what]
    assert sum(all_of_them) == 3 * gateways * Fraction(45, 1000)


def test_the_accounts_first_region_is_everybodys_where_no_cluster_is_in_it(staging: Catalogue) -> None:
    moved = tuple(
        each.model_copy(update={"region": "us-east-1"}) if each.region == "eu-central-1" else each
        for each in staging.topology.clusters
    )
    bill = stack_cost(replace(staging, topology=staging.topology.model_copy(update={"clusters": moved})))
    all_of_them = [item.hourly for each in bill.clusters for item in each.platform if "NAT" in item.what]
    assert sum(all_of_them) == 3 * Fraction(45, 1000)
    assert all("NAT gateways of eu-central-1 (1/4)" in {i.what for i in each.platform} for each in bill.clusters)


def test_a_tier_with_an_aurora_of_its_own_is_offered_at_its_price(staging: Catalogue) -> None:
    bill = cluster(stack_cost(staging), "enterprise")
    tier = staging.tiers["enterprise"]
    assert bill.cluster.aurora is not None
    alone = bill.cluster.aurora
    shared = replace(bill, cluster=bill.cluster.model_copy(update={"aurora": alone.model_copy(update={"own_for": ()})}))
    more = tier_hourly(tier, bill, table(staging)) - tier_hourly(tier, shared, table(staging))
    assert more == PAIR - PAIR * connections(tier.pods) / TAKES


@pytest.mark.parametrize("missing", ["aurora", "nat"])
def test_a_table_without_them_says_so_and_counts_nothing(staging: Catalogue, missing: str) -> None:
    bill = priced(staging, **{missing: None})
    assert {(each.cluster, each.why) for each in bill.unpriced} == {
        (name, {"aurora": "is not in prices.yaml (aurora)", "nat": "are not in prices.yaml (nat)"}[missing])
        for name in ("starter", "team", "enterprise", "enterprise-west")
    }
    assert [parts(each) for each in bill.clusters] == [each.price for each in bill.clusters]
    assert bill.price < stack_cost(staging).price


def test_a_class_without_a_price_is_said(staging: Catalogue) -> None:
    aurora = table(staging).aurora
    assert aurora is not None
    bill = priced(staging, aurora=aurora.model_copy(update={"instances": aurora.instances[1:]}))
    assert {(each.part, each.why) for each in bill.unpriced} == {
        ("Aurora", "instance_class 'db.r7g.large' is not in prices.yaml")
    }
    assert [parts(each) for each in bill.clusters] == [each.price for each in bill.clusters]


def test_clusters_elsewhere_have_none_of_it() -> None:
    for each in stack_cost(load_catalogue(CATALOG, "local")).clusters:
        words = [item.what for item in (*each.platform, *each.idle)]
        assert not [what for what in words if "Aurora" in what or "NAT" in what]
