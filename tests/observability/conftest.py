"""The tenants of the repository's catalogue, and their rules as a file."""

from pathlib import Path

import pytest
import yaml

from settings import TenantPlan, load_catalogue, plan_tenants
from settings.monitoring import rule_groups

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tenants() -> tuple[TenantPlan, ...]:
    """Plans of the environment `local`."""
    return plan_tenants(load_catalogue(ROOT / "catalog", "local"))


@pytest.fixture(scope="session")
def rule_file(tenants: tuple[TenantPlan, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their rule file."""
    path = tmp_path_factory.mktemp("rules") / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": rule_groups(tenants)}, sort_keys=False))
    return path
