"""Alerts about isolation, and about monitoring itself (G1, G2)."""

from typing import Final

from settings.monitoring.alert import Alert
from settings.monitoring.exporters import EXPORTERS, OPTIONAL

_REFUSED = "increase({}[10m])"

PLATFORM_ALERTS: Final = (
    Alert(
        name="IsolationAdmissionRefused",
        requirement="G2",
        tenant=False,
        expr="sum by (policy) ("
        + _REFUSED.format(
            'apiserver_validating_admission_policy_check_total{job="apiserver",enforcement_action="deny"}'
        )
        + ") > 3",
        hold="0m",
        severity="page",
        summary='{{ $labels.policy }} refused {{ $value | printf "%.0f" }} requests within 10 minutes',
        action="Somebody keeps trying what isolation forbids: find who in the audit log, by the policy's name.",
    ),
    Alert(
        name="IsolationPodSecurityRefused",
        requirement="G2",
        tenant=False,
        expr="sum by (policy_level) ("
        + _REFUSED.format('pod_security_evaluations_total{job="apiserver",decision="deny",mode="enforce"}')
        + ") > 3",
        hold="0m",
        severity="page",
        summary='Pod Security {{ $labels.policy_level }} refused {{ $value | printf "%.0f" }} pods within 10 minutes',
        action="Somebody keeps trying privileged pods: find who in the audit log.",
    ),
    Alert(
        name="IsolationPacketsDenied",
        requirement="G2",
        tenant=False,
        expr="sum by (policy) ("
        + _REFUSED.format('calico_denied_packets{job="calico",policy=~".*tenantplane-guardrails.*"}')
        + ") > 100",
        hold="0m",
        severity="page",
        summary='A guard-rail dropped {{ $value | printf "%.0f" }} packets within 10 minutes: {{ $labels.policy }}',
        action="A pod keeps trying another tenant, the metadata service or the API server: see the flow logs.",
    ),
    Alert(
        name="MonitoringBlind",
        requirement="G1",
        tenant=False,
        expr=" or ".join(
            [
                "count by (job) (up == 0) == count by (job) (up)",
                *(f'absent(up{{job="{each.job}"}})' for each in EXPORTERS if each.job not in OPTIONAL),
            ]
        ),
        hold="5m",
        severity="page",
        summary="Nothing is heard of {{ $labels.job }}",
        action="Alerts that depend on it are silent: repair the exporter before trusting them.",
    ),
    Alert(
        name="MonitoringRulesFail",
        requirement="G1",
        tenant=False,
        expr="sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total[10m])) > 0",
        hold="5m",
        severity="page",
        summary="Rules of {{ $labels.rule_group }} cannot be worked out",
        action="See the rule's error in Prometheus; most often a series is there twice.",
    ),
)
"""About no single tenant: the counters of the API server and of Calico name the policy and not who was refused."""
