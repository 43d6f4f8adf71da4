"""Loads a catalogue for one environment: everything right, or every mistake at once (A1)."""

from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from settings import yaml_source
from settings.catalogue import Catalogue
from settings.fields import Model
from settings.problems import CatalogueError, Problem, listed, meant
from settings.references import Sources, reference_problems
from settings.runtime import RegionsFile, RuntimesFile
from settings.sums import sum_problems
from settings.tenant import Tenant
from settings.tier import TiersFile
from settings.topology import Topology
from settings.wording import explained
from settings.yaml_source import Document

_Model = TypeVar("_Model", bound=Model)


def environments(root: Path) -> tuple[str, ...]:
    """Environments that have a topology, sorted."""
    return tuple(sorted(path.stem for path in (root / "topology").glob("*.yaml")))


def load_catalogue(root: Path, environment: str) -> Catalogue:
    """Reads and checks the catalogue under `root` for one environment.

    Raises CatalogueError with every mistake of every file, cross-references included; nothing partial is returned.
    """
    found: list[Problem] = []
    known = environments(root)
    topology_file = f"topology/{environment}.yaml"
    if environment not in known:
        what = f"environment {environment!r} has no topology{meant(environment, known)}"
        raise CatalogueError([Problem(topology_file, 1, what, listed(known))])
    tiers_doc, tiers = _file(root, "tiers.yaml", TiersFile, found)
    runtimes_doc, runtimes = _file(root, "runtimes.yaml", RuntimesFile, found)
    regions_doc, regions = _file(root, "regions.yaml", RegionsFile, found)
    topology_doc, topology = _file(root, topology_file, Topology, found)
    read = [
        _file(root, f"tenants/{path.name}", Tenant, found)
        for path in sorted((root / "tenants").iterdir() if (root / "tenants").is_dir() else ())
        if path.suffix in (".yaml", ".yml")
    ]
    sources = Sources(
        environment=environment,
        tiers=tiers_doc,
        runtimes=runtimes_doc,
        regions=regions_doc,
        topology=topology_doc,
        tenants=tuple(doc for doc, _ in read if doc is not None),
        wrong=frozenset((problem.file, problem.line) for problem in found),
    )
    found += reference_problems(sources)
    if found or tiers is None or runtimes is None or regions is None or topology is None:
        raise CatalogueError(found)
    catalogue = Catalogue(
        environment=environment,
        tiers=MappingProxyType({tier.id: tier for tier in tiers.tiers}),
        runtimes=MappingProxyType({runtime.id: runtime for runtime in runtimes.runtimes}),
        regions=MappingProxyType({region.id: region for region in regions.regions}),
        topology=topology,
        tenants=_present([tenant for _, tenant in read if tenant is not None], topology),
    )
    documents = {doc.file: doc for doc in (topology_doc, *(doc for doc, _ in read)) if doc is not None}
    if found := sum_problems(catalogue, documents):
        raise CatalogueError(found)
    return catalogue


def _present(tenants: list[Tenant], topology: Topology) -> tuple[Tenant, ...]:
    served = {tier for cluster in topology.clusters for tier in cluster.tiers}
    here = topology.environment
    chosen = [each for each in tenants if (here in each.environments if each.environments else each.tier in served)]
    return tuple(sorted(chosen, key=lambda each: each.id))


def _file(root: Path, file: str, model: type[_Model], found: list[Problem]) -> tuple[Document | None, _Model | None]:
    read = yaml_source.read(root / file, file)
    if not isinstance(read, Document):
        found += read
        return None, None
    try:
        return read, model.model_validate(read.data)
    except ValidationError as error:
        found += explained(error, read, model)
        return read, None
