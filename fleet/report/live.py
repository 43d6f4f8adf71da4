"""What the API server says of the objects that isolate tenants: a dozen requests for a cluster."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kubernetes import client

from fleet.status import PAGE, PART_OF_SELECTOR
from policies.expected import Expected
from policies.objects import KubernetesObject
from settings import Cluster

Manifest = dict[str, Any]

NAMESPACED: Final = {
    "ResourceQuota": ("/api/v1", "resourcequotas"),
    "LimitRange": ("/api/v1", "limitranges"),
    "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "RoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "Deployment": ("/apis/apps/v1", "deployments"),
}
"""What every tenant may have, by kind."""
SANDBOXES: Final = ("/apis/extensions.agents.x-k8s.io/v1beta1", "sandboxtemplates")
QUEUES: Final = ("/apis/kueue.x-k8s.io/v1beta2", "clusterqueues")
RAILS: Final = ("/apis/projectcalico.org/v3", "globalnetworkpolicies")
ADMISSION: Final = "/apis/admissionregistration.k8s.io/v1"


@dataclass(frozen=True, kw_only=True)
class Live:
    """A cluster's objects.

    namespaces: by name. of: the platform's own objects in each namespace. rails, queues: names of Calico's global
    policies and of ClusterQueues. policies: the platform's admission policies, each with how many bindings refuse.
    expected: what the catalogue says of the cluster, which the rules compare with.
    """

    namespaces: Mapping[str, KubernetesObject] = field(default_factory=dict)
    of: Mapping[str, list[KubernetesObject]] = field(default_factory=dict)
    rails: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    policies: Mapping[str, int] = field(default_factory=dict)
    expected: Expected = field(default_factory=Expected)


def live_objects(cluster: Cluster, api: client.ApiClient) -> Live:
    """Reads them. Raises what the client raises when the API server does not answer."""
    found: defaultdict[str, list[KubernetesObject]] = defaultdict(list)
    kinds = {**NAMESPACED, **({"SandboxTemplate": SANDBOXES} if cluster.has_sandboxes else {})}
    for kind, (group, plural) in kinds.items():
        for each in _all(api, f"{group}/{plural}", PART_OF_SELECTOR):
            found[each["metadata"]["namespace"]].append(KubernetesObject(kind=kind, props=each))
    namespaces = _all(api, "/api/v1/namespaces", PART_OF_SELECTOR)
    bound: defaultdict[str, int] = defaultdict(int)
    for each in _all(api, f"{ADMISSION}/validatingadmissionpolicybindings", PART_OF_SELECTOR):
        bound[each["spec"]["policyName"]] += "Deny" in (each["spec"].get("validationActions") or ())
    policies = _all(api, f"{ADMISSION}/validatingadmissionpolicies", PART_OF_SELECTOR)
    return Live(
        namespaces={each["metadata"]["name"]: KubernetesObject(kind="Namespace", props=each) for each in namespaces},
        of=found,
        rails=_names(api, RAILS) if cluster.has_guard_rails else frozenset(),
        queues=_names(api, QUEUES) if cluster.has_queues else frozenset(),
        policies={name: bound[name] for name in sorted(each["metadata"]["name"] for each in policies)},
    )


def _names(api: client.ApiClient, of: tuple[str, str]) -> frozenset[str]:
    return frozenset(each["metadata"]["name"] for each in _all(api, "/".join(of), None))


def _all(api: client.ApiClient, path: str, selector: str | None) -> Iterable[Manifest]:
    """Every object of a list, page by page."""
    more: str | None = None
    while True:
        query = [("limit", str(PAGE)), *([("labelSelector", selector)] if selector else [])]
        query += [("continue", more)] if more else []
        answer = api.call_api(
            path,
            "GET",
            query_params=query,
            header_params={"Accept": "application/json"},
            auth_settings=["BearerToken"],
            response_type="object",
            _return_http_data_only=True,
        )
        yield from answer.get("items") or ()
        more = (answer.get("metadata") or {}).get("continue")
        if not more:
            return
