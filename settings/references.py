"""What the files of a catalogue say about each other: references, names, groups."""

from collections.abc import Iterator
from typing import get_args

from settings.fields import Capability
from settings.homes import home_problems, isolation_problems
from settings.image_problems import image_problems
from settings.prices import PARTS
from settings.problems import Problem
from settings.sources import Sources, entries, file_id, items, paths, repeated
from settings.topology_problems import topology_problems
from settings.yaml_source import Document, YamlPath

CAPABILITIES: tuple[str, ...] = get_args(Capability)


def reference_problems(sources: Sources) -> list[Problem]:
    """Every reference that leads nowhere, every name given twice, every file whose name is not its content's."""
    found: list[Problem] = []
    for document, at, field in (
        (sources.tiers, ("tiers",), "id"),
        (sources.runtimes, ("runtimes",), "id"),
        (sources.regions, ("regions",), "id"),
        (sources.topology, ("clusters",), "name"),
        (sources.prices, ("sources",), "id"),
        (sources.prices, ("nodes",), "instance_type"),
        (sources.prices, ("aurora", "instances"), "instance_class"),
    ):
        if document is not None:
            found += repeated(document, at, field)
    if sources.topology is not None:
        found += topology_problems(sources, sources.topology)
    if sources.prices is not None:
        found += _prices(sources, sources.prices)
    for tenant in sources.tenants:
        found += _tenant(sources, tenant)
    found += _groups(sources)
    found += image_problems(sources)
    return found


def _prices(sources: Sources, document: Document) -> Iterator[Problem]:
    """Every price says whose it is."""
    yield from sources.unknown(document, ("region",), sources.region_ids, "region")
    known = {str(each.get("id")) for _, each in items(document, ("sources",))}
    for part in PARTS:
        yield from sources.unknown(document, (part, "source"), known, "source")
    for at, _ in (*items(document, ("nodes",)), *items(document, ("aurora", "instances"))):
        yield from sources.unknown(document, (*at, "source"), known, "source")


def _tenant(sources: Sources, document: Document) -> Iterator[Problem]:
    given, expected = document.get("id"), file_id(document)
    if isinstance(given, str) and sources.ok(document, ("id",)) and given != expected:
        yield document.problem(("id",), f"id {given!r} is not the file's name", expected)
    unknown = [
        *sources.unknown(document, ("tier",), sources.tier_ids, "tier"),
        *sources.unknown(document, ("region",), sources.region_ids, "region"),
    ]
    yield from unknown
    for path in paths(document, ("residency",)):
        yield from sources.unknown(document, path, sources.region_ids, "region")
    workloads = [(*at, "environments") for at, _ in items(document, ("workloads",))]
    for path in (each for place in (("environments",), *workloads) for each in paths(document, place)):
        yield from sources.unknown(document, path, set(sources.environments), "environment")
    for environment in document.get("placement") if isinstance(document.get("placement"), dict) else ():
        if environment not in sources.environments:
            allowed = ", ".join(sources.environments)
            yield document.problem(
                ("placement", environment), f"placement: environment {environment!r} is not known", allowed
            )
    region, residency = document.get("region"), entries(document.get("residency"))
    given = isinstance(region, str) and sources.ok(document, ("region",))
    if given and residency and region not in residency and not unknown:
        what = f"residency does not hold the tenant's region {region!r}"
        yield document.problem(("residency",), what, f"a list with {region}")
    yield from repeated(document, ("workloads",), "name")
    yield from repeated(document, ("namespaces", "children"), "name")
    yield from _runtimes(sources, document)
    yield from sources.unknown(document, ("sandboxes", "runtime"), set(sources.runtime_by_id), "runtime")
    if not unknown and sources.ok(document, ("tier",)) and sources.ok(document, ("region",)):
        isolation = list(isolation_problems(sources, document))
        yield from isolation or home_problems(sources, document)


def _runtimes(sources: Sources, document: Document) -> Iterator[Problem]:
    """A workload may name a runtime that exists, is for its kind, has GPUs when and only when it wants some (C3), and
    allows the capabilities it states (C4)."""
    for at, workload in items(document, ("workloads",)):
        yield from sources.unknown(document, (*at, "runtime"), set(sources.runtime_by_id), "runtime")
        kind = workload.get("kind")
        if not isinstance(kind, str) or not sources.ok(document, (*at, "kind")):
            continue
        wants_gpus = bool(workload.get("gpus")) if sources.ok(document, (*at, "gpus")) else None
        named = workload.get("runtime")
        if isinstance(named, str) and named in sources.runtime_by_id:
            wrong = list(_named_runtime(sources, document, at, kind, wants_gpus))
            yield from wrong
            if wrong:
                continue
        yield from _capabilities(sources, document, at, kind, wants_gpus)


def _named_runtime(
    sources: Sources, document: Document, at: YamlPath, kind: str, wants_gpus: bool | None
) -> Iterator[Problem]:
    known, path = sources.runtime_by_id, (*at, "runtime")
    runtime = str(document.get(*path))
    fitting = {name for name, each in known.items() if kind in entries(each.get("workloads"))}
    with_gpu = {name for name in fitting if known[name].get("gpu") is True}
    if runtime not in fitting:
        what = f"runtime {runtime!r} is not for workloads of kind {kind}"
        yield document.problem(path, what, ", ".join(sorted(fitting)))
    elif wants_gpus is True and runtime not in with_gpu:
        what = f"runtime {runtime!r} gives no GPUs to its pods"
        yield document.problem(path, what, ", ".join(sorted(with_gpu)))
    elif wants_gpus is False and runtime in with_gpu:
        what = f"runtime {runtime!r} is for pods with GPUs, and the workload asks for none"
        yield document.problem(path, what, ", ".join(sorted(fitting - with_gpu)))


def _capabilities(
    sources: Sources, document: Document, at: YamlPath, kind: str, wants_gpus: bool | None
) -> Iterator[Problem]:
    stated = {each for each in CAPABILITIES if each in entries(document.get(*at, "capabilities"))}
    named = document.get(*at, "runtime")
    usual = (
        str(each.get("id"))
        for each in sources.runtime_by_id.values()
        if kind in entries(each.get("default_for")) and bool(each.get("gpu")) == bool(wants_gpus)
    )
    runtime = named if isinstance(named, str) else next(usual, None)
    allowed = entries(sources.runtime_by_id.get(str(runtime), {}).get("capabilities"))
    if over := sorted(stated - set(map(str, allowed))):
        what = f"runtime {runtime!r} allows no capability {', '.join(over)}"
        listed = ", ".join(map(str, allowed)) or "none; a runtime with a kernel of its own allows some"
        yield document.problem((*at, "capabilities"), what, listed)


def _groups(sources: Sources) -> Iterator[Problem]:
    """A group that means two things would let one tenant's people into another's namespace (B5)."""
    first: dict[str, tuple[Document, str]] = {}
    for document in sources.tenants:
        for role in ("admins", "developers", "viewers"):
            seen: set[str] = set()
            for path in paths(document, ("groups", role)):
                group = document.get(*path)
                if not isinstance(group, str) or group in seen:
                    continue
                seen.add(group)
                if group in first:
                    other, other_role = first[group]
                    where = "this tenant" if other is document else file_id(other)
                    what = f"group {group!r} already has role {other_role} in {where}"
                    yield document.problem(path, what, "a group of its own for each role and tenant")
                else:
                    first[group] = (document, role)
