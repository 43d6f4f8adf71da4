"""Monitoring of tenants as data: what is scraped, recorded, alerted, routed and shown (G1-G4). Pure Python."""

from settings.monitoring.alert import Alert
from settings.monitoring.alerts import ALERTS
from settings.monitoring.exporters import EXPORTERS, Exporter, ScrapeLimits, scrape_limits
from settings.monitoring.recording import SERIES_PER_TENANT
from settings.monitoring.relabel import Relabel
from settings.monitoring.rules import rule_groups, rule_objects
from settings.monitoring.scaling import SCALING, ScalingMetric, adapter_configuration, requests_per_pod_m
from settings.monitoring.slos import BURN_WINDOWS, SLOS, BurnWindow, Slo

__all__ = [
    "ALERTS",
    "BURN_WINDOWS",
    "EXPORTERS",
    "SCALING",
    "SERIES_PER_TENANT",
    "SLOS",
    "Alert",
    "BurnWindow",
    "Exporter",
    "Relabel",
    "ScalingMetric",
    "ScrapeLimits",
    "Slo",
    "adapter_configuration",
    "requests_per_pod_m",
    "rule_groups",
    "rule_objects",
    "scrape_limits",
]
