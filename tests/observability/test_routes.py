"""Alertmanager, asked by amtool whom it tells: a tenant of its own alerts, and of nobody else's (G2)."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from settings import TenantPlan, load_catalogue
from settings.alert_mail import AlertMail
from settings.monitoring import ALERTS
from settings.monitoring.routes import PAGE, TICKET, alertmanager
from settings.tenant import Alerts
from tests.observability.conftest import ROOT
from tests.observability.tools import run

pytestmark = pytest.mark.xdist_group("observability")

MAIL = AlertMail(
    on_call="on-call@tenantplane.example", sender="alerts@tenantplane.example", smarthost="mail.example.com"
)
TOLD = ("acme-robotics", "pelican-games", "hedgehog-cli")
"""Tenants whose files name somebody."""


@pytest.fixture(scope="module")
def config(tenants: tuple[TenantPlan, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alertmanager's configuration for the catalogue, three of whose tenants are told."""
    plans = [
        replace(plan, tenant=plan.tenant.model_copy(update={"alerts": Alerts(mail=(f"it@{plan.tenant.id}.example",))}))
        if plan.tenant.id in TOLD
        else plan
        for plan in tenants
    ]
    path = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yml"
    tiers = load_catalogue(ROOT / "catalog", "local").tiers
    path.write_text(yaml.safe_dump(alertmanager(plans, tiers, MAIL), sort_keys=False))
    return path


def told(config: Path, **labels: str) -> set[str]:
    """Receivers of an alert with these labels."""
    asked = [f"{name}={value}" for name, value in labels.items()]
    done = run("amtool", "config", "routes", "test", f"--config.file={config}", *asked)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.strip().split(","))


def test_alertmanager_accepts_it(config: Path) -> None:
    done = run("amtool", "check-config", config)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_tenant_is_told_of_its_own_alerts_alone(config: Path, tenants: tuple[TenantPlan, ...]) -> None:
    for plan in tenants:
        tenant, tier = plan.tenant.id, plan.tier.id
        own = {f"tenant-{tenant}"} if tenant in TOLD else set()
        assert told(config, severity="ticket", tenant=tenant, tier=tier) == own | {TICKET}
        paged = PAGE if plan.tier.priority_class in ("enterprise", "team") else TICKET
        assert told(config, severity="page", tenant=tenant, tier=tier) == own | {paged}


def test_alerts_about_the_platform_reach_no_tenant(config: Path) -> None:
    for alert in ALERTS:
        if not alert.tenant:
            expected = {PAGE if alert.severity == "page" else TICKET}
            assert told(config, alertname=alert.name, severity=alert.severity) == expected


def test_a_tenant_whose_id_begins_like_anothers_is_not_told(config: Path) -> None:
    assert told(config, severity="ticket", tenant="acme", tier="team") == {TICKET}
    assert told(config, severity="ticket", tenant="acme-robotics-two", tier="team") == {TICKET}
