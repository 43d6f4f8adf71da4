"""How each alert comes about, in series as exporters send them and relabelling leaves them."""

from settings.monitoring import SLOS
from tests.observability.scenarios_of_months import OF_MONTHS
from tests.observability.series import Counter, Gauge, Scenario, named

WHO = {"tenant": "acme-robotics", "tier": "enterprise"}
"""The tenant that is in trouble. Its neighbour, pelican-games, uses as much as is good all the time."""
TENANT, NEIGHBOUR = "acme-robotics", "pelican-games"
FULL = {"TenantQuotaSaturated": "limits.cpu"}


def _hard(resource: str, amount: float, tenant: str = TENANT, kind: str = "hard") -> str:
    labels = {"job": "kube-state-metrics", "tenant": tenant, "namespace": f"tenant-{tenant}", "resourcequota": "tenant"}
    return named("kube_resourcequota", **labels, resource=resource, type=kind)


def _container(metric: str, tenant: str = TENANT) -> str:
    return named(metric, job="cadvisor", tenant=tenant, namespace=f"tenant-{tenant}", pod="p", container="main")


def _both(metric: str, values: Gauge | Counter, job: str, **labels: str) -> dict[str, Gauge | Counter]:
    """For the tenant; and for its neighbour, always good."""
    kind = type(values)
    return {
        named(metric, job=job, tenant=TENANT, **labels): values,
        named(metric, job=job, tenant=NEIGHBOUR, **labels): kind(values.good, values.good),
    }


def _use(metric: str, values: Gauge | Counter) -> dict[str, Gauge | Counter]:
    return _both(metric, values, "cadvisor", container="main")


def _event(policy: str, namespace: str) -> str:
    labels = {"policy": policy, "namespace": namespace, "workload": "web", "pod": "web-1", "binary": "/usr/bin/sh"}
    return named("tetragon_policy_events_total", job="tetragon", **labels, hook="kprobe:sys_setns")


def _quotas(resource: str, amount: float) -> dict[str, float]:
    return {_hard(resource, amount, tenant): amount for tenant in (TENANT, NEIGHBOUR)}


def _allocatable(cpu: float, memory: float) -> dict[str, float]:
    node = {"job": "kube-state-metrics", "node": "n1"}
    return {
        named("kube_node_status_allocatable", **node, resource="cpu"): cpu,
        named("kube_node_status_allocatable", **node, resource="memory"): memory,
    }


SCENARIOS: dict[str, Scenario] = {
    "TenantCpuHigh": Scenario(
        bad=_use("container_cpu_usage_seconds_total", Counter(9, 8.5)),
        steady=_quotas("limits.cpu", 10),
        labels=WHO,
        summary="acme-robotics uses 90% of the CPU that its quota allows",
    ),
    "TenantMemoryHigh": Scenario(
        bad=_use("container_memory_working_set_bytes", Gauge(90, 85)),
        steady=_quotas("limits.memory", 100),
        labels=WHO,
        summary="The working set of acme-robotics is 90% of the memory that its quota allows",
    ),
    "TenantGpuBusy": Scenario(
        bad=_both("DCGM_FI_PROF_SM_ACTIVE", Gauge(0.95, 0.9), "dcgm-exporter", gpu="0"),
        steady={},
        labels=WHO,
        summary="The multiprocessors of the GPUs of acme-robotics are 95% busy",
    ),
    "TenantGpuMemoryBandwidthHigh": Scenario(
        bad=_both("DCGM_FI_PROF_DRAM_ACTIVE", Gauge(0.85, 0.8), "dcgm-exporter", gpu="0"),
        steady={},
        labels=WHO,
        summary="The memory of the GPUs of acme-robotics is 85% busy",
    ),
    # 100 GB: 300 operations per second of up to 256 KiB.
    "TenantIoOperationsHigh": Scenario(
        bad=_use("container_fs_reads_total", Counter(170, 155)) | _use("container_fs_writes_total", Counter(100, 100)),
        steady=_quotas("requests.storage", 100e9),
        labels=WHO,
        summary="acme-robotics does 90% of the I/O operations that go with its storage",
    ),
    "TenantIoThroughputHigh": Scenario(
        bad=_use("container_fs_reads_bytes_total", Counter(120 * (256 << 10), 105 * (256 << 10)))
        | _use("container_fs_writes_bytes_total", Counter(150 * (256 << 10), 150 * (256 << 10))),
        steady=_quotas("requests.storage", 100e9),
        labels=WHO,
        summary="acme-robotics moves 90% of the bytes that go with its storage",
    ),
    "TenantQuotaSaturated": Scenario(
        bad={_hard("pods", 0, kind="used"): Gauge(95, 90), _hard("pods", 0, NEIGHBOUR, "used"): Gauge(90, 90)},
        steady=_quotas("pods", 100),
        labels={**WHO, "resource": "pods"},
        summary="acme-robotics has requested 95% of its pods",
    ),
    "TenantNoisyNeighbour": Scenario(
        bad=_use("container_cpu_usage_seconds_total", Counter(90, 80)),
        steady=_allocatable(100, 1000),
        labels=WHO,
        summary="acme-robotics uses 90% of the whole cluster",
    ),
    "TenantWarmPoolEmpty": Scenario(
        bad={
            named("agent_sandboxes", job="agent-sandbox", tenant=tenant, owned_by=owner, **ready, expired="false"): of
            for tenant, owner, of in (
                (TENANT, "SandboxWarmPool", Gauge(0, 1)),
                (TENANT, "SandboxClaim", Gauge(7, 7)),
                (NEIGHBOUR, "SandboxWarmPool", Gauge(1, 1)),
                ("gearbox-labs", "SandboxWarmPool", Gauge(1, 1)),
                ("northwind-bank", "SandboxWarmPool", Gauge(1, 1)),
            )
            for ready in ({"ready_condition": "true"},)
        },
        steady={named("up", job="agent-sandbox"): 1},
        labels=WHO,
        summary="acme-robotics has no warm sandbox, of 10 that it should have",
    ),
    "TenantQueueStuck": Scenario(
        bad=_both("kueue_pending_workloads", Gauge(4, 4), "kueue", status="active")
        | {
            named("kueue_admitted_workloads_total", job="kueue", tenant=TENANT): Counter(0, 0.1),
            named("kueue_admitted_workloads_total", job="kueue", tenant=NEIGHBOUR): Counter(0.1, 0.1),
        },
        steady={},
        labels=WHO,
        summary="4 Jobs of acme-robotics wait, and none was admitted for half an hour",
        bad_m=45,
    ),
    "TenantMetricsRefused": Scenario(
        bad=_both("up", Gauge(0, 1), "tenant-pods", pod="p"),
        steady={},
        labels=WHO,
        summary="Pods of acme-robotics that cannot be scraped: 1",
    ),
    "IsolationAdmissionRefused": Scenario(
        bad={
            named(
                "apiserver_validating_admission_policy_check_total",
                job="apiserver",
                policy="tenantplane-tenant",
                enforcement_action="deny",
            ): Counter(0.01, 0.004),
            named(
                "apiserver_validating_admission_policy_check_total",
                job="apiserver",
                policy="tenantplane-tenant",
                enforcement_action="allow",
            ): Counter(9, 9),
        },
        steady={},
        labels={"policy": "tenantplane-tenant"},
        summary="tenantplane-tenant refused 6 requests within 10 minutes",
    ),
    "IsolationPodSecurityRefused": Scenario(
        bad={
            named(
                "pod_security_evaluations_total",
                job="apiserver",
                decision="deny",
                mode=mode,
                policy_level="restricted",
            ): values
            for mode, values in (("enforce", Counter(0.01, 0.004)), ("warn", Counter(1, 1)))
        },
        steady={},
        labels={"policy_level": "restricted"},
        summary="Pod Security restricted refused 6 pods within 10 minutes",
    ),
    "IsolationPacketsDenied": Scenario(
        bad={
            named("calico_denied_packets", job="calico", policy=policy): values
            for policy, values in (
                ("tenantplane-guardrails|tenantplane-guardrails.tenants|0|deny", Counter(1, 0.15)),
                ("default|tenant-acme/mine|0|deny", Counter(1, 1)),
            )
        },
        steady={},
        labels={"policy": "tenantplane-guardrails|tenantplane-guardrails.tenants|0|deny"},
        summary="A guard-rail dropped 600 packets within 10 minutes: "
        "tenantplane-guardrails|tenantplane-guardrails.tenants|0|deny",
    ),
    "IsolationSignSeen": Scenario(
        # Once in a week is enough; who shells about is not this alert's.
        bad={_event("tenantplane-escape", "tenant-acme-robotics"): Counter(0.01, 0)},
        steady={_event("tenantplane-shell", "tenant-pelican-games"): 7},
        labels={"policy": "tenantplane-escape", "namespace": "tenant-acme-robotics"},
        summary="tenantplane-escape: 6 within 10 minutes in tenant-acme-robotics",
    ),
    "IsolationShellSeen": Scenario(
        bad={_event("tenantplane-shell", "tenant-acme-robotics"): Counter(0.01, 0)},
        steady={_event("tenantplane-escape", "tenant-pelican-games"): 7},
        labels={"policy": "tenantplane-shell", "namespace": "tenant-acme-robotics"},
        summary="Shells in tenant-acme-robotics: 6 within 10 minutes",
    ),
    "DetectionBlind": Scenario(
        bad={named("tetragon_tracingpolicy_loaded", job="tetragon", instance="n1", state="load_error"): Gauge(1, 0)},
        steady={
            named("up", job="tetragon", instance="n1"): 1,
            named("tetragon_tracingpolicy_loaded", job="tetragon", instance="n1", state="enabled"): 5,
        },
        labels={"job": "tetragon", "instance": "n1"},
        summary="Nobody watches the processes of the node behind n1, or not for all signs",
    ),
    "MonitoringBlind": Scenario(
        bad={
            named("up", job="cadvisor", instance="a"): Gauge(0, 1),
            named("up", job="cadvisor", instance="b"): Gauge(0, 0),
        },
        steady={named("up", job=job): 1 for job in ("kube-state-metrics", "envoy-gateway", "apiserver")},
        labels={"job": "cadvisor"},
        summary="Nothing is heard of cadvisor",
    ),
    "MonitoringRulesFail": Scenario(
        bad={named("prometheus_rule_evaluation_failures_total", rule_group="r;tenantplane-use"): Counter(1, 0)},
        steady={},
        labels={"rule_group": "r;tenantplane-use"},
        summary="Rules of r;tenantplane-use cannot be worked out",
    ),
}

_HISTOGRAMS = {
    "interactive": ("envoy_cluster_upstream_rq_time", "envoy-gateway", "500", {}),
    "batch": ("kueue_ready_wait_time_seconds", "kueue", "5", {}),
    "persistence-sync": ("agent_session_persist_duration_seconds", "tenant-pods", "1.0", {"mode": "sync"}),
    "persistence-async": ("agent_session_persist_duration_seconds", "tenant-pods", "30", {"mode": "async"}),
}
_MINUTES = {"Fast": (40, 20), "Steady": (60, 60), "Slow": (120, 480)}
"""Until it fires, and until its short window has forgotten."""


def _events(slo: str) -> dict[str, Gauge | Counter]:
    """Ten events a second: all bad, then all good but for what the budget allows."""
    if slo == "success":
        return _both(
            "envoy_cluster_upstream_rq_xx", Counter(10, 0.04), "envoy-gateway", envoy_response_code_class="5"
        ) | (_both("envoy_cluster_upstream_rq_xx", Counter(0, 9.96), "envoy-gateway", envoy_response_code_class="2"))
    metric, job, bound, labels = _HISTOGRAMS[slo]
    return (
        _both(f"{metric}_bucket", Counter(0, 9.92), job, **labels, le=bound)
        | _both(f"{metric}_bucket", Counter(10, 10), job, **labels, le="+Inf")
        | _both(f"{metric}_count", Counter(10, 10), job, **labels)
    )


_LONG = {"Fast": "1h", "Steady": "6h", "Slow": "3d"}
for _slo in SLOS:
    for _speed, (_bad, _good) in _MINUTES.items():
        _name = "".join(part.title() for part in _slo.id.split("-"))
        SCENARIOS[f"Slo{_name}Burns{_speed}"] = Scenario(
            bad=_events(_slo.id),
            steady={},
            labels={**WHO, "slo": _slo.id, "window": _LONG[_speed]},
            summary=f"{_slo.title}: for acme-robotics 100% did not in {_LONG[_speed]}; "
            f"allowed are {_slo.budget:g} of all",
            bad_m=_bad,
            good_m=_good,
        )

SCENARIOS |= OF_MONTHS
