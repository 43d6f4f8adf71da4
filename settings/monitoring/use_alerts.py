"""Alerts about what a tenant uses (G1, G2)."""

from typing import Final

from settings.monitoring.alert import SHARE, Alert
from settings.monitoring.exporters import TENANT_PODS


def _above(series: str, part: float) -> str:
    return f"{series} > {part}"


USE_ALERTS: Final = (
    Alert(
        name="TenantCpuHigh",
        requirement="G2",
        expr=_above("tenant:cpu_quota:ratio", 0.85),
        hold="10m",
        severity="ticket",
        summary=f"{{{{ $labels.tenant }}}} uses {SHARE} of the CPU that its quota allows",
        action="Offer the next tier, or raise the quota in the tenant's file with a reason.",
    ),
    Alert(
        name="TenantMemoryHigh",
        requirement="G2",
        expr=_above("tenant:memory_quota:ratio", 0.85),
        hold="10m",
        severity="ticket",
        summary=f"The working set of {{{{ $labels.tenant }}}} is {SHARE} of the memory that its quota allows",
        action="Its containers are killed at their limits next: offer the next tier.",
    ),
    Alert(
        name="TenantGpuBusy",
        requirement="G2",
        expr=_above("tenant:gpu_sm_active:avg", 0.9),
        hold="15m",
        severity="ticket",
        summary=f"The multiprocessors of the GPUs of {{{{ $labels.tenant }}}} are {SHARE} busy",
        action="Offer more GPUs; look whether a slice that shares its device starves.",
    ),
    Alert(
        name="TenantGpuMemoryBandwidthHigh",
        requirement="G2",
        expr=_above("tenant:gpu_dram_active:avg", 0.8),
        hold="15m",
        severity="ticket",
        summary=f"The memory of the GPUs of {{{{ $labels.tenant }}}} is {SHARE} busy",
        action="About 0.8 is what a device reaches in practice: it is bound by memory, and more SMs will not help.",
    ),
    Alert(
        name="TenantIoOperationsHigh",
        requirement="G2",
        expr=_above("tenant:io_operations_limit:ratio", 0.85),
        hold="10m",
        severity="ticket",
        summary=f"{{{{ $labels.tenant }}}} does {SHARE} of the I/O operations that go with its storage",
        action="Its volumes are throttled next: offer more storage or a faster class.",
    ),
    Alert(
        name="TenantIoThroughputHigh",
        requirement="G2",
        expr=_above("tenant:io_bytes_limit:ratio", 0.85),
        hold="10m",
        severity="ticket",
        summary=f"{{{{ $labels.tenant }}}} moves {SHARE} of the bytes that go with its storage",
        action="Its volumes are throttled next: offer more storage or a faster class.",
    ),
    Alert(
        name="TenantQuotaSaturated",
        requirement="G2",
        expr=_above("tenant:quota_use:ratio", 0.9),
        hold="15m",
        severity="ticket",
        summary=f"{{{{ $labels.tenant }}}} has requested {SHARE} of its {{{{ $labels.resource }}}}",
        action="The API server refuses what goes beyond it: offer the next tier.",
    ),
    Alert(
        name="TenantNoisyNeighbour",
        requirement="G2",
        expr="tenant:cluster_cpu_share:ratio > 0.8 or tenant:cluster_memory_share:ratio > 0.8",
        hold="5m",
        severity="page",
        summary=f"{{{{ $labels.tenant }}}} uses {SHARE} of the whole cluster",
        action="Others go short: add nodes, or give the tenant a pool of its own (A6).",
    ),
    Alert(
        name="TenantWarmPoolEmpty",
        requirement="G2",
        # Without its exporter there is no news of pools: that is MonitoringBlind, not a page for every tenant.
        expr="(tenant:warm_sandboxes:wanted > 0 unless on (tenant) tenant:warm_sandboxes:ready > 0) "
        'and on () max(up{job="agent-sandbox"}) == 1',
        hold="2m",
        severity="page",
        summary="{{ $labels.tenant }} has no warm sandbox, of {{ $value }} that it should have",
        action="Claims wait for a cold start: look at the pool's events, its quota and the sandbox nodes.",
    ),
    Alert(
        name="TenantQueueStuck",
        requirement="G2",
        expr="tenant:queue_pending:count > 0 unless on (tenant) tenant:queue_admitted:rate5m > 0",
        hold="30m",
        severity="ticket",
        summary="{{ $value }} Jobs of {{ $labels.tenant }} wait, and none was admitted for half an hour",
        action="Look at the conditions of its Workloads: quota in use, a flavor without nodes, or a stopped queue.",
    ),
    Alert(
        name="TenantMetricsRefused",
        requirement="G1",
        expr=f'count by (tenant) (up{{job="{TENANT_PODS}"}} == 0)',
        hold="15m",
        severity="ticket",
        summary="Pods of {{ $labels.tenant }} that cannot be scraped: {{ $value }}",
        action="The pod does not answer, or sends more than its limits allow: see the target's error.",
    ),
)
"""One tenant, more than it should."""
