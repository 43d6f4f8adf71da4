"""What an autoscaler needs to go by metrics: traffic, the adapter, and a controller that looks often (C9)."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from components.observability.metrics_adapter import NAME
from localcloud.controlplane import ControlPlane
from localcloud.controlplane.layout import Layout
from localcloud.controlplane.parts import CONTROLLERS
from localcloud.toolchain import tool
from settings import names
from settings.monitoring import EXPORTERS
from settings.monitoring.exporters import scrape_config, scrape_limits, tenant_scrape_config
from settings.monitoring.scaling import WINDOW, adapter_configuration
from tests.cluster.acting import Caller
from tests.observability.processes import free_port, serving
from tests.observability.synthetic import line
from tests.polling import until

SHORT = "5s"
"""What rates are taken over here, where a scrape is a second after the last and not 30."""
LOOKS = "--horizontal-pod-autoscaler-sync-period=2s"


@dataclass
class Counter:
    """Grows by so much a second; `rate` may be set while it runs."""

    _rate: float = 0.0
    _grown: float = 0.0
    _since: float = field(default_factory=time.monotonic)

    @property
    def value(self) -> float:
        return self._grown + self._rate * (time.monotonic() - self._since)

    def at(self, rate: float) -> None:
        """Grow by this from now on."""
        self._grown, self._rate, self._since = self.value, rate, time.monotonic()


@dataclass
class Traffic:
    """What the exporters of a cluster send. claims: of sandboxes, by tenant. requests: by pod. forged: pods, by name,
    that claim to have counted the requests of another, with its namespace.
    """

    claims: dict[str, Counter]
    requests: dict[str, Counter] = field(default_factory=dict)
    forged: dict[str, tuple[str, str]] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """What a path answers."""
        kind, _, pod = path.strip("/").partition("/")
        return "".join(self._pod(pod) if kind == "pod" else self._sandboxes())

    def _sandboxes(self) -> Iterator[str]:
        for tenant, counter in self.claims.items():
            of = {"namespace": names.namespace(tenant), "sandbox_template": "sandboxes", "created_by": "unknown"}
            claimed = {**of, "warmpool_name": "sandboxes", "launch_type": "warm", "pod_condition": "ready"}
            yield line("agent_sandbox_claim_creation_total", counter.value, **claimed)
            warm = {"owned_by": "SandboxWarmPool", "ready_condition": "true", "expired": "false"}
            yield line("agent_sandboxes", 3, **of, **warm)

    def _pod(self, pod: str) -> Iterator[str]:
        yield line("http_requests_total", self.requests[pod].value, code="200")
        if pod in self.forged:
            namespace, other = self.forged[pod]
            claimed = {"namespace": namespace, "pod": other, "tenant": namespace.removeprefix("tenant-")}
            yield line("http_requests_total", 1e6 * time.monotonic(), **claimed)


def scraping(target: str, pods: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Configuration of Prometheus: the jobs as the platform has them, each second. pods: namespace and name."""
    (sandboxes,) = (each for each in EXPORTERS if each.job == "agent-sandbox")
    of_pods = [
        {
            "targets": [target],
            "labels": {
                "__metrics_path__": f"/pod/{pod}",
                "__meta_kubernetes_namespace": namespace,
                "__meta_kubernetes_pod_name": pod,
            },
        }
        for namespace, pod in pods
    ]
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "scrape_configs": [
            {**scrape_config(sandboxes), "metrics_path": "/sandboxes", "static_configs": [{"targets": [target]}]},
            {**tenant_scrape_config(scrape_limits(40)), "static_configs": of_pods},
        ],
    }


@contextmanager
def adapter(cluster: ControlPlane, admin: Caller, home: str, prometheus: str, directory: Path) -> Iterator[int]:
    """The port of the adapter: our rules, and the rights of its account and no more."""
    rules = yaml.safe_dump(adapter_configuration())
    assert f"[{WINDOW}]" in rules
    (directory / "rules.yaml").write_text(rules.replace(f"[{WINDOW}]", f"[{SHORT}]"))
    kubeconfig = directory / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(_as_account(cluster, admin, home)))
    port = free_port()
    command = [
        str(tool("prometheus-adapter")),
        f"--config={directory / 'rules.yaml'}",
        f"--prometheus-url={prometheus}",
        *(f"--{what}-kubeconfig={kubeconfig}" for what in ("lister", "authentication", "authorization")),
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={directory}",
        "--metrics-relist-interval=1s",
        "--metrics-max-age=1m",
    ]
    log = directory / "adapter.log"
    with serving(command, log) as alive:
        until(lambda: alive() and "Serving securely" in log.read_text(), "the adapter serves", 60)
        yield port
        assert "forbidden" not in log.read_text(), [each for each in log.read_text().splitlines() if "forbid" in each]


def _as_account(cluster: ControlPlane, admin: Caller, home: str) -> dict[str, Any]:
    """A kubeconfig of the adapter's account."""
    token = admin.create(f"/api/v1/namespaces/{home}/serviceaccounts/{NAME}/token", {"spec": {}})["status"]["token"]
    made: dict[str, Any] = yaml.safe_load(cluster.kubeconfig.read_text())
    made["users"][0]["user"] = {"token": token}
    return made


@contextmanager
def autoscaling(cluster: ControlPlane, directory: Path) -> Iterator[None]:
    """A second controller manager beside the cluster's own, with the autoscaler alone, which looks every two seconds
    and not every 15. The two agree on what they see."""
    layout = Layout(cluster.name, cluster.directory.parent.parent)
    # A copy: a `start` of the cluster, with which other tests may begin, ends whatever it did not start there itself.
    kubeconfig = directory / "controllers.kubeconfig"
    kubeconfig.write_bytes(layout.part_kubeconfig(CONTROLLERS).read_bytes())
    command = [
        str(tool("kube-controller-manager")),
        "--controllers=horizontal-pod-autoscaler-controller",
        *(f"--{what}kubeconfig={kubeconfig}" for what in ("", "authentication-", "authorization-")),
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={free_port()}",
        f"--cert-dir={directory}",
        LOOKS,
    ]
    with serving(command, directory / "autoscaling.log") as alive:
        yield
        alive()
