"""What the API server holds of what isolates tenants: one list for each kind and cluster, however many tenants."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final

from components.security.runtime_admission import PARAMETERS
from fleet.verify.api import Api
from fleet.verify.request import (
    ADMISSION,
    CALICO,
    CORE,
    ENVOY,
    EXTENSIONS,
    GATEWAY,
    KUEUE,
    MESH,
    MONITORING,
    NETWORK,
    RBAC_API,
)

Object = dict[str, Any]

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "Namespace": (CORE, "namespaces"),
    "ResourceQuota": (CORE, "resourcequotas"),
    "LimitRange": (CORE, "limitranges"),
    "ServiceAccount": (CORE, "serviceaccounts"),
    "Role": (RBAC_API, "roles"),
    "RoleBinding": (RBAC_API, "rolebindings"),
    "ClusterRole": (RBAC_API, "clusterroles"),
    "ClusterRoleBinding": (RBAC_API, "clusterrolebindings"),
    "NetworkPolicy": (NETWORK, "networkpolicies"),
    "ValidatingAdmissionPolicy": (ADMISSION, "validatingadmissionpolicies"),
    "ValidatingAdmissionPolicyBinding": (ADMISSION, "validatingadmissionpolicybindings"),
    "RuntimeClass": ("/apis/node.k8s.io/v1", "runtimeclasses"),
    "PriorityClass": ("/apis/scheduling.k8s.io/v1", "priorityclasses"),
    "Tier": (CALICO, "tiers"),
    "GlobalNetworkPolicy": (CALICO, "globalnetworkpolicies"),
    "HTTPRoute": (GATEWAY, "httproutes"),
    "SecurityPolicy": (ENVOY, "securitypolicies"),
    "BackendTrafficPolicy": (ENVOY, "backendtrafficpolicies"),
    "ClusterQueue": (KUEUE, "clusterqueues"),
    "LocalQueue": (KUEUE, "localqueues"),
    "SandboxTemplate": (EXTENSIONS, "sandboxtemplates"),
    "SandboxWarmPool": (EXTENSIONS, "sandboxwarmpools"),
    "PodMonitor": (MONITORING, "podmonitors"),
    "Prometheus": (MONITORING, "prometheuses"),
    "AuthorizationPolicy": (MESH, "authorizationpolicies"),
    "PeerAuthentication": (MESH, "peerauthentications"),
}
"""What is read. No Secret is among them."""
METADATA_ONLY: Final[Mapping[str, tuple[str, str]]] = {
    "Pod": (CORE, "pods"),
    "Deployment": ("/apis/apps/v1", "deployments"),
}
"""Of these the names and labels."""


@dataclass(frozen=True)
class Live:
    """Objects by kind."""

    of: Mapping[str, tuple[Object, ...]]
    _within: Mapping[tuple[str, str], list[Object]] = field(default_factory=dict)

    @classmethod
    def made_of(cls, of: Mapping[str, Iterable[Object]]) -> "Live":
        """Indexes them."""
        held = {kind: tuple(each) for kind, each in of.items()}
        within: defaultdict[tuple[str, str], list[Object]] = defaultdict(list)
        for kind, each in held.items():
            for one in each:
                within[kind, one["metadata"].get("namespace", "")].append(one)
        return cls(held, dict(within))

    def within(self, namespace: str, kind: str) -> list[Object]:
        """Those of a kind in a namespace."""
        return self._within.get((kind, namespace), [])

    def named(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """One object; None when it is not there."""
        return next((each for each in self.within(namespace, kind) if each["metadata"]["name"] == name), None)


def read_live(api: Api, pool: Executor, system: str, kinds: Iterable[str] | None = None) -> Live:
    """Reads all kinds, or these, and from the platform's own namespace what the rules for runtimes go by. Raises
    UnansweredError when one may not be read."""
    wanted = {**KINDS, **METADATA_ONLY}
    chosen = {kind: wanted[kind] for kind in (kinds if kinds is not None else wanted)}

    def one(kind: str) -> list[Object]:
        group, plural = chosen[kind]
        bare = kind in METADATA_ONLY
        selector = "tenant" if bare else ""
        return list(api.all(f"{group}/{plural}", selector, metadata=bare))

    held = pool.submit(api.read, f"{CORE}/namespaces/{system}/configmaps/{PARAMETERS}")
    found = dict(zip(chosen, pool.map(one, chosen), strict=True))
    answer = held.result()
    return Live.made_of({**found, "ConfigMap": [answer.body] if answer.status == 200 else []})


def labels(one: Object) -> dict[str, str]:
    """Its labels."""
    return one["metadata"].get("labels") or {}


def annotations(one: Object) -> dict[str, str]:
    """Its annotations."""
    return one["metadata"].get("annotations") or {}
