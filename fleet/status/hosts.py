"""Under which hosts tenants are reached, as their clusters have it (B2)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubernetes import client

from fleet.status.asking import PART_OF_SELECTOR, every
from settings import Cluster

ROUTES = ("gateway.networking.k8s.io", "v1")
"""API group and version of routes."""
_GOOD = {"Accepted": "True", "ResolvedRefs": "True"}


@dataclass(frozen=True, kw_only=True)
class Host:
    """A name that requests come to, and the paths that are let through, sorted.

    refused: why the gateway does not serve it, in its own word such as "BackendNotFound"; empty where it does, and
    where it has said nothing, as on a local cluster, whose gateway is told of its routes from outside.
    """

    name: str
    paths: tuple[str, ...]
    refused: str = ""


def hosts_of(cluster: Cluster, api: client.ApiClient) -> dict[str, tuple[Host, ...]]:
    """Hosts by namespace: those of routes where Envoy Gateway runs, else those of Ingresses; one list for a cluster."""
    paths: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    refusals: dict[tuple[str, str], str] = {}
    for each in _routes(cluster, api):
        namespace = each["metadata"]["namespace"]
        found = _of_route(each) if cluster.has_gateway else _of_ingress(each)
        for name, given in found.items():
            paths[namespace, name] |= given
            refusals.setdefault((namespace, name), refusal(each))
    made: defaultdict[str, list[Host]] = defaultdict(list)
    for namespace, name in sorted(paths):
        behind, refused = tuple(sorted(paths[namespace, name])), refusals[namespace, name]
        made[namespace].append(Host(name=name, paths=behind, refused=refused))
    return {namespace: tuple(hosts) for namespace, hosts in made.items()}


def refusal(route: Mapping[str, Any]) -> str:
    """Why a gateway does not serve a route; empty when none says that it does not."""
    for parent in (route.get("status") or {}).get("parents") or ():
        for condition in parent.get("conditions") or ():
            if condition["type"] in _GOOD and condition["status"] != _GOOD[condition["type"]]:
                return str(condition.get("reason") or condition["type"])
    return ""


def _routes(cluster: Cluster, api: client.ApiClient) -> Any:
    if not cluster.has_gateway:
        listed = client.NetworkingV1Api(api).list_ingress_for_all_namespaces
        return every(listed, api, label_selector=PART_OF_SELECTOR)

    def routes(**arguments: Any) -> Any:
        group, version = ROUTES
        return client.CustomObjectsApi(api).list_cluster_custom_object(group, version, "httproutes", **arguments)

    return every(routes, api, label_selector=PART_OF_SELECTOR)


def _of_route(route: Mapping[str, Any]) -> dict[str, set[str]]:
    paths: set[str] = set()
    for rule in route["spec"].get("rules") or ():
        # A rule that asks for nothing is for every path.
        matches: list[dict[str, Any]] = rule.get("matches") or [{}]
        paths |= {(match.get("path") or {}).get("value", "/") for match in matches}
    return {name: set(paths) for name in route["spec"].get("hostnames") or ()}


def _of_ingress(ingress: Mapping[str, Any]) -> dict[str, set[str]]:
    made: defaultdict[str, set[str]] = defaultdict(set)
    for rule in ingress["spec"].get("rules") or ():
        for path in (rule.get("http") or {}).get("paths") or ():
            made[rule.get("host") or "*"].add(path.get("path") or "/")
    return dict(made)
