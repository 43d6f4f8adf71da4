"""What a topology says about the rest of the catalogue, and its clusters about each other (H1, H3)."""

from collections.abc import Iterator
from typing import Any

from settings.mesh import mesh_problems
from settings.problems import Problem, listed
from settings.sources import Sources, entries, items, paths, repeated
from settings.yaml_source import Document, YamlPath


def topology_problems(sources: Sources, document: Document) -> Iterator[Problem]:
    """Every reference of the topology that leads nowhere, and every name given twice."""
    given = document.get("environment")
    if isinstance(given, str) and sources.ok(document, ("environment",)) and given != sources.environment:
        what = f"environment {given!r} is not the file's name"
        yield document.problem(("environment",), what, sources.environment)
    for at, cluster in items(document, ("clusters",)):
        yield from sources.unknown(document, (*at, "region"), sources.region_ids, "region")
        for path in paths(document, (*at, "stands_in_for")):
            yield from sources.unknown(document, path, sources.region_ids, "region")
        if cluster.get("stands_in_for") and document.get("phase") in ("two", "three"):
            what = f"stands_in_for in phase {document.get('phase')}: tenants' data would leave their regions"
            yield document.problem((*at, "stands_in_for"), what, "phase one only")
        for path in paths(document, (*at, "tiers")):
            yield from sources.unknown(document, path, sources.tier_ids, "tier")
        yield from repeated(document, (*at, "node_pools"), "name")
        for pool_at, _ in items(document, (*at, "node_pools")):
            yield from sources.unknown(document, (*pool_at, "tenant"), sources.tenant_ids, "tenant")
        yield from _standby(sources, document, at, cluster)
    yield from mesh_problems(document)


def _standby(sources: Sources, document: Document, at: YamlPath, cluster: dict[str, Any]) -> Iterator[Problem]:
    """A cluster that stands by for one that is not there, for itself, or for one whose tiers it does not serve (H3)."""
    others = {str(each["name"]): each for each in sources.clusters if isinstance(each.get("name"), str)}
    own = others.pop(str(cluster.get("name")), {})
    for path in paths(document, (*at, "stands_by_for")):
        name = document.get(*path)
        if name == own.get("name") and sources.ok(document, path):
            yield document.problem(path, f"cluster {name!r} stands by for itself", listed(others))
            continue
        yield from (unknown := list(sources.unknown(document, path, set(others), "cluster")))
        served = entries(others.get(str(name), {}).get("tiers"))
        if not unknown and name in others and not set(map(str, served)) & set(map(str, entries(cluster.get("tiers")))):
            what = f"cluster {cluster.get('name')!r} stands by for {name!r} and serves none of its tiers"
            yield document.problem(path, what, f"a cluster with one of the tiers {listed(map(str, served))}")
