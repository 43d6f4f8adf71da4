"""The rule file of a cluster (G1-G3, G6)."""

from collections.abc import Iterable, Mapping
from typing import Any

from settings.cost.metered import Metered
from settings.monitoring.alerts import alerting_groups
from settings.monitoring.metering import metering_groups
from settings.monitoring.recording import recording_groups, tenants_group
from settings.plan import TenantPlan


def rule_groups(plans: Iterable[TenantPlan], metered: Mapping[str, Metered]) -> list[dict[str, Any]]:
    """Groups of a rule file for these tenants, as Prometheus reads them and as a PrometheusRule holds them.

    metered: by tenant, what its month is held against; of nobody where the catalogue has no prices.
    """
    return [tenants_group(plans), *recording_groups(), *metering_groups(metered), *alerting_groups()]
