"""Service level objectives of a tenant, and how fast their error budget may burn (G3).

Windows, burn rates and the part of a 30-day budget that is gone when they fire are those that Google's "The Site
Reliability Workbook", chapter 5, "Alerting on SLOs", table 5-8, recommends. The short window is a twelfth of the long
one, so that an alert ends soon after what caused it.
"""

from dataclasses import dataclass
from typing import Final

from settings.monitoring.exporters import PERSIST_METRIC, TENANT_PODS


@dataclass(frozen=True, kw_only=True)
class Slo:
    """One objective.

    id: value of the label `slo`. objective: part of all events that must be good. good, total: PromQL that gives
    events per second over 5 minutes, by tenant. requirement: in G3's words.
    """

    id: str
    title: str
    objective: float
    good: str
    total: str
    requirement: str
    source: str

    @property
    def budget(self) -> float:
        """Part of all events that may be bad."""
        return round(1 - self.objective, 6)


@dataclass(frozen=True, kw_only=True)
class BurnWindow:
    """Alert when both windows burn the budget at `rate` times the speed that would use it up in 30 days.

    spent: part of the budget that is gone by then. hold: how long it must last.
    """

    name: str
    long: str
    short: str
    rate: float
    spent: float
    severity: str
    hold: str


BURN_WINDOWS: Final = (
    BurnWindow(name="Fast", long="1h", short="5m", rate=14.4, spent=0.02, severity="page", hold="2m"),
    BurnWindow(name="Steady", long="6h", short="30m", rate=6, spent=0.05, severity="page", hold="15m"),
    BurnWindow(name="Slow", long="3d", short="6h", rate=1, spent=0.10, severity="ticket", hold="1h"),
)
WINDOW_SECONDS: Final = {"5m": 300, "30m": 1800, "1h": 3600, "6h": 21600, "3d": 259200, "30d": 2592000}
LEAST_BAD_EVENTS: Final = 5
"""Fewer bad events than this in the long window are no alert: of ten requests a day one is a tenth. This project's own
number; the workbook only says that services with little traffic need such a guard."""


def _histogram(metric: str, job: str, bound: str, extra: str = "") -> tuple[str, str]:
    """Good and total of a histogram. Prometheus 3 writes the bound 500 as 500.0."""
    selector = f'job="{job}",tenant!=""{extra}'
    good = f'sum by (tenant) (rate({metric}_bucket{{{selector},le=~"{bound}(\\\\.0)?"}}[5m]))'
    return good, f"sum by (tenant) (rate({metric}_count{{{selector}}}[5m]))"


_INTERACTIVE = _histogram("envoy_cluster_upstream_rq_time", "envoy-gateway", "500")
_BATCH = _histogram("kueue_ready_wait_time_seconds", "kueue", "5")
_SYNC = _histogram(PERSIST_METRIC, TENANT_PODS, "1", ',mode="sync"')
_ASYNC = _histogram(PERSIST_METRIC, TENANT_PODS, "30", ',mode="async"')
_ANSWERS = 'envoy_cluster_upstream_rq_xx{job="envoy-gateway",tenant!=""'

SLOS: Final = (
    Slo(
        id="interactive",
        title="Interactive sessions answer within 500 ms",
        objective=0.99,
        good=_INTERACTIVE[0],
        total=_INTERACTIVE[1],
        requirement="session P99 < 500 ms interactive",
        source="Envoy, time from the gateway to the tenant's service and back, milliseconds",
    ),
    Slo(
        id="batch",
        title="Batch sessions are running within 5 s",
        objective=0.99,
        good=_BATCH[0],
        total=_BATCH[1],
        requirement="session P99 < 5 s batch",
        source="Kueue, from the creation of a Job until its pods are ready, seconds",
    ),
    Slo(
        id="success",
        title="Sessions succeed",
        objective=0.995,
        good=f'sum by (tenant) (rate({_ANSWERS},envoy_response_code_class!="5"}}[5m]))',
        total=f"sum by (tenant) (rate({_ANSWERS}}}[5m]))",
        requirement="success > 99.5 %",
        source="Envoy, answers that are not 5xx",
    ),
    Slo(
        id="persistence-sync",
        title="What a session waits for is stored within 1 s",
        objective=0.99,
        good=_SYNC[0],
        total=_SYNC[1],
        requirement="persistence < 1 s sync",
        source="the reference workload's own histogram, seconds; G3 names no part, so that 99 % is this project's",
    ),
    Slo(
        id="persistence-async",
        title="What a session leaves behind is stored within 30 s",
        objective=0.99,
        good=_ASYNC[0],
        total=_ASYNC[1],
        requirement="persistence < 30 s async",
        source="as above",
    ),
)
