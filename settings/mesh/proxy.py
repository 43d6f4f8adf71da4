"""The proxy beside each service of a tenant: its ports, what it needs, and how it is asked for (C4, E3)."""

from dataclasses import dataclass
from typing import Final

from settings.cluster import Cluster
from settings.fields import Compute
from settings.quantities import format_bytes, format_cpu

APP_PORT: Final = 8081
"""TCP port of the program itself, behind the proxy. No network policy lets anybody to it from outside the pod."""
PROXY_PORT: Final = 15080
"""TCP port, of the pod's own loopback alone, at which the proxy takes the program's own HTTP requests."""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """What the proxy of one pod counts against its tenant's quota."""

    requests: Compute
    limits: Compute


PROXY: Final = Proxy(
    requests=Compute.of("20m", "64Mi"),
    limits=Compute.of("200m", "128Mi"),
)
"""Istio measures 0.20 cores and 60 MB for 1,000 requests a second (istio.io, "Performance and Scalability"): the limit
of CPU is that, and memory has room above it; what is requested is a tenth, as few pods here see such a rate."""


def proxy_of(cluster: Cluster) -> Proxy | None:
    """What each pod of a tenant's services has beside it on this cluster; None without a mesh."""
    return PROXY if cluster.mesh is not None else None


LABELS: Final = {"sidecar.istio.io/inject": "true"}
"""Labels of a pod that gets a proxy. Others get none: a Job has been counted by its queue before the proxy would come,
and a sandbox has no identity by which it could call a service (C4)."""

ANNOTATIONS: Final = {
    # The program asks the proxy, and the proxy listens where the Service leads: no packet is redirected in the pod.
    # That needs no NET_ADMIN, which `restricted` refuses, and works in the network stacks of gVisor and Kata, which no
    # rule of the node's kernel reaches.
    "sidecar.istio.io/interceptionMode": "NONE",
    "sidecar.istio.io/proxyCPU": format_cpu(PROXY.requests.cpu_m),
    "sidecar.istio.io/proxyMemory": format_bytes(PROXY.requests.memory_bytes),
    "sidecar.istio.io/proxyCPULimit": format_cpu(PROXY.limits.cpu_m),
    "sidecar.istio.io/proxyMemoryLimit": format_bytes(PROXY.limits.memory_bytes),
    # Kubelets have no certificate: their questions go to the proxy's agent, which asks the program.
    "sidecar.istio.io/rewriteAppHTTPProbers": "true",
}
"""Annotations of such a pod (istio.io, "Resource Annotations")."""


def variables(egress: tuple[str, ...] = ()) -> dict[str, str]:
    """Environment by which common HTTP clients send what is for the mesh to the proxy. egress: ranges outside that the
    tenant's file grants, which the proxy does not serve."""
    return {"http_proxy": f"http://127.0.0.1:{PROXY_PORT}", "no_proxy": ",".join(("localhost", "127.0.0.1", *egress))}
