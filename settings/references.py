"""What the files of a catalogue say about each other. Works on plain data, so that a mistake in one place hides none in
another: a value that is itself wrong (already reported) is passed over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from settings.problems import Problem, listed, meant
from settings.yaml_source import Document, Path_

PHASE_ISOLATION = {"one": ("namespace", "dedicated-pool")}
"""Isolation levels a phase can give; a level it cannot give is refused rather than weakened."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The documents of a catalogue; None for one that could not be read. wrong: (file, line) already reported."""

    environment: str
    tiers: Document | None
    runtimes: Document | None
    regions: Document | None
    topology: Document | None
    tenants: tuple[Document, ...]
    wrong: frozenset[tuple[str, int]]

    def ok(self, document: Document, path: Path_) -> bool:
        """Whether nothing was reported about the line of a value."""
        return (document.file, document.line(path)) not in self.wrong


def reference_problems(sources: Sources) -> list[Problem]:
    """Every reference that leads nowhere, every name given twice, every file whose name is not its content's."""
    found: list[Problem] = []
    for document, key, field in (
        (sources.tiers, "tiers", "id"),
        (sources.runtimes, "runtimes", "id"),
        (sources.regions, "regions", "id"),
        (sources.topology, "clusters", "name"),
    ):
        if document is not None:
            found += _repeated(document, (key,), field)
    if sources.topology is not None:
        found += _topology(sources, sources.topology)
    for tenant in sources.tenants:
        found += _tenant(sources, tenant)
    found += _groups(sources)
    return found


def _topology(sources: Sources, document: Document) -> Iterator[Problem]:
    if sources.ok(document, ("environment",)) and document.get("environment") not in (None, sources.environment):
        what = f"environment {document.get('environment')!r} is not the file's name"
        yield document.problem(("environment",), what, sources.environment)
    tiers, regions = _ids(sources.tiers, "tiers"), _ids(sources.regions, "regions")
    tenants = {tenant_id(each) for each in sources.tenants}
    for at, cluster in _items(document, ("clusters",)):
        yield from _known(sources, document, (*at, "region"), cluster.get("region"), regions, "region")
        for path, region in _values(document, (*at, "stands_in_for")):
            yield from _known(sources, document, path, region, regions, "region")
        if cluster.get("stands_in_for") and document.get("phase") in ("two", "three"):
            what = f"stands_in_for in phase {document.get('phase')}: real tenants' data would leave their regions"
            yield document.problem((*at, "stands_in_for"), what, "phase one only")
        for path, tier in _values(document, (*at, "tiers")):
            yield from _known(sources, document, path, tier, tiers, "tier")
        yield from _repeated(document, (*at, "node_pools"), "name")
        for pool_at, pool in _items(document, (*at, "node_pools")):
            yield from _known(sources, document, (*pool_at, "tenant"), pool.get("tenant"), tenants, "tenant")


def tenant_id(document: Document) -> str:
    """Id of a tenant's document by its file name, which is what other files mean."""
    return document.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _tenant(sources: Sources, document: Document) -> Iterator[Problem]:
    file_id = tenant_id(document)
    if document.file.endswith(".yml"):
        yield Problem(document.file, 1, "the file's name ends in .yml", f"tenants/{file_id}.yaml")
    given = document.get("id")
    if isinstance(given, str) and sources.ok(document, ("id",)) and given != file_id:
        yield document.problem(("id",), f"id {given!r} is not the file's name", file_id)
    tiers, regions = _ids(sources.tiers, "tiers"), _ids(sources.regions, "regions")
    unknown = list(_known(sources, document, ("tier",), document.get("tier"), tiers, "tier"))
    unknown += _known(sources, document, ("region",), document.get("region"), regions, "region")
    yield from unknown
    for path, region in _values(document, ("residency",)):
        yield from _known(sources, document, path, region, regions, "region")
    region, residency = document.get("region"), document.get("residency")
    if isinstance(region, str) and isinstance(residency, list) and residency and region not in residency:
        if not unknown:
            what = f"residency does not hold the tenant's region {region!r}"
            yield document.problem(("residency",), what, f"a list with {region}")
    yield from _repeated(document, ("workloads",), "name")
    if not unknown:
        yield from _isolation(sources, document)
    yield from _placed(sources, document, bool(unknown))
    yield from _runtimes(sources, document)


def _isolation(sources: Sources, document: Document) -> Iterator[Problem]:
    level = document.get("isolation") or "namespace"
    tier = next((each for _, each in _items(sources.tiers, ("tiers",)) if each.get("id") == document.get("tier")), {})
    allowed = tier.get("isolation", ["namespace"])
    if not isinstance(level, str) or not sources.ok(document, ("isolation",)) or not isinstance(allowed, list):
        return
    if level not in allowed:
        what = f"isolation {level!r} is not sold with tier {document.get('tier')!r}"
        yield document.problem(("isolation",), what, listed(map(str, allowed)))
        return
    phase = sources.topology.get("phase") if sources.topology else None
    given = PHASE_ISOLATION.get(str(phase))
    if given is not None and level not in given and _present(sources, document):
        what = f"isolation {level!r} does not exist in phase {phase}, which {sources.environment} is in"
        yield document.problem(("isolation",), what, listed(set(given) & set(allowed)))


def _present(sources: Sources, document: Document) -> bool:
    listed_in = document.get("environments")
    if isinstance(listed_in, list) and listed_in:
        return sources.environment in listed_in
    served = [tier for _, cluster in _clusters(sources) for tier in _list(cluster.get("tiers"))]
    return document.get("tier") in served


def _placed(sources: Sources, document: Document, unknown: bool) -> Iterator[Problem]:
    """Exactly one cluster holds the tenant, and its workloads' pools are there."""
    if not _present(sources, document) or sources.topology is None:
        return
    clusters = [cluster for _, cluster in _clusters(sources)]
    tier, region = document.get("tier"), document.get("region")
    path: Path_ = ("placement", sources.environment)
    named = document.get(*path)
    serving = [each for each in clusters if tier in _list(each.get("tiers"))]
    if isinstance(named, str):
        names = {str(each.get("name")) for each in serving}
        yield from _known(sources, document, path, named, names, f"cluster of tier {tier}")
        held = [each for each in serving if each.get("name") == named]
        allowed = {region, *_list(document.get("residency"))}
        if held and not allowed & set(_regions(held[0])):
            what = f"cluster {named!r} is in {held[0].get('region')!r}, outside the tenant's residency"
            yield document.problem(path, what, listed(map(str, allowed)))
            return
    elif unknown:
        return
    else:
        held = _home(serving, [region, *_list(document.get("residency"))])
        if not held:
            where = listed({str(each) for cluster in serving for each in _regions(cluster)})
            what = f"no cluster of {sources.environment} serves tier {tier!r} in the tenant's regions"
            yield document.problem(("region",), what, where if serving else f"a tier of {sources.environment}")
        elif len(held) > 1:
            what = f"more than one cluster of {sources.environment} could hold the tenant"
            names = {f"placement {sources.environment}: {each.get('name')}" for each in held}
            yield document.problem(("region",), what, listed(names))
    if len(held) == 1:
        yield from _pools(sources, document, held[0])


def _home(serving: list[dict[str, Any]], regions: list[Any]) -> list[dict[str, Any]]:
    for region in regions:
        if held := [each for each in serving if region in _regions(each)]:
            return held
    return []


def _pools(sources: Sources, document: Document, cluster: dict[str, Any]) -> Iterator[Problem]:
    pools = {str(each.get("name")): each for each in _list(cluster.get("node_pools")) if isinstance(each, dict)}
    own = tenant_id(document)
    usable = {
        name for name, pool in pools.items() if pool.get("kind") != "system" and pool.get("tenant") in (None, own)
    }
    with_gpu = {name for name in usable if pools[name].get("gpu")}
    for at, workload in _items(document, ("workloads",)):
        yield from _known(sources, document, (*at, "pool"), workload.get("pool"), usable, "pool")
    yield from _known(sources, document, ("quota", "gpu_pool"), document.get("quota", "gpu_pool"), with_gpu, "GPU pool")
    if document.get("isolation") == "dedicated-pool":
        if not any(pool.get("kind") == "dedicated" and pool.get("tenant") == own for pool in pools.values()):
            what = f"isolation dedicated-pool, but cluster {cluster.get('name')!r} has no pool of this tenant"
            yield document.problem(("isolation",), what, f"a node pool of kind dedicated with tenant {own}")


def _runtimes(sources: Sources, document: Document) -> Iterator[Problem]:
    if sources.runtimes is None:
        return
    runtimes = {str(each.get("id")): each for _, each in _items(sources.runtimes, ("runtimes",))}
    for at, workload in _items(document, ("workloads",)):
        path, runtime, kind = (*at, "runtime"), workload.get("runtime"), workload.get("kind")
        unknown = list(_known(sources, document, path, runtime, set(runtimes), "runtime"))
        yield from unknown
        if isinstance(runtime, str) and not unknown and sources.ok(document, (*at, "kind")):
            fitting = {name for name, each in runtimes.items() if kind in _list(each.get("workloads"))}
            if runtime not in fitting:
                yield document.problem(
                    path, f"runtime {runtime!r} is not for workloads of kind {kind}", listed(fitting)
                )


def _groups(sources: Sources) -> Iterator[Problem]:
    """A group that means two things would let one tenant's people into another's namespace."""
    first: dict[str, tuple[Document, str]] = {}
    for document in sources.tenants:
        for role in ("admins", "developers", "viewers"):
            seen: set[str] = set()
            for path, group in _values(document, ("groups", role)):
                if not isinstance(group, str) or group in seen:
                    continue
                seen.add(group)
                if group in first:
                    other, other_role = first[group]
                    same = "this tenant" if other is document else tenant_id(other)
                    what = f"group {group!r} already has role {other_role} in {same}"
                    yield document.problem(path, what, "a group of its own for each role and tenant")
                else:
                    first[group] = (document, role)


def _known(
    sources: Sources, document: Document, path: Path_, value: object, values: set[str], what: str
) -> Iterator[Problem]:
    if not isinstance(value, str) or not values or value in values or not sources.ok(document, path):
        return
    yield document.problem(path, f"{what} {value!r} is not known{meant(value, values)}", listed(values))


def _repeated(document: Document, path: Path_, field: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for at, each in _items(document, path):
        value = each.get(field)
        if isinstance(value, str):
            here = (*at, field)
            if value in seen:
                what = f"{field} {value!r} is given again (first on line {seen[value]})"
                yield document.problem(here, what, f"each {field} once")
            else:
                seen[value] = document.line(here)


def _clusters(sources: Sources) -> Iterable[tuple[Path_, dict[str, Any]]]:
    return _items(sources.topology, ("clusters",))


def _regions(cluster: dict[str, Any]) -> list[Any]:
    return [cluster.get("region"), *_list(cluster.get("stands_in_for"))]


def _ids(document: Document | None, key: str) -> set[str]:
    return {str(each["id"]) for _, each in _items(document, (key,)) if isinstance(each.get("id"), str)}


def _items(document: Document | None, path: Path_) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """The mappings of a list, with their paths."""
    for index, each in enumerate(_list(document.get(*path)) if document is not None else ()):
        if isinstance(each, dict):
            yield (*path, index), each


def _values(document: Document, path: Path_) -> Iterator[tuple[Path_, Any]]:
    for index, each in enumerate(_list(document.get(*path))):
        yield (*path, index), each


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
