"""Whether a tenant has a home: one cluster that serves its tier where its data may be, with the pools it names."""

from collections.abc import Iterator
from typing import Any, get_args

from settings.fields import Isolation
from settings.problems import Problem, listed
from settings.sources import Sources, entries, file_id, items
from settings.yaml_source import Document, YamlPath

_SHARED = {"namespace", "namespaces", "virtual-control-plane", "dedicated-pool"}
PHASE_ISOLATION = {"one": _SHARED, "two": _SHARED}
"""Isolation levels a phase can give; a level it cannot give is refused rather than weakened."""


def isolation_problems(sources: Sources, document: Document) -> Iterator[Problem]:
    """An isolation level that the tier is not sold with, or that the environment's phase cannot give (A6)."""
    level = document.get("isolation") or "namespace"
    tier = document.get("tier")
    known = sources.tier_by_id.get(str(tier))
    if known is None or not isinstance(level, str) or not sources.ok(document, ("isolation",)):
        return
    sold = set(map(str, entries(known.get("isolation", ["namespace"]))))
    if not sold <= set(get_args(Isolation)):  # the tier is what is wrong
        return
    if level not in sold:
        what = f"isolation {level!r} is not sold with tier {tier!r}"
        yield document.problem(("isolation",), what, listed(sold))
        return
    phase = sources.topology.get("phase") if sources.topology else None
    given = PHASE_ISOLATION.get(str(phase))
    if given is not None and level not in given and sources.has(document):
        what = f"isolation {level!r} does not exist in phase {phase}, which {sources.environment} is in"
        yield document.problem(("isolation",), what, listed(given & sold))


def home_problems(sources: Sources, document: Document) -> Iterator[Problem]:
    """No cluster, or more than one, could hold the tenant; or the one that does lacks a pool it names."""
    if sources.topology is None or not sources.has(document):
        return
    tier = document.get("tier")
    serving = [each for each in sources.clusters if tier in entries(each.get("tiers"))]
    named = [document.get("region"), *entries(document.get("residency"))]
    regions = [region for region in named if isinstance(region, str)]
    path: YamlPath = ("placement", sources.environment)
    if isinstance(document.get(*path), str):
        yield from _named(sources, document, serving, regions)
        return
    if any(region not in sources.region_ids for cluster in serving for region in _regions(cluster)):
        return  # the topology is what is wrong
    region, held = _candidates(serving, regions)
    first = [each for each in held if not _others(held, each) & set(map(str, entries(each.get("stands_by_for"))))]
    if len(first) == 1:
        yield from _pools(sources, document, first[0])
    elif held:
        yield _no_primary(sources.topology, str(tier), region, _names(held))
    elif serving:
        what = f"no cluster of {sources.environment} serves tier {tier!r} in the tenant's regions"
        where = {str(region) for cluster in serving for region in _regions(cluster)}
        yield document.problem(("region",), what, listed(where))
    else:
        what = f"no cluster of {sources.environment}, which the tenant lists, serves tier {tier!r}"
        served = {str(each) for cluster in sources.clusters for each in entries(cluster.get("tiers"))}
        yield document.problem(("tier",), what, listed(served))


def _named(
    sources: Sources, document: Document, serving: list[dict[str, Any]], regions: list[str]
) -> Iterator[Problem]:
    path: YamlPath = ("placement", sources.environment)
    names = {str(each.get("name")) for each in serving}
    yield from sources.unknown(document, path, names, f"cluster of tier {document.get('tier')}")
    for cluster in serving:
        if cluster.get("name") != document.get(*path):
            continue
        if any(region in _regions(cluster) for region in regions):
            yield from _pools(sources, document, cluster)
        else:
            what = f"cluster {cluster.get('name')!r} is in {cluster.get('region')}, outside the tenant's residency"
            yield document.problem(path, what, listed(set(regions)))


def _candidates(serving: list[dict[str, Any]], regions: list[str]) -> tuple[str, list[dict[str, Any]]]:
    """The first of the regions that has any of the clusters, and those."""
    for region in regions:
        if held := [each for each in serving if region in _regions(each)]:
            return region, held
    return "", []


def _no_primary(topology: Document, tier: str, region: str, names: set[str]) -> Problem:
    """One mistake of the topology, however many tenants meet it."""
    last = max(index for index, each in enumerate(entries(topology.get("clusters"))) if each.get("name") in names)
    what = f"clusters {listed(names)} all serve tier {tier!r} in {region}, and none of them is the one that others"
    allowed = "stands_by_for on all but one of them, or placement in the file of each tenant of the tier"
    return topology.problem(("clusters", last, "tiers"), f"{what} stand by for", allowed)


def _others(clusters: list[dict[str, Any]], cluster: dict[str, Any]) -> set[str]:
    return _names(clusters) - {str(cluster.get("name"))}


def _names(clusters: list[dict[str, Any]]) -> set[str]:
    return {str(each.get("name")) for each in clusters}


def _pools(sources: Sources, document: Document, cluster: dict[str, Any]) -> Iterator[Problem]:
    own = file_id(document)
    pools = [each for each in entries(cluster.get("node_pools")) if isinstance(each, dict)]
    usable = [each for each in pools if each.get("kind") != "system" and each.get("tenant") in (None, own)]
    names = {str(each.get("name")) for each in usable}
    with_gpu = {str(each.get("name")) for each in usable if each.get("gpu")}
    for at, _ in items(document, ("workloads",)):
        yield from sources.unknown(document, (*at, "pool"), names, "pool")
    if with_gpu:
        yield from sources.unknown(document, ("quota", "gpu_pool"), with_gpu, "GPU pool")
    elif document.get("quota", "gpu_pool") is not None:
        what = f"quota.gpu_pool: cluster {cluster.get('name')!r} has no GPUs"
        yield document.problem(("quota", "gpu_pool"), what, "no gpu_pool")
    owners = [str(each.get("tenant")) for each in pools if each.get("kind") == "dedicated"]
    lost = any(owner not in sources.tenant_ids for owner in owners)  # reported there, and may have been meant for this
    if document.get("isolation") == "dedicated-pool" and own not in owners and not lost:
        what = f"isolation dedicated-pool, but cluster {cluster.get('name')!r} has no pool of this tenant"
        yield document.problem(("isolation",), what, f"a node pool of kind dedicated with tenant {own}")


def _regions(cluster: dict[str, Any]) -> list[str]:
    """Regions whose tenants a cluster can hold, as text even where the file says something else."""
    return [str(each) for each in (cluster.get("region"), *entries(cluster.get("stands_in_for")))]
