"""Tetragon's policies of one cluster, made from its catalogue (G5)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from settings import names
from settings.cluster import Cluster
from settings.detection.signs import SIGNS, Watched
from settings.plan import TenantPlan
from settings.runtime import Runtime

API_VERSION: Final = "cilium.io/v1alpha1"
PREFIX: Final = "tenantplane-"
"""Of the policies' names; alerts go by it."""
NAMESPACE_KEY: Final = "k8s:io.kubernetes.pod.namespace"
"""What Tetragon calls a pod's namespace among its labels."""
OF_KUBERNETES: Final = (
    "calico-system",
    "cert-manager",
    "cilium",
    "cnpg-system",
    "envoy-gateway-system",
    "gatekeeper-system",
    "kube-node-lease",
    "kube-public",
    "kube-system",
    "kueue-system",
    "tigera-operator",
)
"""Where add-ons are usually installed. Any other namespace is watched, whether a tenant has it or nobody: what is
forgotten here gives a false alarm and not silence."""
SHARED_KERNEL_HANDLERS: Final = frozenset({"runc", "crun"})
"""Handlers of runtimes whose containers are processes of the node's kernel."""


def detection_policies(
    cluster: Cluster, runtimes: Mapping[str, Runtime], plans: Iterable[TenantPlan]
) -> dict[str, dict[str, Any]]:
    """Specs of TracingPolicies by name.

    A pod says what it does by the label of its kind of workload, which admission ties to its RuntimeClass: in a
    tenant's namespace a pod of no kind, and one of a kind that no shared-kernel runtime may run, is in a kernel of its
    own (C3). plans: of all tenants of the cluster. A sign of which there is nobody to watch is left out.
    """
    kinds = sorted({kind for each in runtimes.values() if shares_kernel(each) for kind in each.workloads})
    tenants = sorted({each.namespace for plan in plans for each in (plan, *plan.children)})
    return {
        f"{PREFIX}{sign.name}": {
            "podSelector": {"matchExpressions": pods},
            "kprobes": [hook.spec() for hook in sign.hooks],
        }
        for sign in SIGNS
        if (pods := _pods(sign.watched, cluster, kinds, tenants))
    }


def shares_kernel(runtime: Runtime) -> bool:
    """Whether its containers are processes of the node's kernel."""
    return runtime.handler in SHARED_KERNEL_HANDLERS


def _pods(watched: Watched, cluster: Cluster, kinds: Sequence[str], tenants: Sequence[str]) -> list[dict[str, Any]]:
    """Whose calls are looked at; nothing where there is nobody."""
    own = {
        cluster.system_namespace,
        cluster.gpu_namespace,
        cluster.gateway_namespace,
        cluster.database_namespace,
        *OF_KUBERNETES,
    }
    others = {"key": NAMESPACE_KEY, "operator": "NotIn", "values": sorted(own)}
    of_kind = {"key": names.WORKLOAD_LABEL, "operator": "In", "values": list(kinds)}
    match watched:
        case Watched.ALL:
            return [others]
        case Watched.SHARED_KERNEL:
            return [others, of_kind] if kinds else []
        case Watched.OWN_KERNEL:
            # Of tenants alone: nothing ties the pods of other namespaces to a runtime.
            chosen: dict[str, Any] = {"key": NAMESPACE_KEY, "operator": "In", "values": list(tenants)}
            rest = [{**of_kind, "operator": "NotIn"}] if kinds else []
            return [chosen, *rest] if tenants else []
