"""Alerts about isolation, and about monitoring itself (G1, G2)."""

from typing import Final

from settings.monitoring.alert import Alert
from settings.monitoring.exporters import EXPORTERS, OPTIONAL

_REFUSED = "increase({}[10m])"


def _seen(labels: str) -> str:
    """PromQL: events of Tetragon's policies, by policy and namespace. A series begins with its first event, which
    `increase` does not see: of a new one the whole value counts."""
    events = f'tetragon_policy_events_total{{job="tetragon",{labels}}}'
    new = f"({events} unless {events} offset 10m)"
    return f"sum by (policy, namespace) ({new} or increase({events}[10m])) > 0"


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
        name="IsolationSignSeen",
        requirement="G2",
        tenant=False,
        expr=_seen('policy=~"tenantplane-.+",policy!="tenantplane-shell"'),
        hold="0m",
        severity="page",
        summary='{{ $labels.policy }}: {{ $value | printf "%.0f" }} within 10 minutes in {{ $labels.namespace }}',
        action="A process does what no workload does: find pod and program in Tetragon's events, by the policy's name,"
        " and take the pod off the network before it is deleted.",
    ),
    Alert(
        name="IsolationShellSeen",
        requirement="G2",
        tenant=False,
        expr=_seen('policy="tenantplane-shell"'),
        hold="0m",
        severity="ticket",
        summary='Shells in {{ $labels.namespace }}: {{ $value | printf "%.0f" }} within 10 minutes',
        action="Somebody looks around in a workload, or its image starts a shell: find out which in Tetragon's events.",
    ),
    Alert(
        name="DetectionBlind",
        requirement="G5",
        tenant=False,
        expr='sum by (job, instance) (up{job="tetragon"} == 0'
        ' or tetragon_tracingpolicy_loaded{job="tetragon",state=~"error|load_error"} > 0) >= 0',
        hold="10m",
        severity="page",
        summary="Nobody watches the processes of the node behind {{ $labels.instance }}, or not for all signs",
        action="Tetragon is down there, or its kernel lacks a function that a policy names: see `tetra tracingpolicy`.",
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
