"""Alerting rules: when somebody is told, and what (G2, G3)."""

from typing import Any, Final

from settings.monitoring.alert import SHARE, Alert
from settings.monitoring.metering import METERING_ALERTS
from settings.monitoring.platform_alerts import PLATFORM_ALERTS
from settings.monitoring.slos import BURN_WINDOWS, LEAST_BAD_EVENTS, SLOS, WINDOW_SECONDS, BurnWindow, Slo
from settings.monitoring.use_alerts import USE_ALERTS


def slo_alert(slo: Slo, window: BurnWindow) -> Alert:
    """The alert of an objective at one speed."""
    above, of = f"> {window.rate * slo.budget:.6g}", f'{{slo="{slo.id}"}}'
    least = LEAST_BAD_EVENTS / WINDOW_SECONDS[window.long]
    return Alert(
        name=f"Slo{''.join(part.title() for part in slo.id.split('-'))}Burns{window.name}",
        requirement="G3",
        expr=f"tenant:slo_errors:ratio{window.long}{of} {above}"
        f" and tenant:slo_errors:ratio{window.short}{of} {above}"
        f" and avg_over_time(tenant:slo_bad:rate5m{of}[{window.long}]) > {least:.6g}",
        hold=window.hold,
        severity=window.severity,
        summary=f"{slo.title}: for {{{{ $labels.tenant }}}} {SHARE} did not in {window.long}; "
        f"allowed are {slo.budget:.3g} of all",
        action=f"At this speed {window.spent:.0%} of the month's error budget is gone within {window.long}.",
        labels=(("window", window.long),),
    )


ALERTS: Final = (
    *USE_ALERTS,
    *METERING_ALERTS,
    *(slo_alert(slo, window) for slo in SLOS for window in BURN_WINDOWS),
    *PLATFORM_ALERTS,
)
"""All of them."""


def alerting_groups() -> list[dict[str, Any]]:
    """Groups of alerting rules."""
    return [
        {"name": "tenantplane-alerts-use", "rules": [each.rule() for each in USE_ALERTS]},
        {"name": "tenantplane-alerts-metering", "rules": [each.rule() for each in METERING_ALERTS]},
        {
            "name": "tenantplane-alerts-slo",
            "rules": [slo_alert(slo, window).rule() for slo in SLOS for window in BURN_WINDOWS],
        },
        {"name": "tenantplane-alerts-platform", "rules": [each.rule() for each in PLATFORM_ALERTS]},
    ]
