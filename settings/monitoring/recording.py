"""Recording rules: what is known of each tenant, in a bounded number of series (G1, G2, G3)."""

from collections.abc import Iterable
from typing import Any, Final

from settings.monitoring.slos import SLOS, WINDOW_SECONDS
from settings.plan import TenantPlan

Rule = dict[str, Any]

SERIES_PER_TENANT: Final = 80
"""The most that the recording rules may make of one tenant; a test on a real Prometheus holds it."""
QUOTA_RESOURCES: Final = (
    r"(requests|limits)\\.(cpu|memory)",
    r"requests\\.(storage|ephemeral-storage)",
    r"requests\\.nvidia\\.com/.+",
    "pods",
    "persistentvolumeclaims",
    r"services\\.loadbalancers",
)
"""Of some thirty resources that a quota names, those whose use is kept: the others count objects of etcd."""

IO_PER_GB, IO_LEAST, IO_MOST = 3, 100, 16_000
IO_BYTES, THROUGHPUT_MOST = 256 << 10, 250 << 20
"""I/O that goes with storage: 3 operations per second for each GB, 100 to 16,000, of up to 256 KiB, 250 MiB/s at most,
as an EBS gp2 volume of that size has it (AWS, EBS user guide, "General purpose SSD volumes")."""


WARM_READY: Final = 'owned_by="SandboxWarmPool",ready_condition="true",expired="false"'
"""Labels of `agent_sandboxes` that mean: waits for a claim."""


def _container(metric: str) -> str:
    # Without a container it is the sum over the pod, or its sandbox; with both counted, all would be double.
    return f'{metric}{{job="cadvisor",tenant!="",container!=""}}'


def _rate(metric: str) -> str:
    return f"sum by (tenant) (rate({_container(metric)}[5m]))"


def _quota(kind: str, resource: str) -> str:
    return (
        f'kube_resourcequota{{job="kube-state-metrics",tenant!="",resourcequota="tenant",type="{kind}",'
        f'resource="{resource}"}}'
    )


def _hard(resource: str) -> str:
    return f"sum by (tenant) ({_quota('hard', resource)})"


def _allocatable(resource: str) -> str:
    return f'scalar(sum(kube_node_status_allocatable{{job="kube-state-metrics",resource="{resource}"}}))'


_IO_LIMIT = f"clamp({_hard('requests.storage')} / 1e9 * {IO_PER_GB}, {IO_LEAST}, {IO_MOST})"
_QUOTA_USE = 'kube_resourcequota{{job="kube-state-metrics",tenant!="",resourcequota="tenant",type="{}",resource=~"{}"}}'

USE: Final[tuple[tuple[str, str], ...]] = (
    ("tenant:cpu_usage_cores:rate5m", _rate("container_cpu_usage_seconds_total")),
    ("tenant:cpu_quota:ratio", f"tenant:cpu_usage_cores:rate5m / on (tenant) ({_hard('limits.cpu')} > 0)"),
    ("tenant:memory_working_set_bytes:sum", f"sum by (tenant) ({_container('container_memory_working_set_bytes')})"),
    ("tenant:memory_quota:ratio", f"tenant:memory_working_set_bytes:sum / on (tenant) ({_hard('limits.memory')} > 0)"),
    ("tenant:gpu_sm_active:avg", 'avg by (tenant) (DCGM_FI_PROF_SM_ACTIVE{job="dcgm-exporter",tenant!=""})'),
    ("tenant:gpu_dram_active:avg", 'avg by (tenant) (DCGM_FI_PROF_DRAM_ACTIVE{job="dcgm-exporter",tenant!=""})'),
    (
        "tenant:io_operations:rate5m",
        f"{_rate('container_fs_reads_total')} + {_rate('container_fs_writes_total')}",
    ),
    (
        "tenant:io_bytes:rate5m",
        f"{_rate('container_fs_reads_bytes_total')} + {_rate('container_fs_writes_bytes_total')}",
    ),
    ("tenant:io_operations_limit:ratio", f"tenant:io_operations:rate5m / on (tenant) {_IO_LIMIT}"),
    (
        "tenant:io_bytes_limit:ratio",
        f"tenant:io_bytes:rate5m / on (tenant) clamp_max({_IO_LIMIT} * {IO_BYTES}, {THROUGHPUT_MOST})",
    ),
    (
        "tenant:quota_use:ratio",
        f"sum by (tenant, resource) ({_QUOTA_USE.format('used', '|'.join(QUOTA_RESOURCES))})"
        f" / (sum by (tenant, resource) ({_QUOTA_USE.format('hard', '|'.join(QUOTA_RESOURCES))}) > 0)",
    ),
    ("tenant:cluster_cpu_share:ratio", f"tenant:cpu_usage_cores:rate5m / {_allocatable('cpu')}"),
    ("tenant:cluster_memory_share:ratio", f"tenant:memory_working_set_bytes:sum / {_allocatable('memory')}"),
    (
        "tenant:warm_sandboxes:ready",
        f'sum by (tenant) (agent_sandboxes{{job="agent-sandbox",tenant!="",{WARM_READY}}})',
    ),
    ("tenant:queue_pending:count", 'sum by (tenant) (kueue_pending_workloads{job="kueue",tenant!=""})'),
    (
        "tenant:queue_admitted:rate5m",
        'sum by (tenant) (rate(kueue_admitted_workloads_total{job="kueue",tenant!=""}[5m]))',
    ),
)
"""What tenants use, by the name of the recorded series, in the order in which they are worked out."""


def recording_groups() -> list[dict[str, Any]]:
    """Groups of recording rules that are the same for all tenants."""
    return [
        {"name": "tenantplane-use", "rules": [{"record": name, "expr": expr} for name, expr in USE]},
        {"name": "tenantplane-slo", "rules": [*_events(), *_ratios()]},
        # A month of samples is read for it: seldom is enough.
        {"name": "tenantplane-budget", "interval": "5m", "rules": _budgets()},
    ]


def tenants_group(plans: Iterable[TenantPlan]) -> dict[str, Any]:
    """What the catalogue says of each tenant, as series that alerts join: its tier, and the sandboxes it should have.

    Alerts are of tenants that are here: a series with a tenant that the catalogue does not know raises none.
    """
    rules: list[Rule] = []
    for plan in plans:
        tenant = plan.tenant.id
        labels = {"tenant": tenant, "tier": plan.tier.id}
        rules.append({"record": "tenant:info", "expr": "vector(1)", "labels": labels})
        if plan.sandboxes is not None and plan.active:
            wanted = {"record": "tenant:warm_sandboxes:wanted", "expr": f"vector({plan.sandboxes.warm})"}
            rules.append({**wanted, "labels": {"tenant": tenant}})
    return {"name": "tenantplane-tenants", "rules": rules}


def _events() -> list[Rule]:
    """Events and bad events of each objective, per second over 5 minutes. Longer windows are sums over these, which
    weighs them by traffic and reads two series instead of every bucket."""
    rules: list[Rule] = []
    for slo in SLOS:
        labels = {"slo": slo.id}
        rules.append({"record": "tenant:slo_total:rate5m", "expr": slo.total, "labels": labels})
        # A class of answers, or a bucket, that never was has no series.
        bad = f"clamp_min({slo.total} - ({slo.good} or {slo.total} * 0), 0)"
        rules.append({"record": "tenant:slo_bad:rate5m", "expr": bad, "labels": labels})
    return rules


def _ratios() -> list[Rule]:
    made = [{"record": "tenant:slo_errors:ratio5m", "expr": "tenant:slo_bad:rate5m / tenant:slo_total:rate5m"}]
    for window in WINDOW_SECONDS:
        if window not in ("5m", "30d"):
            made.append({"record": f"tenant:slo_errors:ratio{window}", "expr": _over(window)})
    return made


def _over(window: str, selector: str = "") -> str:
    return (
        f"sum_over_time(tenant:slo_bad:rate5m{selector}[{window}])"
        f" / sum_over_time(tenant:slo_total:rate5m{selector}[{window}])"
    )


def _budgets() -> list[Rule]:
    """What is left of each error budget of the last 30 days: 1 all of it, 0 none, negative when it is overdrawn."""
    made: list[Rule] = []
    for slo in SLOS:
        spent = _over("30d", f'{{slo="{slo.id}"}}')
        expr = f"1 - ({spent}) / {slo.budget}"
        made.append({"record": "tenant:slo_budget_left:ratio", "expr": expr, "labels": {"slo": slo.id}})
    return made
