"""Images that the catalogue names and the environment does not allow (G7)."""

from collections.abc import Iterable, Iterator

from settings.problems import Problem
from settings.sources import Sources, entries, items, paths
from settings.yaml_source import Document, YamlPath


def is_from(image: str, registries: Iterable[str]) -> bool:
    """Whether an image lies below one of these registries."""
    return any(image.startswith(f"{registry}/") for registry in registries)


def image_problems(sources: Sources) -> Iterator[Problem]:
    """Every image of a tenant in the environment, and of the platform, that is from nowhere allowed: it would be
    refused at admission, when nobody looks any more."""
    topology = sources.topology
    if topology is None or topology.get("registries") is None:
        return
    if not all(sources.ok(topology, at) for at in (("registries",), *paths(topology, ("registries",)))):
        return
    allowed = [str(each) for each in entries(topology.get("registries"))]
    for document, at in _images(sources, topology):
        image = document.get(*at)
        if isinstance(image, str) and sources.ok(document, at) and not is_from(image, allowed):
            what = f"image {image.partition('@')[0]!r} is from no registry of {sources.environment!r}"
            yield document.problem(at, what, ", ".join(f"{each}/..." for each in allowed))


def _images(sources: Sources, topology: Document) -> Iterator[tuple[Document, YamlPath]]:
    for at, cluster in items(topology, ("clusters",)):
        images = cluster.get("images")
        if isinstance(images, dict):
            yield from ((topology, (*at, "images", name)) for name in images)
    served = {tier for _, cluster in items(topology, ("clusters",)) for tier in entries(cluster.get("tiers"))}
    for tenant in sources.tenants:
        environments = entries(tenant.get("environments"))
        if sources.environment not in environments if environments else tenant.get("tier") not in served:
            continue
        yield from ((tenant, (*at, "image")) for at, _ in items(tenant, ("workloads",)))
        if isinstance(tenant.get("sandboxes"), dict):
            yield tenant, ("sandboxes", "image")
