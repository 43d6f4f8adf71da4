"""The rule file of a cluster (G1-G3)."""

from collections.abc import Iterable
from typing import Any

from settings.monitoring.alerts import alerting_groups
from settings.monitoring.recording import recording_groups, tenants_group
from settings.plan import TenantPlan


def rule_groups(plans: Iterable[TenantPlan]) -> list[dict[str, Any]]:
    """Groups of a rule file for these tenants, as Prometheus reads them and as a PrometheusRule holds them."""
    return [tenants_group(plans), *recording_groups(), *alerting_groups()]
