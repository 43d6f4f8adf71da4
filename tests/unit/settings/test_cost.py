"""A stack's bill: every dollar of it is a tenant's, the platform's or idle, and each has what it reserves (G6)."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Catalogue, load_catalogue
from settings.cost import ClusterCost, StackCost, TenantCost, cents, metered, stack_cost
from settings.cost.opencost import custom_pricing
from settings.fields import Compute
from settings.tenant import QuotaOverrides
from tests.unit.settings import priced, small_catalogue
from tests.unit.settings.test_catalogue import CATALOG

PRIVATE = ("_region", "_runtimes")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load_catalogue(small_catalogue.write(tmp_path_factory.mktemp("priced"), priced.FILES), "test")


def with_pools(catalogue: Catalogue, change: Any) -> Catalogue:
    """The catalogue with its cluster's pools changed. change: fields of each pool by its name."""
    (cluster,) = catalogue.topology.clusters
    pools = tuple(pool.model_copy(update=change.get(pool.name, {})) for pool in cluster.node_pools)
    changed = cluster.model_copy(update={"node_pools": pools, **change.get("cluster", {})})
    return replace(catalogue, topology=catalogue.topology.model_copy(update={"clusters": (changed,)}))


def with_tenant(catalogue: Catalogue, tenant: str, **update: Any) -> Catalogue:
    made = tuple(each.model_copy(update=update) if each.id == tenant else each for each in catalogue.tenants)
    return replace(catalogue, tenants=made)


def of(bill: StackCost, tenant: str) -> TenantCost:
    return next(each for each in bill.tenants if each.plan.tenant.id == tenant)


def parts(cluster: ClusterCost) -> Fraction:
    lines = [*cluster.platform, *cluster.idle, *(item for tenant in cluster.tenants for item in tenant.items)]
    assert all(line.hourly >= 0 for line in lines), lines
    return sum((line.hourly for line in lines), Fraction(0))


money = st.decimals(0, 1000, places=4)
nodes = st.integers(0, 6)
machines = st.sampled_from(["plain", "costly", "unheard-of", None])


@given(
    counts=st.fixed_dictionaries(
        dict.fromkeys(("general", "boxes", "whole", "slices", "slots", "cheap", "big-own"), nodes)
    ),
    machine=st.fixed_dictionaries(dict.fromkeys(("general", "boxes", "whole", "slices", "cheap"), machines)),
    provider=st.sampled_from(["localcloud", "kubeconfig"]),
    plain=money,
    cores=st.integers(1, 200_000),
    own=st.sampled_from(["namespace", "dedicated-pool"]),
    lifecycle=st.sampled_from(["active", "suspended"]),
    server=money,
    gpus=st.integers(0, 4),
)
@settings(max_examples=150, deadline=None)
def test_tenants_platform_and_idle_add_up_to_the_price(  # noqa: PLR0917  what Hypothesis draws
    small: Catalogue,
    counts: dict[str, int],
    machine: dict[str, str | None],
    provider: str,
    plain: Any,
    cores: int,
    own: str,
    lifecycle: str,
    server: Any,
    gpus: int,
) -> None:
    """However many nodes, at whatever price, with more reserved than there is or nothing at all."""
    pools = {
        name: {"nodes": count, **({"instance_type": machine[name]} if name in machine else {})}
        for name, count in counts.items()
    }
    catalogue = with_pools(small, {**pools, "cluster": {"provider": provider}})
    amount = Compute.model_construct(cpu_m=cores, memory_bytes=cores << 21)
    quota = QuotaOverrides(reason="whatever it may be", guaranteed=amount, ceiling=amount, gpus=gpus)
    catalogue = with_tenant(catalogue, "big-corp", isolation=own, quota=quota)
    catalogue = with_tenant(catalogue, "acme", lifecycle=lifecycle)
    assert small.prices is not None
    first, *others = small.prices.nodes
    table = small.prices.model_copy(
        update={
            "nodes": (first.model_copy(update={"hourly": plain}), *others),
            "databases": small.prices.databases.model_copy(update={"server_hourly": server}),
        }
    )
    try:
        bill = stack_cost(replace(catalogue, prices=table))
    except ValueError as error:
        assert "do not fit its quota" in str(error)  # noqa: PT017  a quota too small for its workloads
        return

    (cluster,) = bill.clusters
    assert parts(cluster) == cluster.price == bill.price
    shared = sum((each.platform for each in cluster.tenants), Fraction(0))
    assert shared == sum((item.hourly for item in cluster.platform), Fraction(0))
    assert sum(cents([bill.price, shared])) == round((bill.price + shared) * 100 + Fraction(1, 10**12))


@pytest.mark.parametrize("environment", ["local", "dev", "staging"])
def test_the_repositorys_bill_adds_up(environment: str) -> None:
    bill = stack_cost(load_catalogue(CATALOG, environment))

    assert [parts(cluster) for cluster in bill.clusters] == [cluster.price for cluster in bill.clusters]
    assert all(each.own > 0 for each in bill.tenants)


def test_a_tenant_pays_for_what_it_is_guaranteed(small: Catalogue) -> None:
    """acme is guaranteed 1 core and 2 GiB: an eighth of a node's CPU and a sixteenth of its memory, in two kinds."""
    bill = stack_cost(small)
    nodes = sum(item.hourly for item in of(bill, "acme").items if "(cpu)" in item.what or "(sandbox)" in item.what)
    cpu_part = Fraction(3, 100) * 8 / (Fraction(3, 100) * 8 + Fraction(4, 1000) * 32)
    assert nodes == cpu_part / 8 + (1 - cpu_part) / 16


def test_a_gpu_costs_its_part_of_the_node_it_is_in(small: Catalogue) -> None:
    lines = {item.what: item.hourly for item in of(stack_cost(small), "big-corp").items}
    assert lines["1 x gpu (whole)"] == Fraction(1, 2)


def test_a_slice_costs_its_part_of_a_device(small: Catalogue) -> None:
    """Two devices of seven slices each."""
    quota = QuotaOverrides(reason="one slice of them", gpus=1, gpu_pool="slices")
    lines = {
        item.what: item.hourly for item in of(stack_cost(with_tenant(small, "big-corp", quota=quota)), "big-corp").items
    }
    assert lines["1 x mig-1g.10gb (slices)"] == Fraction(1, 14)


def test_a_dedicated_pool_is_its_owners_to_the_last_node(small: Catalogue) -> None:
    catalogue = with_tenant(with_pools(small, {"big-own": {"nodes": 2}}), "big-corp", isolation="dedicated-pool")
    lines = {item.what: item.hourly for item in of(stack_cost(catalogue), "big-corp").items}
    assert lines["own nodes (big-own)"] == 2
    assert not [what for what in lines if what.startswith(("services", "jobs", "warm"))]


def test_warm_sandboxes_are_a_line_of_their_own(small: Catalogue) -> None:
    """Three of 100m and 128Mi, gVisor's 50m and 64Mi on top."""
    lines = {item.what: item.hourly for item in of(stack_cost(small), "big-corp").items}
    cpu_part = Fraction(3, 100) * 8 / (Fraction(3, 100) * 8 + Fraction(4, 1000) * 32)
    memory = Fraction(3 * 192, 32 * 1024)
    assert lines["warm sandboxes (sandbox)"] == cpu_part * Fraction(450, 8000) + (1 - cpu_part) * memory


def test_a_suspended_tenant_pays_for_its_data_alone(small: Catalogue) -> None:
    lines = {
        item.what: item.hourly
        for item in of(stack_cost(with_tenant(small, "acme", lifecycle="suspended")), "acme").items
    }
    assert lines.keys() == {"volumes", "database (hybrid)"}
    gib = Fraction(10**10, 1 << 30)
    assert lines["volumes"] == Fraction(1, 10) * gib / 730
    assert lines["database (hybrid)"] == Fraction(2, 10) * gib / 10 / 730


def test_an_autoscaled_cluster_is_priced_with_the_nodes_its_guarantees_need(small: Catalogue) -> None:
    amount = Compute.of("30", "20Gi")
    quota = QuotaOverrides(reason="as much as four nodes", guaranteed=amount, ceiling=amount)
    grown = with_tenant(with_pools(small, {"cluster": {"provider": "kubeconfig"}}), "big-corp", quota=quota)
    assert grown.topology.clusters[0].pools("sandbox")[0].nodes == 1
    # Sandboxes have 8 cores a node: 30 cores and acme's rest are four nodes.
    assert stack_cost(grown).clusters[0].supplies["sandbox"].cpu_m == 32_000


def test_a_machine_without_a_price_is_said_and_counts_as_nothing(small: Catalogue) -> None:
    bill = stack_cost(with_pools(small, {"general": {"instance_type": "odd"}, "boxes": {"instance_type": None}}))
    assert [(each.part, each.why) for each in bill.unpriced] == [
        ("pool general", "instance_type 'odd' is not in prices.yaml"),
        ("pool boxes", "names no instance_type"),
    ]
    assert bill.clusters[0].supplies["cpu"].cpu_hourly == 0


def test_spot_nodes_have_their_own_price_or_the_tables_part(small: Catalogue) -> None:
    for machine, price in (("plain", Fraction(1, 2)), ("costly", 3)):
        bill = stack_cost(with_pools(small, {"cheap": {"nodes": 1, "instance_type": machine}}))
        assert {item.what: item.hourly for item in bill.clusters[0].idle}["spot nodes"] == price


@given(st.lists(st.fractions(0, 10**6), max_size=12))
def test_cents_add_up(amounts: list[Fraction]) -> None:
    made = cents(amounts)
    assert all(abs(cent - amount * 100) < 1 for cent, amount in zip(made, amounts, strict=True))
    assert abs(sum(made) - sum(amounts, Fraction(0)) * 100) <= Fraction(1, 2)


def test_what_is_metered_names_the_next_tier_and_what_it_costs_more(small: Catalogue) -> None:
    known = metered(small, small.topology.clusters[0])
    assert (known["acme"].next_tier, known["big-corp"].next_tier) == ("large", None)
    (bill,) = stack_cost(small).clusters
    # 3 cores, 6 GiB and 90 GB more, and the connections of 45 pods; the GPU of the tier is optional.
    cores = 3 * bill.supplies["sandbox"].core_hour + 6 * bill.supplies["sandbox"].gib_hour
    gib = Fraction(90 * 10**9, 1 << 30)
    more = (cores + Fraction(4, 10) * 45 / 100) * 730 + gib * Fraction(1, 10) + gib * Fraction(2, 100)
    assert known["acme"].upgrade_usd == more
    assert (known["acme"].sessions, known["big-corp"].sessions) == (1000, None)
    assert known["acme"].budget_usd == 100
    assert known["acme"].alert_usd == Fraction(80)
    assert (known["acme"].elastic, known["big-corp"].elastic) == (False, True)


def test_without_prices_nothing_is_metered(tmp_path: Path) -> None:
    catalogue = load_catalogue(small_catalogue.write(tmp_path), "test")
    assert catalogue.prices is None
    assert metered(catalogue, catalogue.topology.clusters[0]) == {}
    with pytest.raises(ValueError, match="no prices"):
        stack_cost(catalogue)


def test_opencost_charges_the_same_for_a_whole_node(small: Catalogue) -> None:
    bill = stack_cost(with_pools(small, {"cheap": {"nodes": 2}}))
    made = custom_pricing(bill.clusters[0], bill.prices)
    assert all(isinstance(value, str) for value in made.values())  # it refuses anything else
    assert 8 * float(made["CPU"]) + 32 * float(made["RAM"]) == pytest.approx(1, abs=1e-6)
    assert 8 * float(made["spotCPU"]) + 32 * float(made["spotRAM"]) == pytest.approx(0.5, abs=1e-6)
