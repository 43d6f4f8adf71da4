"""Metrics that autoscalers go by, and how Prometheus Adapter makes them of what is scraped (C5, C9, G1).

The adapter answers for one namespace at a time and adds that to every query: an autoscaler reads what is of its own
namespace, whatever else it asks for. Each query names the job, which only the platform can give.
"""

from dataclasses import dataclass
from typing import Any, Final

from settings.monitoring.exporters import TENANT_PODS
from settings.monitoring.recording import WARM_READY
from settings.plan import ResolvedWorkload, TenantPlan

WINDOW: Final = "2m"
"""Over which rates are taken: four scrapes of 30 s, so that one that fails leaves three."""


@dataclass(frozen=True, kw_only=True)
class ScalingMetric:
    """One metric of the metrics APIs.

    name: as an autoscaler names it. series, job: what it is made of. matchers: further labels that the series must
    have, in PromQL. per_second: of a counter, the rate; else the value itself. of_pods: the metric is of single pods
    (custom.metrics.k8s.io); else of a namespace (external.metrics.k8s.io). by: labels that stay, by which an
    autoscaler may choose.
    """

    name: str
    series: str
    job: str
    matchers: str = ""
    per_second: bool
    of_pods: bool
    by: tuple[str, ...] = ()

    def rule(self) -> dict[str, Any]:
        """As the adapter's configuration has it, in which << >> enclose what a request fills in."""
        own = ",".join(filter(None, (f'job="{self.job}"', self.matchers)))
        there = ",".join((own, 'namespace!=""', *(['pod!=""'] if self.of_pods else [])))
        chosen = f"<<.Series>>{{<<.LabelMatchers>>,{own}}}"
        value = f"rate({chosen}[{WINDOW}])" if self.per_second else chosen
        by = "<<.GroupBy>>" if self.of_pods else ",".join(("namespace", *self.by))
        overrides = {"namespace": {"resource": "namespace"}}
        if self.of_pods:
            overrides["pod"] = {"resource": "pod"}
        return {
            "seriesQuery": f"{self.series}{{{there}}}",
            "resources": {"overrides": overrides},
            "name": {"matches": f"^{self.series}$", "as": self.name},
            "metricsQuery": f"sum({value}) by ({by})",
        }


REQUESTS: Final = ScalingMetric(
    name="http_requests_per_second", series="http_requests_total", job=TENANT_PODS, per_second=True, of_pods=True
)
"""Requests that a pod has answered, as it counts them itself (C9)."""
CLAIMS: Final = ScalingMetric(
    name="agent_sandbox_claim_creation_per_second",
    series="agent_sandbox_claim_creation_total",
    job="agent-sandbox",
    per_second=True,
    of_pods=False,
    by=("warmpool_name",),
)
"""Sandboxes claimed, as their controller counts them (C5)."""
WARM: Final = ScalingMetric(
    name="agent_sandbox_warm_ready",
    series="agent_sandboxes",
    job="agent-sandbox",
    matchers=WARM_READY,
    per_second=False,
    of_pods=False,
)
"""Sandboxes that wait for a claim (C5)."""

SCALING: Final = (REQUESTS, CLAIMS, WARM)
"""All of them."""


def adapter_configuration() -> dict[str, Any]:
    """The configuration file of Prometheus Adapter."""
    return {
        "rules": [each.rule() for each in SCALING if each.of_pods],
        "externalRules": [each.rule() for each in SCALING if not each.of_pods],
    }


def requests_per_pod_m(plan: TenantPlan, workload: ResolvedWorkload) -> int:
    """Thousandths of a request a second that the autoscaler keeps a pod at: what the tier lets in at the gateway (B2),
    spread over as many pods as the workload may have. At the tenant's limit the workload is thus at its most; at least
    1."""
    return max(1, plan.tier.requests_per_minute * 1000 // 60 // max(1, workload.max_replicas))
