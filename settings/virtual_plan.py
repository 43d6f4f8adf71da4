"""A tenant's virtual control plane on a cluster, merged and derived: what it takes and where it runs (A6, C3, C6)."""

from dataclasses import dataclass
from typing import Final

from settings.catalogue import Catalogue
from settings.cluster import Cluster
from settings.fields import Compute
from settings.placing import sandbox_pools, tolerations
from settings.quantities import parse_bytes
from settings.replicas import Demand, pod_demand
from settings.runtime import Runtime
from settings.sandbox_plan import KIND, may_run_sandboxes
from settings.tenant import Tenant

LEVEL: Final = "virtual-control-plane"
CONTROL_PLANE: Final = Compute.of("500m", "1Gi")
"""Of the one pod with API server, controllers, store and syncer, as requests and as limits. A control plane with a
handful of objects has about 430 MiB resident where this was developed."""
DNS: Final = Compute.of("50m", "128Mi")
"""Of the pod that answers for the names of the virtual cluster's Services, as requests and as limits."""
SCRATCH_BYTES: Final = parse_bytes("2Gi")
"""Node-local space of the control plane's pod: the Kubernetes programs are copied there when it starts."""
STORE_BYTES: Final = parse_bytes("5Gi")
"""Of the volume that keeps all that the tenant tells its API server."""
FURNITURE: Final = {"controllers": 1, "policies": 6, "secrets": 6, "services": 3, "volumes": 1}
"""Objects on the host that it needs: what the platform makes for it, and what vCluster makes for itself."""
SERVICES: Final = ("virtual", "virtual-headless")
"""Names of its Services in the tenant's namespace, where each workload has one of its own name."""
IMAGES: Final = ("vcluster", "vcluster_kubernetes", "vcluster_dns")


@dataclass(frozen=True, kw_only=True)
class ResolvedVirtualControlPlane:
    """A tenant's virtual control plane with what catalogue and cluster add to it.

    image, kubernetes_image, dns_image: of its three programs.
    runtime: of its own pods and of all that it carries over; nobody has reviewed what runs there (C3).
    node_selector, tolerations: of the pools it may run on.
    """

    image: str
    kubernetes_image: str
    dns_image: str
    runtime: Runtime
    node_selector: dict[str, str]
    tolerations: tuple[dict[str, str], ...]


def is_virtual(tenant: Tenant) -> bool:
    """Whether a tenant has an API server of its own."""
    return tenant.isolation == LEVEL


def virtual_runtime(catalogue: Catalogue) -> Runtime | None:
    """The runtime of what nobody has reviewed: the default of agent sessions, if that may run them."""
    fitting = (each for each in catalogue.runtimes.values() if KIND in each.default_for and may_run_sandboxes(each))
    return next(fitting, None)


def virtual_demands(tenant: Tenant, catalogue: Catalogue) -> list[Demand]:
    """What the pods of a virtual control plane count against the quota, before anything of the tenant's runs."""
    if not is_virtual(tenant):
        return []
    runtime = virtual_runtime(catalogue)
    return [Demand(pod=pod_demand(each, each, runtime), least=1, most=1) for each in (CONTROL_PLANE, DNS)]


def resolved_virtual(tenant: Tenant, cluster: Cluster, catalogue: Catalogue) -> ResolvedVirtualControlPlane | None:
    """The virtual control plane of a tenant; None for one that has none."""
    if not is_virtual(tenant):
        return None
    runtime, images = virtual_runtime(catalogue), cluster.images
    if runtime is None or images.vcluster is None or images.vcluster_kubernetes is None or images.vcluster_dns is None:
        raise ValueError(f"the virtual control plane of {tenant.id} lacks something; load_catalogue refuses that")
    selector, pools = sandbox_pools(tenant, cluster)
    return ResolvedVirtualControlPlane(
        image=images.vcluster,
        kubernetes_image=images.vcluster_kubernetes,
        dns_image=images.vcluster_dns,
        runtime=runtime,
        node_selector=selector,
        tolerations=tolerations(pools),
    )
