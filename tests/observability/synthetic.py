"""A synthetic cluster: what its exporters would send of sixty tenants, some of which misbehave."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from settings.monitoring.exporters import PERSIST_METRIC, SESSIONS_METRIC

NOISY, VICTIM, FORGER, FLOODER, DRY = "noisy-inc", "victim-school", "forger-inc", "flooder-inc", "dry-pool-labs"
QUIET = tuple(f"school-{number:02d}" for number in range(55))
TENANTS = (*QUIET, NOISY, VICTIM, FORGER, FLOODER, DRY)
CORES = {NOISY: 900.0}
"""Of 1,000 that the cluster has. Everybody else uses 3 of 10."""


def line(metric: str, value: float, **labels: str) -> str:
    """One sample in the text format."""
    inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return f"{metric}{{{inner}}} {value}\n"


@dataclass
class Synthetic:
    """Answers scrapes; `misbehaving` may be turned off while it runs.

    Counters follow the clock, so that a scrape that comes late sees what has happened meanwhile.
    """

    misbehaving: bool = True
    started: float = field(default_factory=time.monotonic)
    _turned: float | None = None

    def calm(self) -> None:
        """No tenant misbehaves from now on."""
        self._turned, self.misbehaving = time.monotonic(), False

    def grown(self, bad: float, good: float, now: float | None = None) -> float:
        """A counter that grew by `bad` a second as long as tenants misbehaved and by `good` since."""
        now = time.monotonic() if now is None else now
        turned = self._turned or now
        return bad * (turned - self.started) + good * (now - turned)

    def text(self, path: str) -> str:
        """What a path answers."""
        kind, _, tenant = path.strip("/").partition("/")
        if kind == "pod":
            return "".join(self._pod(tenant))
        pages: dict[str, Callable[[str], Iterator[str]]] = {
            "kube-state-metrics": self._quota,
            "cadvisor": self._containers,
            "dcgm-exporter": self._gpus,
            "kueue": self._queue,
            "agent-sandbox": self._sandboxes,
            "envoy-gateway": self._gateway,
        }
        own = "".join(each for tenant in TENANTS for each in pages[kind](tenant)) if kind in pages else ""
        return own + "".join(self._cluster(kind))

    def _cluster(self, kind: str) -> Iterator[str]:
        if kind == "kube-state-metrics":
            yield line("kube_node_status_allocatable", 1000, node="n1", resource="cpu")
            yield line("kube_node_status_allocatable", 4e12, node="n1", resource="memory")
            yield line("kube_pod_info", 1, namespace="tenant-victim-school", pod="p")
        if kind == "apiserver":
            labels = {"policy": "tenantplane-tenant", "policy_binding": "b", "error_type": "no_error"}
            metric = "apiserver_validating_admission_policy_check_total"
            yield line(metric, 1, **labels, enforcement_action="deny")
            yield line(metric, self.grown(9, 9), **labels, enforcement_action="allow")
            of = {"policy_level": "restricted", "policy_version": "latest", "mode": "enforce"}
            yield line("pod_security_evaluations_total", 1, **of, decision="deny")
        if kind == "calico":
            yield line("calico_denied_packets", 3, policy="tenantplane-guardrails|x|0|deny", srcIP="10.0.0.1")

    def _quota(self, tenant: str) -> Iterator[str]:
        hard = {
            "limits.cpu": 1000.0 if tenant == NOISY else 10.0,
            "requests.cpu": 10,
            "limits.memory": 64e9,
            "requests.memory": 32e9,
            "requests.storage": 100e9,
            "requests.ephemeral-storage": 50e9,
            "requests.nvidia.com/gpu": 1,
            "requests.nvidia.com/mig-1g.10gb": 1,
            "requests.nvidia.com/gpu.shared": 1,
            "pods": 40,
            "persistentvolumeclaims": 20,
            "services.loadbalancers": 1,
            "configmaps": 100,
            "count/jobs.batch": 200,
        }
        for resource, amount in hard.items():
            of = {"namespace": f"tenant-{tenant}", "resourcequota": "tenant", "resource": resource}
            yield line("kube_resourcequota", amount, **of, type="hard")
            yield line("kube_resourcequota", amount / 2, **of, type="used")

    def _containers(self, tenant: str) -> Iterator[str]:
        of = {"namespace": f"tenant-{tenant}", "pod": "homework-5d9f8c7b6d-abcde", "container": "main"}
        yield line("container_cpu_usage_seconds_total", self.grown(CORES.get(tenant, 3), 3), **of)
        yield line("container_cpu_usage_seconds_total", self.grown(CORES.get(tenant, 3), 3), **{**of, "container": ""})
        yield line("container_memory_working_set_bytes", 16e9, **of)
        for metric, rate in (("reads", 30.0), ("writes", 20.0), ("reads_bytes", 1e6), ("writes_bytes", 2e6)):
            yield line(f"container_fs_{metric}_total", self.grown(rate, rate), **of, device="/dev/nvme1n1")

    def _gpus(self, tenant: str) -> Iterator[str]:
        of = {"namespace": f"tenant-{tenant}", "pod": "p", "container": "main", "gpu": "0", "UUID": "GPU-1"}
        yield line("DCGM_FI_PROF_SM_ACTIVE", 0.5, **of)
        yield line("DCGM_FI_PROF_DRAM_ACTIVE", 0.4, **of)

    def _queue(self, tenant: str) -> Iterator[str]:
        of = {"cluster_queue": f"tenant-{tenant}"}
        yield line("kueue_pending_workloads", 1, **of, status="active")
        yield line("kueue_admitted_workloads_total", self.grown(1, 1), **of, priority_class="batch")
        yield from self._histogram("kueue_ready_wait_time_seconds", "5", 1, 1, **of)

    def _sandboxes(self, tenant: str) -> Iterator[str]:
        ready = 0 if tenant == DRY and self.misbehaving else 2
        of = {"namespace": f"tenant-{tenant}", "expired": "false", "launch_type": "warm", "sandbox_template": "agent"}
        yield line("agent_sandboxes", ready, **of, ready_condition="true", owned_by="SandboxWarmPool")
        yield line("agent_sandboxes", 3, **of, ready_condition="true", owned_by="SandboxClaim")
        yield line("agent_sandbox_claim_creation_total", self.grown(2, 2), **of, pod_condition="ready")

    def _gateway(self, tenant: str) -> Iterator[str]:
        of = {"envoy_cluster_name": f"httproute/tenant-{tenant}/homework/rule/0"}
        yield from self._histogram("envoy_cluster_upstream_rq_time", "500", 10, 10, **of)
        for answer, rate in (("2", 9.99), ("5", 0.01)):
            rq = {**of, "envoy_response_code_class": answer}
            yield line("envoy_cluster_upstream_rq_xx", self.grown(rate, rate), **rq)

    def _pod(self, tenant: str) -> Iterator[str]:
        bad = 0.0 if tenant == FORGER else 5.0
        for mode in ("sync", "async"):
            bound = "1" if mode == "sync" else "30"
            yield from self._histogram(PERSIST_METRIC, bound, 5, bad if mode == "sync" else 5, mode=mode)
        yield line(SESSIONS_METRIC, self.grown(1, 1), kind="interactive")
        yield line("http_requests_total", self.grown(5, 5), exported_tenant="x", exported_job="cadvisor")
        if tenant == FORGER and self.misbehaving:
            yield from self._forged()
        if tenant == FLOODER and self.misbehaving:
            for number in range(2000):
                yield line("flood", number, id=str(number))

    def _forged(self) -> Iterator[str]:
        """Whatever might pass for somebody else's, or break the rules of all."""
        of = {"tenant": VICTIM, "namespace": f"tenant-{VICTIM}", "job": "cadvisor", "pod": "p", "container": "main"}
        yield line("container_cpu_usage_seconds_total", self.grown(5000, 0), **of)
        yield line("container_memory_working_set_bytes", 9e15, **of)
        quota = {"tenant": VICTIM, "job": "kube-state-metrics", "resourcequota": "tenant", "type": "hard"}
        yield line("kube_resourcequota", 1e-3, **quota, resource="limits.cpu")
        yield line("tenant:info", 1, tenant=VICTIM, tier="free")
        yield line("tenant:cpu_usage_cores:rate5m", 1e9, tenant=VICTIM)
        yield line("ALERTS", 1, alertname="TenantCpuHigh", alertstate="firing", tenant=VICTIM)
        yield line("up", 0, job="cadvisor")
        yield from self._histogram(PERSIST_METRIC, "1", 50, 0, tenant=VICTIM, mode="sync")

    def _histogram(self, metric: str, bound: str, rate: float, good: float, **labels: str) -> Iterator[str]:
        """All events, of which `good` a second are within the bound while tenants misbehave, and all since."""
        now = time.monotonic()  # one for all: events that are counted and in no bucket are bad
        yield line(f"{metric}_bucket", self.grown(good, rate, now), **labels, le=bound)
        yield line(f"{metric}_bucket", self.grown(rate, rate, now), **labels, le="+Inf")
        yield line(f"{metric}_count", self.grown(rate, rate, now), **labels)


class Pages(Protocol):
    """Answers scrapes."""

    def text(self, path: str) -> str:
        """What a path answers."""
        ...


def serve(synthetic: Pages) -> ThreadingHTTPServer:
    """Serve it on a free port of the loopback interface, in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = synthetic.text(self.path).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # a scrape that is given up, as a flood is
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
