"""The tenants of the repository's catalogue, and their rules as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from settings import Catalogue, TenantPlan, load_catalogue, plan_tenants
from settings.cost import metered
from settings.monitoring import rule_groups
from tests.observability.live import Live, running

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Of the environment `local`."""
    return load_catalogue(ROOT / "catalog", "local")


@pytest.fixture(scope="session")
def tenants(catalogue: Catalogue) -> tuple[TenantPlan, ...]:
    """Its plans."""
    return plan_tenants(catalogue)


@pytest.fixture(scope="session")
def rule_file(catalogue: Catalogue, tenants: tuple[TenantPlan, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their rule file."""
    path = tmp_path_factory.mktemp("rules") / "rules.yml"
    groups = rule_groups(tenants, metered(catalogue, catalogue.topology.clusters[0]))
    path.write_text(yaml.safe_dump({"groups": groups}, sort_keys=False))
    return path


@pytest.fixture(scope="package")
def live(tenants: tuple[TenantPlan, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A real Prometheus that scrapes sixty tenants, of which five misbehave. It takes a quarter of a core: no longer
    than it is asked."""
    everything = next(each for each in tenants if each.tenant.id == "acme-robotics")
    with running(everything, tmp_path_factory.mktemp("prometheus")) as made:
        yield made
