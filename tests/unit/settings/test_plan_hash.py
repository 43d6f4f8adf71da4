"""What makes a stack be updated: its platform follows its tenants where something of it is about them (G1, G6, I2)."""

from pathlib import Path

import pytest

from settings import load_catalogue, plan_tenants
from settings.plan_hash import StackPlans, plan_hash
from settings.stack_config import StackConfig
from tests.unit.settings import small_catalogue
from tests.unit.settings.priced import PRICES

ROOT = Path(__file__).resolve().parents[3]
PLATFORM = StackConfig(environment="test", layer="platform", cluster="main")
MONITORED = """\
    addons: [prometheus-operator]
    alerts: {on_call: a@tenantplane.example, sender: b@tenantplane.example, smarthost: mail.tenantplane.example}
"""


def hashed(folder: Path, extra: str, budget: int = 100, prices: str = PRICES) -> str:
    files = {
        **small_catalogue.FILES,
        "prices.yaml": prices,
        "topology/test.yaml": small_catalogue.TOPOLOGY + extra,
        "tenants/acme.yaml": small_catalogue.ACME.replace("monthly_usd: 100", f"monthly_usd: {budget}"),
    }
    return plan_hash(load_catalogue(small_catalogue.write(folder, files), "test"), PLATFORM, ROOT)


@pytest.mark.parametrize("extra", [MONITORED, "    addons: [kueue]\n"], ids=["monitored", "queued"])
def test_a_platform_that_is_about_its_tenants_follows_them(tmp_path: Path, extra: str) -> None:
    """Their budgets are in the alerting rules, and their quotas in what queues may lend."""
    assert hashed(tmp_path, extra) == hashed(tmp_path, extra)
    assert hashed(tmp_path, extra) != hashed(tmp_path, extra, budget=200)


def test_a_platform_without_either_is_left_alone(tmp_path: Path) -> None:
    assert hashed(tmp_path, "") == hashed(tmp_path, "", budget=200)


def test_prices_are_a_part_of_the_plan(tmp_path: Path) -> None:
    dearer = PRICES.replace("hourly: 1,", "hourly: 2,")
    assert hashed(tmp_path, MONITORED) != hashed(tmp_path, MONITORED, prices=dearer)


CONFIGS = [
    StackConfig(environment="local"),
    StackConfig(environment="local", layer="platform"),
    StackConfig(environment="local", layer="tenants", cluster="local", shard=0),
    StackConfig(environment="staging", layer="foundation", region="eu-central-1"),
    StackConfig(environment="staging", layer="entrances"),
    *(
        StackConfig.model_validate({"environment": "staging", "layer": layer, "cluster": cluster, "shard": shard})
        for cluster in ("starter", "enterprise")
        for layer, shard in (("platform", None), ("tenants", None), ("tenants", 0), ("tenants", 1))
    ),
]


@pytest.mark.parametrize(
    "config", CONFIGS, ids=lambda each: f"{each.environment}-{each.layer}-{each.cluster}-{each.shard}"
)
def test_all_stacks_at_once_are_what_each_program_says_it_is(config: StackConfig) -> None:
    """fleet compares the one with the other: did they differ, every stack would be run each time."""
    catalogue = load_catalogue(ROOT / "catalog", config.environment)
    plans = StackPlans(catalogue, ROOT)
    assert plans.hash(config) == plan_hash(catalogue, config, ROOT)
    wanted = plan_tenants(catalogue, config.cluster, config.shard) if config.has_tenants else ()
    assert plans.tenants(config) == wanted


def test_a_cluster_that_is_not_in_the_topology_is_no_stack_without_tenants() -> None:
    plans = StackPlans(load_catalogue(ROOT / "catalog", "staging"), ROOT)
    for layer in ("platform", "tenants"):
        with pytest.raises(KeyError, match="nowhere"):
            plans.hash(StackConfig(environment="staging", layer=layer, cluster="nowhere"))
